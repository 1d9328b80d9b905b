"""`metadata.managedFields`: who set which field, and server-side apply, which builds on it.

A field is a path of FieldsV1 segments: `f:spec`, `k:{"name":"app"}`, `.` for the element itself.
"""

import json
from collections.abc import Iterator
from typing import Any

from bot.sandbox.kubernetes.failures import apply_conflict
from bot.sandbox.kubernetes.resources import Json
from bot.sandbox.kubernetes.strategic import MERGE_KEYS, strategic_merge

Path = tuple[str, ...]
# Owned as a whole (`+structType=atomic`), and always present, so that nobody owns their presence.
_ATOMIC = frozenset({"selector", "secretKeyRef", "configMapKeyRef", "fieldRef", "nodeSelector"})
_STRUCTS = frozenset(
    {"metadata", "spec", "template", "jobTemplate", "strategy", "containers", "status"}
)
_SYSTEM = (
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "managedFields",
    "selfLink",
)


def record(
    before: Json,
    after: Json,
    manager: str,
    moment: str,
    *,
    operation: str = "Update",
    subresource: str = "",
) -> None:
    """Note in `after` that `manager` changed what differs from `before`."""
    differing = [key for key in {*before, *after} if before.get(key) != after.get(key)]
    old, new = (
        _fields({key: item[key] for key in differing if key in item}) for item in (before, after)
    )
    changed = {path for path, value in new.items() if path not in old or old[path] != value}
    lost = changed | {path for path in old if path not in new}
    if not lost:
        return
    key = (manager, operation, subresource)
    _rewrite(after, key, changed, lost, moment)


def apply(current: Json, config: Json, manager: str, moment: str, *, force: bool) -> Json:
    """Server-side apply of `config`.

    Raises:
        ApiFailureError: 409 when another manager owns a field with another value.
    """
    # Who applies owns what the manifest names, not that a list or map is there at all.
    live = _fields(current)
    wanted = {
        path: value
        for path, value in _fields(config).items()
        if path[-1] != "." or path[-2].startswith("k:")
    }
    key = (manager, "Apply", "")
    entries = {_entry_key(entry): entry for entry in _entries(current)}
    differing = {path for path, value in wanted.items() if live.get(path, value) != value}
    conflicts = [
        (name, entry.get("apiVersion", ""), _dotted(path))
        for (name, operation, sub), entry in entries.items()
        if (name, operation, sub) != key
        for path in sorted(differing & _parse(entry["fieldsV1"]))
    ]
    if conflicts and not force:
        raise apply_conflict(conflicts)
    applied = {name: value for name, value in config.items() if name not in ("apiVersion", "kind")}
    merged = strategic_merge(current, applied)
    mine = _parse(entries[key]["fieldsV1"]) if key in entries else set()
    others = [_parse(entry["fieldsV1"]) for other, entry in entries.items() if other != key]
    # Elements (their path ends in `.`) go first: without its key one would not be found any more.
    for path in sorted(mine - set(wanted), key=lambda path: path[-1] != "."):
        if not any(path in owned for owned in others):
            _drop(merged, path)
    merged["metadata"]["managedFields"] = list(_entries(current))
    if merged != current or mine != set(wanted):
        _rewrite(merged, key, set(wanted), differing | (mine - set(wanted)), moment)
    return merged


def _rewrite(
    item: Json, key: tuple[str, str, str], gained: set[Path], lost: set[Path], moment: str
) -> None:
    manager, operation, subresource = key
    kept, owned = [], set(gained)
    for entry in _entries(item):
        paths = _parse(entry["fieldsV1"])
        if _entry_key(entry) == key:
            owned |= paths - lost if operation == "Update" else set()
        elif remaining := paths - lost:
            kept.append({**entry, "fieldsV1": _nest(remaining)})
    entry = {
        "manager": manager,
        "operation": operation,
        "apiVersion": item.get("apiVersion", "v1"),
        "time": moment,
        "fieldsType": "FieldsV1",
        "fieldsV1": _nest(owned),
    }
    if subresource:
        entry["subresource"] = subresource
    kept += [entry] if owned else []
    kept.sort(key=lambda known: str(known["operation"]))  # those of apply come first
    item["metadata"]["managedFields"] = kept


def _entries(item: Json) -> list[Json]:
    entries: list[Json] = item["metadata"].get("managedFields") or []
    return entries


def _entry_key(entry: Json) -> tuple[str, str, str]:
    return (entry["manager"], entry["operation"], entry.get("subresource", ""))


def _fields(item: Json) -> dict[Path, Any]:
    """Every leaf that somebody can own, with its value."""
    body = {key: value for key, value in item.items() if key not in ("apiVersion", "kind")}
    metadata = body.get("metadata") or {}
    body["metadata"] = {key: value for key, value in metadata.items() if key not in _SYSTEM}
    return dict(_leaves(body, ()))


def _leaves(value: Any, path: Path, field: str = "") -> Iterator[tuple[Path, Any]]:  # noqa: ANN401 - any JSON
    key = MERGE_KEYS.get(field)
    if isinstance(value, dict) and value and field not in _ATOMIC:
        if field and field not in _STRUCTS:
            yield (*path, "."), None
        for name, item in value.items():
            yield from _leaves(item, (*path, f"f:{name}"), name)
    elif isinstance(value, list) and key and all(key in item for item in value):
        if field not in _STRUCTS:
            yield (*path, "."), None
        for item in value:
            element = (*path, "k:" + json.dumps({key: item[key]}, separators=(",", ":")))
            yield (*element, "."), item[key]
            yield from _leaves(item, element)
    elif field not in ("", *_STRUCTS):
        yield path, value


def _nest(paths: set[Path]) -> Json:
    tree: Json = {}
    for path in sorted(paths):
        node = tree
        for segment in path:
            node = node.setdefault(segment, {})
    return tree


def _parse(tree: Json, path: Path = ()) -> set[Path]:
    if not tree:
        return {path} if path else set()
    found: set[Path] = set()
    for segment, below in tree.items():
        found |= _parse(below, (*path, segment))
    return found


def _dotted(path: Path) -> str:
    text = ""
    for segment in path:
        if segment.startswith("k:"):
            pairs = json.loads(segment[2:]).items()
            text += "[" + ",".join(f"{key}={json.dumps(value)}" for key, value in pairs) + "]"
        elif segment != ".":
            text += "." + segment[2:]
    return text


def _drop(item: Json, path: Path) -> None:
    """Remove the leaf, or the whole list element where the path ends in its `.`."""
    node: Any = item
    for index, segment in enumerate(path):
        if segment.startswith("k:"):
            wanted = json.loads(segment[2:])
            found = [element for element in node if wanted.items() <= element.items()]
            if not found:
                return
            if path[index + 1 :] == (".",):
                node.remove(found[0])
                return
            node = found[0]
        elif index == len(path) - 1:
            node.pop(segment[2:], None)
        elif segment[2:] not in node:
            return
        else:
            node = node[segment[2:]]
