"""The Deployment controller, after kubernetes/pkg/controller/deployment (v1.36).

One call of `sync` takes one step, as the real one does: the next change calls it again.
"""

import math

from bot.sandbox.kubernetes import conditions, ownership, revisions
from bot.sandbox.kubernetes.resources import DEPLOYMENTS, REPLICASETS, Json
from bot.sandbox.kubernetes.store import Store

_MANAGER = "kube-controller-manager"


class DeploymentController:
    """Rolls Deployments out. Remembers when each made its last progress."""

    def __init__(self, store: Store, progress: conditions.Progress) -> None:
        """Work on the objects of `store`."""
        self._store = store
        self._progress = progress

    def sync(self, deployment: Json) -> None:
        """Take the next step and write what can be seen of it."""
        found = revisions.replicasets_of(self._store, deployment)
        mine = revisions.current(deployment, found)
        if deployment["spec"].get("paused"):
            self._scale_active(deployment, found)
            self._write(deployment, mine, created=False)
            return
        created = mine is None
        if mine is None:
            mine = self._create(deployment, found)
        old = [item for item in found if item["metadata"]["uid"] != mine["metadata"]["uid"]]
        if not created:
            revisions.renumber(self._store, deployment, mine, old)
        if deployment["spec"]["strategy"]["type"] == "Recreate":
            self._recreate(deployment, mine, old)
        elif not self._scale_new(deployment, mine, old):
            self._scale_old(deployment, mine, old)
        if conditions.is_complete(deployment["spec"], deployment.get("status") or {}):
            revisions.forget_oldest(self._store, deployment, old)
        self._write(deployment, mine, created=created)

    def _create(self, deployment: Json, found: list[Json]) -> Json:
        replicas = _surge_room(deployment, 0, _total(found))
        if deployment["spec"]["strategy"]["type"] == "Recreate" and _total(found):
            replicas = 0
        new = revisions.create(self._store, deployment, found, replicas)
        revisions.scale(self._store, deployment, new, replicas, _bounds(deployment)[0])
        return new

    def _scale_active(self, deployment: Json, found: list[Json]) -> None:
        """Follow a change of `replicas` while nothing rolls."""
        active = [item for item in found if item["spec"]["replicas"]]
        target = (active or found[-1:])[-1:]
        others = sum(item["spec"]["replicas"] for item in active[:-1])
        for item in target:
            wanted = max(deployment["spec"]["replicas"] - others, 0)
            revisions.scale(self._store, deployment, item, wanted, _bounds(deployment)[0])

    def _recreate(self, deployment: Json, mine: Json, old: list[Json]) -> None:
        for item in old:
            revisions.scale(self._store, deployment, item, 0, _bounds(deployment)[0])
        if not any(item["status"]["replicas"] for item in old):
            wanted = deployment["spec"]["replicas"]
            revisions.scale(self._store, deployment, mine, wanted, _bounds(deployment)[0])

    def _scale_new(self, deployment: Json, mine: Json, old: list[Json]) -> bool:
        wanted, maximum = deployment["spec"]["replicas"], _bounds(deployment)[0]
        now = mine["spec"]["replicas"]
        if now < wanted:
            wanted = _surge_room(deployment, now, now + _total(old))
        return revisions.scale(self._store, deployment, mine, wanted, maximum)

    def _scale_old(self, deployment: Json, mine: Json, old: list[Json]) -> None:
        """First the old pods that do not work, then as many as may be missing."""
        maximum, least = _bounds(deployment)
        unavailable = mine["spec"]["replicas"] - _available(mine)
        room = mine["spec"]["replicas"] + _total(old) - least - unavailable
        for item in old:
            broken = item["spec"]["replicas"] - _available(item)
            gone = min(max(room, 0), broken)
            room -= gone
            left = item["spec"]["replicas"] - gone
            revisions.scale(self._store, deployment, item, left, maximum)
        spare = min(room, _available(mine) + sum(map(_available, old)) - least)
        for item in old:
            gone = max(min(spare, item["spec"]["replicas"]), 0)
            spare -= gone
            left = item["spec"]["replicas"] - gone
            revisions.scale(self._store, deployment, item, left, maximum)

    def _write(self, deployment: Json, mine: Json | None, *, created: bool) -> None:
        """Read the counters again and store the Deployment's status and revision."""
        metadata = deployment["metadata"]
        found = revisions.replicasets_of(self._store, deployment)
        if mine is not None:
            mine = self._store.get(REPLICASETS, metadata["namespace"], mine["metadata"]["name"])

        def change(item: Json) -> None:
            if mine is not None:
                annotations = item["metadata"].setdefault("annotations", {})
                annotations[revisions.REVISION] = str(revisions.revision(mine))
            least = _bounds(item)[1]
            item["status"] = self._progress.status(item, mine, found, least, created=created)
            now = self._store.timestamp()
            ownership.record(deployment, item, _MANAGER, now, subresource="status")

        self._store.edit(DEPLOYMENTS, metadata["namespace"], metadata["name"], change)


def _bounds(deployment: Json) -> tuple[int, int]:
    """Return the most pods that may exist and the fewest that must work."""
    spec = deployment["spec"]
    replicas = spec["replicas"]
    rolling = spec["strategy"].get("rollingUpdate") or {}
    surge = _share(rolling.get("maxSurge", 0), replicas, round_up=True)
    missing = _share(rolling.get("maxUnavailable", 0), replicas, round_up=False)
    if surge == 0 and missing == 0:
        missing = 1  # otherwise nothing could ever move
    return replicas + surge, replicas - min(missing, replicas)


def _share(value: int | str, replicas: int, *, round_up: bool) -> int:
    if isinstance(value, int):
        return value
    exact = int(value.removesuffix("%")) * replicas / 100
    return math.ceil(exact) if round_up else math.floor(exact)


def _surge_room(deployment: Json, now: int, total: int) -> int:
    room = max(_bounds(deployment)[0] - total, 0)
    wanted: int = deployment["spec"]["replicas"]
    return now + min(room, wanted - now)


def _total(items: list[Json]) -> int:
    return sum(item["spec"]["replicas"] for item in items)


def _available(item: Json) -> int:
    available: int = (item.get("status") or {}).get("availableReplicas", 0)
    return available
