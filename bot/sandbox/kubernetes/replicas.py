"""The ReplicaSet controller: as many pods as asked for, and counters of what there is."""

import random

from bot.sandbox.kubernetes import defaults, selection
from bot.sandbox.kubernetes.resources import PODS, REPLICASETS, Json
from bot.sandbox.kubernetes.store import Store

# The alphabet of generated names: no vowels and no look-alikes (apimachinery's rand package).
NAME_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


def owned_by(item: Json, owner: Json) -> bool:
    """Tell whether `owner` is the controller of `item`."""
    references = item["metadata"].get("ownerReferences") or []
    return any(reference["uid"] == owner["metadata"]["uid"] for reference in references)


def owner_reference(owner: Json) -> Json:
    """Return the entry that makes `owner` the controller of something."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def is_ready(pod: Json) -> bool:
    """Tell whether the pod's Ready condition is true."""
    conditions = (pod.get("status") or {}).get("conditions") or []
    return any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)


def sync(store: Store, replicaset: Json) -> None:
    """Create or end pods, then write the counters."""
    namespace = replicaset["metadata"]["namespace"]
    mine = [pod for pod in store.peek(PODS, namespace) if owned_by(pod, replicaset)]
    active = [pod for pod in mine if "deletionTimestamp" not in pod["metadata"]]
    missing = replicaset["spec"]["replicas"] - len(active)
    for _ in range(missing):
        store.add(PODS, _new_pod(replicaset))
    if missing < 0:
        # Those that serve nobody go first, then the youngest.
        active.sort(key=lambda pod: int(pod["metadata"]["resourceVersion"]), reverse=True)
        active.sort(key=is_ready)
        for pod in active[:-missing]:
            end_pod(store, pod)
    _write_status(store, replicaset, active, len(mine) - len(active))


def end_pod(store: Store, pod: Json) -> None:
    """Mark a pod as terminating; the kubelet removes it."""

    def change(item: Json) -> None:
        item["metadata"]["deletionTimestamp"] = store.timestamp()
        grace = item["spec"]["terminationGracePeriodSeconds"]
        item["metadata"]["deletionGracePeriodSeconds"] = grace

    store.edit(PODS, pod["metadata"]["namespace"], pod["metadata"]["name"], change)


def _write_status(store: Store, replicaset: Json, active: list[Json], ending: int) -> None:
    ready = sum(1 for pod in active if is_ready(pod))
    counters = {
        "fullyLabeledReplicas": len(active),
        "readyReplicas": ready,
        "availableReplicas": ready,
    }
    status: Json = {"replicas": len(active)}
    status.update({name: value for name, value in counters.items() if value})
    status["terminatingReplicas"] = ending
    status["observedGeneration"] = replicaset["metadata"]["generation"]

    def change(item: Json) -> None:
        item["status"] = status

    metadata = replicaset["metadata"]
    if status != replicaset["status"]:
        store.edit(REPLICASETS, metadata["namespace"], metadata["name"], change)


def _new_pod(replicaset: Json) -> Json:
    template = replicaset["spec"]["template"]
    metadata = {
        key: value
        for key, value in template["metadata"].items()
        if key in ("labels", "annotations")
    }
    suffix = "".join(random.choices(NAME_LETTERS, k=5))
    pod = {
        "metadata": {
            **metadata,
            "name": f"{replicaset['metadata']['name']}-{suffix}",
            "generateName": f"{replicaset['metadata']['name']}-",
            "namespace": replicaset["metadata"]["namespace"],
            "ownerReferences": [owner_reference(replicaset)],
        },
        "spec": dict(template["spec"]),
        "status": {"phase": "Pending", "qosClass": "BestEffort"},
    }
    defaults.fill(PODS, pod)
    return pod


def pods_of(store: Store, deployment: Json) -> list[Json]:
    """Return the pods that a Deployment's selector finds in its namespace."""
    wanted = deployment["spec"]["selector"]["matchLabels"]
    pods = store.peek(PODS, deployment["metadata"]["namespace"])
    return [pod for pod in pods if selection.matches(pod["metadata"].get("labels") or {}, wanted)]
