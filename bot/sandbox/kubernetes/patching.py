"""The kinds of patch by Content-Type: strategic merge, merge (RFC 7386) and JSON (RFC 6902)."""

import copy
import json
from dataclasses import dataclass
from typing import Any

import yaml

from bot.sandbox.kubernetes.failures import (
    ApiFailureError,
    bad_request,
    unprocessable,
    unsupported_media_type,
)
from bot.sandbox.kubernetes.resources import Json
from bot.sandbox.kubernetes.strategic import strategic_merge

STRATEGIC = "application/strategic-merge-patch+json"
MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
APPLY = "application/apply-patch+yaml"
_MISFITS: dict[type, str] = {
    dict: "json: cannot unmarshal array into Go value of type map[string]interface {}",
    list: "error decoding patch: json: cannot unmarshal object into Go value of type "
    "[]handlers.jsonPatchOp",
}


@dataclass(frozen=True, slots=True)
class Patch:
    """The body of a PATCH and what its Content-Type calls it."""

    content_type: str
    body: Any


def read_patch(content_type: str, raw: bytes) -> Patch:
    """Read the body of a PATCH.

    Raises:
        ApiFailureError: 415 for another Content-Type, 400 for a body that cannot be one.
    """
    if content_type not in (STRATEGIC, MERGE, JSON_PATCH, APPLY):
        raise unsupported_media_type()
    try:
        body = yaml.safe_load(raw) if content_type == APPLY else json.loads(raw)
    except (ValueError, yaml.YAMLError) as error:
        raise bad_request(f"error decoding patch: {error}") from None
    expected: type = list if content_type == JSON_PATCH else dict
    if not isinstance(body, expected):
        raise bad_request(_MISFITS[expected])
    return Patch(content_type, body)


def apply_patch(patch: Patch, item: Json) -> Json:
    """Return the object after a patch that is not a server-side apply."""
    if patch.content_type == STRATEGIC:
        return strategic_merge(item, patch.body)
    if patch.content_type == MERGE:
        merged: Json = merge_patch(item, patch.body)
        return merged
    patched = json_patch(item, patch.body)
    if not isinstance(patched, dict):
        raise unprocessable("the patched document is no object")
    return patched


def merge_patch(target: Any, patch: Any) -> Any:  # noqa: ANN401 - any JSON
    """RFC 7386: maps are merged, null removes, everything else replaces (lists too)."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def json_patch(document: Any, operations: list[Json]) -> Any:  # noqa: ANN401 - any JSON
    """RFC 6902; an operation that does not fit answers 422 and changes nothing."""
    document = copy.deepcopy(document)
    try:
        for operation in operations:
            document = _operate(document, operation)
    except (KeyError, IndexError, ValueError, TypeError, AttributeError):
        # The real server says no more than this either.
        raise unprocessable(
            "the server rejected our request due to an error in our request"
        ) from None
    return document


def _operate(document: Any, operation: Json) -> Any:  # noqa: ANN401 - any JSON
    kind, path = operation["op"], _tokens(operation["path"])
    if kind == "test":
        if _at(document, path) != operation["value"]:
            raise ValueError(path)
        return document
    if kind in ("move", "copy"):
        source = _tokens(operation["from"])
        value = copy.deepcopy(_at(document, source))
        if kind == "move":
            _remove(document, source)
        return _add(document, path, value)
    if kind == "remove":
        _remove(document, path)
        return document
    if kind not in ("add", "replace"):
        raise ApiFailureError(400, "BadRequest", f"Unexpected kind: {kind}")
    if kind == "replace":
        _remove(document, path)
    return _add(document, path, operation["value"])


def _tokens(pointer: str) -> list[str]:
    if not pointer:
        return []
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _at(document: Any, path: list[str]) -> Any:  # noqa: ANN401 - any JSON
    for token in path:
        document = document[int(token)] if isinstance(document, list) else document[token]
    return document


def _remove(document: Any, path: list[str]) -> None:  # noqa: ANN401 - any JSON
    parent = _at(document, path[:-1])
    del parent[int(path[-1]) if isinstance(parent, list) else path[-1]]


def _add(document: Any, path: list[str], value: Any) -> Any:  # noqa: ANN401 - any JSON
    if not path:
        return value
    parent, last = _at(document, path[:-1]), path[-1]
    if isinstance(parent, list):
        parent.insert(len(parent) if last == "-" else int(last), value)
    else:
        parent[last] = value
    return document
