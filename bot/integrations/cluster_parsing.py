"""Raw JSON of Kubernetes into what decisions need. Pure, and tolerant: absent means empty or 0.

Source of the fields: https://kubernetes.io/docs/reference/kubernetes-api/, read 2026-11-20.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from bot.domain.cleaning import cleaned
from bot.domain.workload import (
    TERMINATING,
    Condition,
    Container,
    Deployment,
    EnvVar,
    Pod,
    Revision,
    SecretFacts,
)

REVISION: Final = "deployment.kubernetes.io/revision"
CHANGE_CAUSE: Final = "kubernetes.io/change-cause"
_COUNT_MAX_DIGITS: Final = 18  # of an int64; thousands of digits are no number to Python
_DEFAULT_SURGE: Final = "25%"  # of a RollingUpdate
Raw = Mapping[str, Any]


def parse_deployment(raw: Raw) -> Deployment:
    """Read a Deployment."""
    meta, spec, status = _map(raw, "metadata"), _map(raw, "spec"), _map(raw, "status")
    pod = _map(spec, "template", "spec")
    replicas = _number(spec, "replicas", 1)  # absent means one
    return Deployment(
        name=_text(meta, "name"),
        namespace=_text(meta, "namespace"),
        resource_version=_text(meta, "resourceVersion"),
        generation=_number(meta, "generation"),
        observed_generation=_number(status, "observedGeneration"),
        paused=spec.get("paused") is True,
        replicas=replicas,
        updated=_number(status, "updatedReplicas"),
        total=_number(status, "replicas"),
        ready=_number(status, "readyReplicas"),
        available=_number(status, "availableReplicas"),
        containers=tuple(_container(one) for one in _maps(pod, "containers")),
        conditions=tuple(_condition(one) for one in _maps(status, "conditions")),
        revision=_revision_number(meta),
        annotations=_texts(meta, "annotations"),
        labels=_texts(meta, "labels"),
        selector=_texts(_map(spec, "selector"), "matchLabels"),
        managers=_managers(meta),
        surge=_surge(_map(spec, "strategy"), replicas),
        init_env=tuple(_variables(_maps(pod, "initContainers"))),
    )


def parse_pods(raw: Raw, deployment: str, container: str | None) -> Sequence[Pod]:
    """Read a list of pods: those of one Deployment that run or will, newest first.

    Args:
        raw: The list, perhaps with pods of others.
        deployment: Name of the Deployment.
        container: Whose start counts as the pod's; None when there is only one.
    """
    mine = [one for one in _maps(raw, "items") if _is_pod_of(one, deployment)]
    mine.sort(key=_created_at, reverse=True)
    return tuple(_pod(one, container) for one in mine)


def parse_revisions(raw: Raw, deployment: str, container: str | None) -> Sequence[Revision]:
    """Read a list of ReplicaSets: those of one Deployment, newest revision first."""
    mine = [one for one in _maps(raw, "items") if _owner(one, "Deployment") == deployment]
    found = [_revision(one, container) for one in mine]
    return tuple(sorted(found, key=lambda one: one.number, reverse=True))


def parse_secret_value(raw: Raw, key: str) -> str | None:
    """Read one value of a Secret; None when it is not there or no text."""
    encoded = _map(raw, "data").get(key)
    if not isinstance(encoded, str):
        return None
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def parse_secret_facts(raw: Raw, key: str) -> SecretFacts:
    """Read what may be said about a Secret."""
    value = parse_secret_value(raw, key)
    length = None if value is None else len(value.strip())
    meta = _map(raw, "metadata")
    return SecretFacts(_text(meta, "name"), length or None, _changed_at(meta, key))


def _container(raw: Raw) -> Container:
    parts = [raw.get("env") or [], raw.get("envFrom") or [], raw.get("image")]
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return Container(
        name=_text(raw, "name"),
        image=_text(raw, "image"),
        env=tuple(_variables([raw])),
        env_hash=hashlib.sha256(canonical.encode()).hexdigest(),
        env_from=bool(raw.get("envFrom")),
    )


def _variables(containers: Sequence[Raw]) -> Iterator[EnvVar]:
    for container in containers:
        for one in _maps(container, "env"):
            is_reference = bool(one.get("valueFrom"))
            value = None if is_reference else _text(one, "value")
            yield EnvVar(_text(one, "name"), value, is_reference)


def _condition(raw: Raw) -> Condition:
    return Condition(
        type=_text(raw, "type"),
        status=_text(raw, "status"),
        reason=_text(raw, "reason"),
        message=cleaned(_text(raw, "message")),
        updated_at=_moment(raw.get("lastUpdateTime")),
    )


def _managers(meta: Raw) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_text(one, "manager") for one in _maps(meta, "managedFields")))


def _surge(strategy: Raw, replicas: int) -> int:
    if strategy.get("type") == "Recreate":
        return 0
    surge = _map(strategy, "rollingUpdate").get("maxSurge", _DEFAULT_SURGE)
    if isinstance(surge, int):
        return surge
    return -(-_count(str(surge).removesuffix("%")) * replicas // 100)  # rounded up


def _revision_number(meta: Raw) -> int:
    return _count(_texts(meta, "annotations").get(REVISION, ""))


def _revision(raw: Raw, container: str | None) -> Revision:
    meta = _map(raw, "metadata")
    containers = _maps(_map(raw, "spec", "template", "spec"), "containers")
    own = [one for one in containers if container in {None, one.get("name")}][:1]
    return Revision(
        number=_revision_number(meta),
        created_at=_created_at(raw),
        cause=cleaned(_texts(meta, "annotations").get(CHANGE_CAUSE, "")),
        image=_text(own[0], "image") if own else "",
        replicas=_number(_map(raw, "status"), "replicas"),
        env=tuple(_variables(own)),
    )


def _owner(raw: Raw, kind: str) -> str | None:
    owners = _maps(_map(raw, "metadata"), "ownerReferences")
    return next((_text(one, "name") for one in owners if one.get("kind") == kind), None)


def _is_pod_of(raw: Raw, deployment: str) -> bool:
    # An evicted pod stays until it is collected; its ReplicaSet has another in its place.
    if _map(raw, "status").get("phase") in ("Succeeded", "Failed"):
        return False
    # A ReplicaSet is named after its Deployment and a hash, which holds no hyphen.
    return (_owner(raw, "ReplicaSet") or "").rpartition("-")[0] == deployment


def _pod(raw: Raw, container: str | None) -> Pod:
    meta, status = _map(raw, "metadata"), _map(raw, "status")
    states = _maps(status, "initContainerStatuses") + _maps(status, "containerStatuses")
    conditions = {_text(one, "type"): one for one in _maps(status, "conditions")}
    is_ending = "deletionTimestamp" in meta
    ready = _map(conditions, "Ready").get("status") == "True" and not is_ending
    reason = "" if ready else TERMINATING if is_ending else _reason(status, states, conditions)
    return Pod(
        name=_text(meta, "name"),
        ready=ready,
        reason=reason,
        restarts=sum(_number(one, "restartCount") for one in states),
        started_at=_started_at(raw, container),
    )


def _reason(status: Raw, states: Sequence[Raw], conditions: Raw) -> str:
    waiting = [_text(_map(one, "state", "waiting"), "reason") for one in states]
    ended = [_text(_map(one, "state", "terminated"), "reason") for one in states]
    # Of init containers, `Completed` is how it should be.
    telling = [one for one in waiting + ended if one and one != "Completed"]
    unplaced = _text(_map(conditions, "PodScheduled"), "reason")
    own, phase = _text(status, "reason"), _text(status, "phase")
    if phase == "Running":
        phase = "Running, not ready"  # nothing but its readiness probe stands in the way
    return next(filter(None, [*telling, own, unplaced, phase]), "NotReady")


def _started_at(raw: Raw, container: str | None) -> datetime | None:
    # Variables from a Secret are read when the container starts, not when the pod does.
    status = _map(raw, "status")
    for one in _maps(status, "containerStatuses"):
        started = _moment(_map(one, "state", "running").get("startedAt"))
        if started is not None and container in {None, one.get("name")}:
            return started
    return _moment(status.get("startTime")) or _moment(
        _map(raw, "metadata").get("creationTimestamp")
    )


def _changed_at(meta: Raw, key: str) -> datetime | None:
    entries = _maps(meta, "managedFields")
    owning = [one for one in entries if f"f:{key}" in _owned_data(one)]
    times = [_moment(one.get("time")) for one in owning or filter(_owned_data, entries)]
    known = [one for one in times if one is not None]
    return max(known) if known else _moment(meta.get("creationTimestamp"))


def _owned_data(entry: Raw) -> Raw:
    fields = _map(entry, "fieldsV1")
    return {**_map(fields, "f:data"), **_map(fields, "f:stringData")}


def _created_at(raw: Raw) -> datetime:
    found = _moment(_map(raw, "metadata").get("creationTimestamp"))
    return found or datetime.min.replace(tzinfo=UTC)


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def _map(raw: Raw, *path: str) -> Raw:
    found: object = raw
    for step in path:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _maps(raw: Raw, name: str) -> list[Raw]:
    found = raw.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _text(raw: Raw, name: str) -> str:
    found = raw.get(name)
    return found if isinstance(found, str) else ""


def _texts(raw: Raw, name: str) -> dict[str, str]:
    return {key: value for key, value in _map(raw, name).items() if isinstance(value, str)}


def _count(text: str) -> int:
    fits = text.isascii() and text.isdecimal() and len(text) <= _COUNT_MAX_DIGITS
    return int(text) if fits else 0


def _number(raw: Raw, name: str, default: int = 0) -> int:
    found = raw.get(name)
    return found if isinstance(found, int) else default
