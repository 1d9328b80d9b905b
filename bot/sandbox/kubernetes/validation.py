"""What may be stored: types first, then the rules, with the field and the words of v1.36."""

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any

from bot.sandbox.kubernetes import selection
from bot.sandbox.kubernetes.failures import (
    Problem,
    invalid,
    invalid_patch,
    invalid_value,
    required,
)
from bot.sandbox.kubernetes.resources import CRONJOBS, DEPLOYMENTS, SECRETS, Json, Resource

_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")


def check(resource: Resource, item: Json, before: Json | None, patch: str = "{...}") -> None:
    """Refuse an object that cannot be stored; `patch` is what to show of a bad patch.

    Raises:
        ApiFailureError: 422, with a wrong type alone, else with every broken rule.
    """
    wrong = next(_wrong_types(resource, item), None)
    if wrong is not None:
        raise invalid_patch(wrong, patch)
    problems = list(_problems(resource, item, before))
    if problems:
        raise invalid(resource, item["metadata"]["name"], problems)


def _wrong_types(resource: Resource, item: Json) -> Iterator[str]:
    yield from _not_text(item["metadata"])
    if resource is SECRETS:
        yield from _not_base64(item.get("data"))
    if resource is DEPLOYMENTS:
        yield from _wrong_deployment(item["spec"])
    if resource is CRONJOBS and not isinstance(item["spec"]["suspend"], bool):
        yield "unrecognized type: bool"


def _wrong_deployment(spec: Json) -> Iterator[str]:
    for name in ("replicas", "progressDeadlineSeconds", "revisionHistoryLimit"):
        if type(spec.get(name)) is not int:
            yield "unrecognized type: int32"
    if not isinstance(spec.get("paused", False), bool):
        yield "unrecognized type: bool"
    yield from _not_text(spec["template"].get("metadata") or {})
    for _, container in _containers(spec["template"]):
        for variable in container.get("env") or []:
            yield from _not_text({"labels": {"value": variable.get("value", "")}})


def _not_text(metadata: Json) -> Iterator[str]:
    for field in ("labels", "annotations"):
        for value in (metadata.get(field) or {}).values():
            if type(value) is int:
                yield "cannot convert int64 to string"
            elif not isinstance(value, str):
                yield "unrecognized type: string"


def _not_base64(data: Json | None) -> Iterator[str]:
    for value in (data or {}).values():
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, TypeError, ValueError):
            yield "illegal base64 data at input byte 0"


def _problems(resource: Resource, item: Json, before: Json | None) -> Iterator[Problem]:
    if resource is DEPLOYMENTS:
        yield from _deployment(item["spec"], (before or {}).get("spec"))
    if resource is CRONJOBS and not item["spec"].get("schedule"):
        yield required("spec.schedule")
    if resource is SECRETS and before is not None:
        if item["type"] != before["type"]:
            yield invalid_value("type", json.dumps(item["type"]), "field is immutable")
        if before.get("immutable") and item.get("data") != before.get("data"):
            forbidden = "Forbidden: field is immutable when `immutable` is set"
            yield Problem("data", "FieldValueForbidden", forbidden)


def _deployment(spec: Json, before: Json | None) -> Iterator[Problem]:
    for name in ("replicas", "revisionHistoryLimit", "progressDeadlineSeconds"):
        if spec[name] < 0:
            hint = "must be greater than or equal to 0"
            yield invalid_value(f"spec.{name}", str(spec[name]), hint)
    selected = spec.get("selector") or {}
    wanted = selected.get("matchLabels") or {}
    labels = (spec["template"].get("metadata") or {}).get("labels") or {}
    if not wanted:
        yield required("spec.selector")
    elif not selection.matches(labels, wanted):
        hint = "`selector` does not match template `labels`"
        yield invalid_value("spec.template.metadata.labels", _shown(labels), hint)
    yield from _template(spec["template"])
    if before is not None and selected != before.get("selector"):
        yield invalid_value("spec.selector", _shown(selected), "field is immutable")


def _template(template: Json) -> Iterator[Problem]:
    if not template["spec"].get("containers"):
        yield required("spec.template.spec.containers")
    seen: set[str] = set()
    for place, container in _containers(template):
        path = f"spec.template.spec.{place}"
        name = container.get("name")
        if not name:
            yield required(f"{path}.name")
        elif name in seen:
            duplicate = f"Duplicate value: {json.dumps(name)}"
            yield Problem(f"{path}.name", "FieldValueDuplicate", duplicate)
        seen.add(name or "")
        if not container.get("image"):
            yield required(f"{path}.image")
        for index, variable in enumerate(container.get("env") or []):
            yield from _variable(variable, f"{path}.env[{index}]")


def _variable(variable: Json, path: str) -> Iterator[Problem]:
    if not variable.get("name"):
        yield required(f"{path}.name")
    source = variable.get("valueFrom")
    if source is None:
        return
    if variable.get("value"):
        hint = "may not be specified when `value` is not empty"
        yield invalid_value(f"{path}.valueFrom", '""', hint)
    elif not any(source.get(kind) for kind in _SOURCES):
        named = ", ".join(f"`{kind}`" for kind in _SOURCES[:-1])
        hint = f"must specify one of: {named} or `{_SOURCES[-1]}`"
        yield invalid_value(f"{path}.valueFrom", '""', hint)


def _containers(template: Json) -> Iterator[tuple[str, Json]]:
    for field in ("initContainers", "containers"):
        for index, container in enumerate(template["spec"].get(field) or []):
            yield f"{field}[{index}]", container


def _shown(value: Any) -> str:  # noqa: ANN401 - any JSON
    return json.dumps(value, separators=(",", ":"))
