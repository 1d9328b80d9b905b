"""Creating, patching, replacing and deleting objects, as the API server's registry does."""

import copy
import json
from dataclasses import dataclass

from bot.sandbox.kubernetes import (
    defaults,
    failures,
    ownership,
    patching,
    pruning,
    replicas,
    validation,
)
from bot.sandbox.kubernetes.gotext import go_text
from bot.sandbox.kubernetes.patching import Patch
from bot.sandbox.kubernetes.resources import DEPLOYMENTS, NAMESPACES, PODS, Json, Resource
from bot.sandbox.kubernetes.store import Store

# What a client cannot set: taken from the stored object on every change.
_KEPT = ("uid", "creationTimestamp", "generation", "deletionTimestamp", "resourceVersion")


@dataclass(frozen=True, slots=True)
class Intent:
    """Who changes something, and how seriously.

    Attributes:
        manager: Name for `managedFields`.
        dry_run: Answer as for real, store nothing.
        is_apply: The request is a server-side apply.
        force: Server-side apply takes fields from other managers.
    """

    manager: str
    dry_run: bool = False
    is_apply: bool = False
    force: bool = False


def create(store: Store, resource: Resource, namespace: str, body: Json, intent: Intent) -> Json:
    """Store a new object; 409 when the name is taken, 422 when it is invalid."""
    item = copy.deepcopy(body)
    metadata = item.setdefault("metadata", {})
    if metadata.setdefault("namespace", namespace) != namespace:
        raise failures.bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    if not resource.namespaced:
        del metadata["namespace"]
    elif store.find(NAMESPACES, "", namespace) is None:
        raise failures.not_found(NAMESPACES, namespace)
    if not metadata.get("name"):
        problem = failures.required("metadata.name", "name or generateName is required")
        raise failures.invalid(resource, "", [problem])
    item.update(apiVersion=resource.api_version, kind=resource.kind)
    if resource is not PODS:
        item.pop("status", None)
    _complete(resource, item, None, "{...}")
    if store.find(resource, metadata.get("namespace", ""), metadata["name"]):
        raise failures.already_exists(resource, metadata["name"])
    empty = {"apiVersion": resource.api_version, "metadata": {}}
    operation = "Apply" if intent.is_apply else "Update"
    ownership.record(empty, item, intent.manager, store.timestamp(), operation=operation)
    if intent.dry_run:
        metadata["creationTimestamp"] = store.timestamp()
        return item
    return store.add(resource, item)


def patch(
    store: Store, resource: Resource, namespace: str, name: str, change: Patch, *, intent: Intent
) -> Json:
    """Apply a patch of any kind to one object."""
    before = store.get(resource, namespace, name)
    if change.content_type == patching.APPLY:
        after = ownership.apply(
            before, change.body, intent.manager, store.timestamp(), force=intent.force
        )
        return _update(store, resource, before, after, intent, recorded=True)
    after = patching.apply_patch(change, copy.deepcopy(before))
    strategic = change.content_type == patching.STRATEGIC
    # The real server quotes the whole object here, Secrets too: nobody may log such a body.
    shown = go_text(change.body) if strategic else json.dumps(after, separators=(",", ":"))
    return _update(store, resource, before, after, intent, shown=shown)


def replace(
    store: Store, resource: Resource, namespace: str, name: str, body: Json, *, intent: Intent
) -> Json:
    """Store another version of one object (PUT)."""
    before = store.get(resource, namespace, name)
    after = copy.deepcopy(body)
    after.setdefault("metadata", {}).setdefault("namespace", namespace)
    return _update(store, resource, before, after, intent)


def delete(store: Store, resource: Resource, namespace: str, name: str, intent: Intent) -> Json:
    """Remove an object; pods end first. What it owns is collected later."""
    item = store.get(resource, namespace, name)
    if intent.dry_run:
        return item
    if resource is PODS:
        if "deletionTimestamp" not in item["metadata"]:
            replicas.end_pod(store, item)
        return item
    store.remove(resource, namespace, name)
    details = {"name": name, "group": resource.group, "kind": resource.plural}
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": {**details, "uid": item["metadata"]["uid"]},
    }


def _update(
    store: Store,
    resource: Resource,
    before: Json,
    after: Json,
    intent: Intent,
    *,
    recorded: bool = False,
    shown: str = "{...}",
) -> Json:
    old, new = before["metadata"], after.setdefault("metadata", {})
    _check_identity(resource, old, new)
    for key in _KEPT:
        new.pop(key, None)
        if key in old:
            new[key] = old[key]
    after.update(apiVersion=resource.api_version, kind=resource.kind)
    if "status" in before:
        after["status"] = before["status"]
    else:
        after.pop("status", None)
    managed = new.pop("managedFields", None) if recorded else old.get("managedFields")
    if managed is not None:
        new["managedFields"] = managed
    _complete(resource, after, before, shown)
    if resource.has_generation and _counts(resource, before, after):
        new["generation"] = old["generation"] + 1
    if not recorded:
        ownership.record(before, after, intent.manager, store.timestamp())
    return after if intent.dry_run else store.replace(resource, after)


def _check_identity(resource: Resource, old: Json, new: Json) -> None:
    for key in ("name", "namespace"):
        if new.setdefault(key, old.get(key)) != old.get(key):
            message = f"the {key} of the object ({new[key]}) does not match the {key} on the URL"
            raise failures.bad_request(f"{message} ({old[key]})")
    if not resource.namespaced:
        del new["namespace"]
    if new.get("uid", old["uid"]) != old["uid"]:
        shown = json.dumps(new["uid"])
        problem = failures.invalid_value("metadata.uid", shown, "field is immutable")
        raise failures.invalid(resource, old["name"], [problem])
    if new.get("resourceVersion") and new["resourceVersion"] != old["resourceVersion"]:
        raise failures.conflict(resource, old["name"])


def _counts(resource: Resource, before: Json, after: Json) -> bool:
    """Tell whether the change counts up the generation; a Deployment's annotations do too."""
    if before.get("spec") != after.get("spec"):
        return True
    annotations = [item["metadata"].get("annotations") or {} for item in (before, after)]
    return resource is DEPLOYMENTS and annotations[0] != annotations[1]


def _complete(resource: Resource, item: Json, before: Json | None, shown: str) -> None:
    defaults.fill(resource, item)
    pruning.prune(resource, item)
    validation.check(resource, item, before, shown)
