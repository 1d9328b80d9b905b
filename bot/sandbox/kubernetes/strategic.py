"""Strategic merge patch, as k8s.io/apimachinery's `strategicpatch` applies it on the server.

Lists are merged by the key that their Go type declares, with `$patch`, `$setElementOrder`,
`$retainKeys` and `$deleteFromPrimitiveList`. A new element without an order list goes first.
"""

from collections.abc import Sequence
from typing import Any

from bot.sandbox.kubernetes.failures import bad_request, patch_failed
from bot.sandbox.kubernetes.gotext import go_text
from bot.sandbox.kubernetes.resources import Json

# patchMergeKey of k8s.io/api core/v1, apps/v1 and meta/v1 v0.36, by field name.
MERGE_KEYS = {
    "conditions": "type",
    "containers": "name",
    "env": "name",
    "ephemeralContainers": "name",
    "hostAliases": "ip",
    "imagePullSecrets": "name",
    "initContainers": "name",
    "ownerReferences": "uid",
    "ports": "containerPort",
    "resourceClaims": "name",
    "schedulingGates": "name",
    "topologySpreadConstraints": "topologyKey",
    "volumeDevices": "devicePath",
    "volumeMounts": "mountPath",
    "volumes": "name",
}
MERGED_PRIMITIVES = frozenset({"finalizers"})
_ORDER = "$setElementOrder/"
_ORDER_MISMATCH = "The order in patch list:\n{}\n doesn't match $setElementOrder list:\n{}\n"
_DELETE = "$deleteFromPrimitiveList/"


def strategic_merge(original: Json, patch: Json) -> Json:
    """Return the object after the patch; neither argument is changed.

    Raises:
        ApiFailureError: A directive that makes no sense, or an element without its merge key.
    """
    whole, patch = patch, dict(patch)
    directive = patch.pop("$patch", "merge")
    if directive == "replace":
        replaced: Json = _without_directives(patch)
        return replaced
    if directive == "delete":
        return {}
    if directive != "merge":
        raise patch_failed(f"unknown patch type: {directive} in map: {go_text(whole)}")
    merged = dict(original)
    retained = patch.pop("$retainKeys", None)
    if retained is not None:
        merged = {key: value for key, value in merged.items() if key in retained}
    _merge_ordered(merged, patch)
    for key, value in patch.items():
        _merge_field(merged, key, value)
    return merged


def _merge_ordered(merged: Json, patch: Json) -> None:
    """Merge the lists that come with an order, and take them out of the patch."""
    for directive in [key for key in patch if key.startswith(_ORDER)]:
        field = directive.removeprefix(_ORDER)
        order, changes = patch.pop(directive), patch.pop(field, None)
        key = MERGE_KEYS.get(field)
        if not isinstance(order, list):
            raise bad_request(f"expected a list in {directive}")
        _check_order(changes or [], order, key)
        if field in merged:
            before = merged[field] or []
            after = _merge_list(before, changes, key) if changes else before
        elif changes is not None:
            before, after = [], [*_without_directives(changes)]
        else:
            continue
        merged[field] = _arrange(after, order, before, key)


def _check_order(changes: Sequence[Any], order: Sequence[Any], key: str | None) -> None:
    """Every changed element must stand in the order list, in the same sequence."""
    names = [_identity(item, key) for item in order]
    kept = [_identity(item, key) for item in changes if not _directive(item)]
    if [name for name in names if name in kept] != kept:
        lists = go_text([*changes]), go_text([*order])
        raise patch_failed(_ORDER_MISMATCH.format(*lists))


def _merge_field(merged: Json, key: str, value: Any) -> None:  # noqa: ANN401 - any JSON
    if key.startswith(_DELETE):
        field = key.removeprefix(_DELETE)
        merged[field] = [item for item in merged.get(field, []) if item not in value]
    elif value is None:
        merged.pop(key, None)
    elif key not in merged or type(merged[key]) is not type(value):
        merged[key] = _without_directives(value)
    elif isinstance(value, dict):
        merged[key] = strategic_merge(merged[key], value)
    elif isinstance(value, list) and (key in MERGE_KEYS or key in MERGED_PRIMITIVES):
        merged[key] = _merge_list(merged[key], value, MERGE_KEYS.get(key))
    else:
        merged[key] = value


def _merge_list(original: list[Any], patch: list[Any], key: str | None) -> list[Any]:
    if key is None:
        both = [*original, *(item for item in patch if item not in original)]
        return _arrange(both, patch, original, key)
    if any(_directive(item) == "replace" for item in patch):
        return [_without_directives(item) for item in patch if not _directive(item)]
    merged = {_identity(item, key): item for item in original}
    changes = []
    for item in patch:
        if _directive(item) == "delete":
            merged.pop(_identity(item, key), None)
        else:
            changes.append(item)
    for item in changes:
        name = _identity(item, key)
        known = merged.get(name)
        merged[name] = _without_directives(item) if known is None else strategic_merge(known, item)
    return _arrange(list(merged.values()), changes, original, key)


def _arrange(
    items: list[Any], order: list[Any], live_order: list[Any], key: str | None
) -> list[Any]:
    """Sort the patched elements as the patch says and the others among them as they were.

    Where nothing is known about two elements, the patched one goes first: the reason why a new
    variable without an order list becomes the first.
    """
    wanted = [_identity(item, key) for item in order]
    live = [_identity(item, key) for item in live_order]
    named = sorted(
        (item for item in items if _identity(item, key) in wanted),
        key=lambda item: wanted.index(_identity(item, key)),
    )
    others = [item for item in items if _identity(item, key) not in wanted]
    others.sort(key=lambda item: live.index(_identity(item, key)))
    result = []
    while others and named:
        left, right = _identity(others[0], key), _identity(named[0], key)
        other_first = right in live and live.index(left) < live.index(right)
        result.append((others if other_first else named).pop(0))
    return [*result, *others, *named]


def _identity(item: Any, key: str | None) -> Any:  # noqa: ANN401 - any JSON
    if key is None:
        return item
    if not isinstance(item, dict) or key not in item:
        raise patch_failed(f"map: {go_text(item)} does not contain declared merge key: {key}")
    return item[key]


def _directive(item: Any) -> str | None:  # noqa: ANN401 - any JSON
    return item.get("$patch") if isinstance(item, dict) else None


def _without_directives(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return what remains of a patch where there was nothing: no directives, no nulls."""
    if isinstance(value, dict):
        return {
            key: _without_directives(item)
            for key, item in value.items()
            if item is not None and not key.startswith("$")
        }
    if isinstance(value, list):
        return [_without_directives(item) for item in value if _directive(item) != "delete"]
    return value
