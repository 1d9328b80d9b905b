"""The ReplicaSets of a Deployment: one per template, numbered, the oldest forgotten."""

import hashlib
import json
from typing import Any

from bot.sandbox.kubernetes.replicas import NAME_LETTERS, owned_by, owner_reference
from bot.sandbox.kubernetes.resources import REPLICASETS, Json
from bot.sandbox.kubernetes.store import Store

HASH_LABEL = "pod-template-hash"
_PREFIX = "deployment.kubernetes.io/"
REVISION = _PREFIX + "revision"
_HISTORY = _PREFIX + "revision-history"
_DESIRED, _MAXIMUM = _PREFIX + "desired-replicas", _PREFIX + "max-replicas"
_NOT_COPIED = {
    REVISION,
    _HISTORY,
    _DESIRED,
    _MAXIMUM,
    "kubectl.kubernetes.io/last-applied-configuration",
}


def revision(item: Json) -> int:
    """Return the revision number of a ReplicaSet or Deployment; 0 before it has one."""
    return int((item["metadata"].get("annotations") or {}).get(REVISION, 0))


def replicasets_of(store: Store, deployment: Json) -> list[Json]:
    """Return the ReplicaSets of a Deployment, oldest first."""
    namespace = deployment["metadata"]["namespace"]
    names = [
        item["metadata"]["name"]
        for item in store.peek(REPLICASETS, namespace)
        if owned_by(item, deployment)
    ]
    mine = [store.get(REPLICASETS, namespace, name) for name in names]
    return sorted(mine, key=lambda item: (item["metadata"]["creationTimestamp"], revision(item)))


def current(deployment: Json, replicasets: list[Json]) -> Json | None:
    """Return the ReplicaSet with the Deployment's own template, None while there is none."""
    wanted = _template(deployment["spec"]["template"])
    for item in replicasets:
        if _template(item["spec"]["template"]) == wanted:
            return item
    return None


def create(store: Store, deployment: Json, replicasets: list[Json], replicas: int) -> Json:
    """Store the ReplicaSet of a new template under the next revision."""
    template = json.loads(json.dumps(deployment["spec"]["template"]))
    label = _hash(template)
    metadata = template.setdefault("metadata", {})
    metadata["labels"] = {**(metadata.get("labels") or {}), HASH_LABEL: label}
    selector = {**deployment["spec"]["selector"]["matchLabels"], HASH_LABEL: label}
    item = {
        "metadata": {
            "name": f"{deployment['metadata']['name']}-{label}",
            "namespace": deployment["metadata"]["namespace"],
            "labels": metadata["labels"],
            "annotations": {
                **_copied(deployment),
                REVISION: str(max(map(revision, replicasets), default=0) + 1),
            },
            "ownerReferences": [owner_reference(deployment)],
        },
        "spec": {"replicas": replicas, "selector": {"matchLabels": selector}, "template": template},
        "status": {"replicas": 0},
    }
    return store.add(REPLICASETS, item)


def renumber(store: Store, deployment: Json, mine: Json, others: list[Json]) -> bool:
    """Give a reused ReplicaSet the highest number and the Deployment's annotations."""
    annotations = dict(mine["metadata"]["annotations"])
    before = dict(annotations)
    annotations.update(_copied(deployment))
    wanted = max(map(revision, others), default=0) + 1
    if revision(mine) < wanted:
        past = [*annotations.get(_HISTORY, "").split(","), annotations[REVISION]]
        annotations[_HISTORY] = ",".join(entry for entry in past if entry)
        annotations[REVISION] = str(wanted)
    mine["metadata"]["annotations"] = annotations
    store.replace(REPLICASETS, mine)
    return annotations != before


def scale(store: Store, deployment: Json, item: Json, replicas: int, maximum: int) -> bool:
    """Set how many pods a ReplicaSet shall have; whether that changed anything."""
    annotations = item["metadata"].setdefault("annotations", {})
    annotations[_DESIRED] = str(deployment["spec"]["replicas"])
    annotations[_MAXIMUM] = str(maximum)
    changed: bool = item["spec"]["replicas"] != replicas
    if changed:
        item["spec"]["replicas"] = replicas
        item["metadata"]["generation"] += 1
    store.replace(REPLICASETS, item)
    return changed


def forget_oldest(store: Store, deployment: Json, old: list[Json]) -> None:
    """Keep `revisionHistoryLimit` empty ReplicaSets."""
    empty = [
        item for item in old if not item["spec"]["replicas"] and not item["status"]["replicas"]
    ]
    empty.sort(key=revision)
    excess = len(empty) - deployment["spec"]["revisionHistoryLimit"]
    for item in empty[: max(excess, 0)]:
        store.remove(REPLICASETS, item["metadata"]["namespace"], item["metadata"]["name"])


def _copied(deployment: Json) -> Json:
    annotations = deployment["metadata"].get("annotations") or {}
    return {key: value for key, value in annotations.items() if key not in _NOT_COPIED}


def _template(template: Json) -> Any:  # noqa: ANN401 - only compared
    """Return what makes two templates equal: everything but the hash label."""
    metadata = template.get("metadata") or {}
    labels = {
        key: value for key, value in (metadata.get("labels") or {}).items() if key != HASH_LABEL
    }
    return labels, metadata.get("annotations") or {}, template["spec"]


def _hash(template: Json) -> str:
    digest = hashlib.sha256(json.dumps(template, sort_keys=True).encode()).digest()
    return "".join(NAME_LETTERS[byte % len(NAME_LETTERS)] for byte in digest[:10])
