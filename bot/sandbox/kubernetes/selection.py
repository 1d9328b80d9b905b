"""Label and field selectors of lists and watches."""

import re
from collections.abc import Callable
from typing import Any

from bot.sandbox.kubernetes.failures import bad_request
from bot.sandbox.kubernetes.resources import Json, Resource

Predicate = Callable[[Json], bool]
_FIELDS = {
    "": ("metadata.name", "metadata.namespace"),
    "pods": ("status.phase", "spec.nodeName", "spec.restartPolicy", "status.podIP"),
    "secrets": ("type",),
    "replicasets": ("status.replicas",),
}
_SET = re.compile(r"^(?P<key>\S+)\s+(?P<verb>in|notin)\s+\((?P<values>[^)]*)\)$")
_PAIR = re.compile(r"^(?P<key>[^=!\s]+)\s*(?P<verb>==|=|!=)\s*(?P<value>[^=!]*)$")


def selector(resource: Resource, labels: str, fields: str) -> Predicate:
    """Return a predicate for both selectors, each a list with commas.

    Raises:
        ApiFailureError: 400 for what cannot be read or is no selectable field.
    """
    tests = [_label_test(part) for part in re.split(r",(?![^(]*\))", labels) if part.strip()]
    tests += [_field_test(resource, part) for part in fields.split(",") if part.strip()]
    return lambda item: all(test(item) for test in tests)


def name_selected(fields: str) -> str:
    """Return the name that a field selector asks for, which also counts for rights; else ''."""
    for part in fields.split(","):
        found = _PAIR.match(part.strip())
        if found and found["key"] == "metadata.name" and found["verb"] != "!=":
            return found["value"]
    return ""


def matches(labels: Json, wanted: Json) -> bool:
    """Tell whether the labels have all the wanted values."""
    return all(labels.get(key) == value for key, value in wanted.items())


def _label_test(text: str) -> Predicate:
    text = text.strip()
    if found := _SET.match(text):
        values = {value.strip() for value in found["values"].split(",")}
        return _comparison(found["key"], found["verb"] == "in", values)
    if found := _PAIR.match(text):
        return _comparison(found["key"], found["verb"] != "!=", {found["value"]})
    if re.fullmatch(r"[^\s=!()]+", text):
        return lambda item: text in _labels(item)
    if re.fullmatch(r"![^\s=!()]+", text):
        return lambda item: text[1:] not in _labels(item)
    raise bad_request(f"unable to parse requirement: {text}")


def _comparison(key: str, wanted: bool, values: set[str]) -> Predicate:  # noqa: FBT001 - closed over
    return lambda item: (_labels(item).get(key) in values) is wanted


def _labels(item: Json) -> Json:
    labels: Json = item["metadata"].get("labels") or {}
    return labels


def _field_test(resource: Resource, text: str) -> Predicate:
    found = _PAIR.match(text.strip())
    if not found:
        raise bad_request(f"invalid selector: '{text}'; can't understand '{text}'")
    key, value, wanted = found["key"], found["value"], found["verb"] != "!="
    if key not in (*_FIELDS[""], *_FIELDS.get(resource.plural, ())):
        raise bad_request(f"field label not supported: {key}")
    return lambda item: (str(_field(item, key)) == value) is wanted


def _field(item: Json, path: str) -> Any:  # noqa: ANN401 - any JSON
    value: Any = item
    for part in path.split("."):
        value = value.get(part, "") if isinstance(value, dict) else ""
    return value
