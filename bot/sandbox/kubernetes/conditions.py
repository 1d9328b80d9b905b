"""The status of a Deployment: counters, and the conditions that tell progress from failure."""

from collections.abc import Callable

from bot.sandbox.kubernetes.resources import Json

_COUNTERS = ("updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas")
TIMED_OUT = "ProgressDeadlineExceeded"
_COMPLETE = "NewReplicaSetAvailable"


def is_complete(spec: Json, status: Json) -> bool:
    """Tell whether all pods have the new template and work, and no others are left."""
    counts = {status.get(name, 0) for name in (*_COUNTERS[:1], "replicas", "availableReplicas")}
    return counts == {spec["replicas"]}


class Progress:
    """Writes statuses, and knows for each Deployment when it last moved."""

    def __init__(self, now: Callable[[], float], timestamp: Callable[[], str]) -> None:
        """Take seconds for deadlines from `now` and moments to write from `timestamp`."""
        self._now = now
        self._timestamp = timestamp
        self._moved: dict[str, float] = {}

    def status(
        self, item: Json, mine: Json | None, found: list[Json], least: int, *, created: bool
    ) -> Json:
        """Return the status to write; `mine` is the ReplicaSet with the Deployment's template."""
        before = item.get("status") or {}
        status = _counters(item, mine, found)
        known = {entry["type"]: entry for entry in before.get("conditions") or []}
        if status.get("availableReplicas", 0) >= least:
            works = ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
        else:
            message = "Deployment does not have minimum availability."
            works = ("False", "MinimumReplicasUnavailable", message)
        kept = [self._condition(known.get("Available"), "Available", *works)]
        progressing = self._progressing(
            item, mine, status, known.get("Progressing"), created=created
        )
        if progressing:
            kept.append(progressing)
        status["conditions"] = kept
        return status

    def remaining(self, item: Json) -> float | None:
        """Return the seconds until the Deployment's deadline passes, None when it does not run."""
        status = item.get("status") or {}
        reasons = {entry["type"]: entry["reason"] for entry in status.get("conditions") or []}
        settled = reasons.get("Progressing") in (None, _COMPLETE, TIMED_OUT, "DeploymentPaused")
        moved = self._moved.get(item["metadata"]["uid"])
        if settled or moved is None:
            return None
        return max(moved + float(item["spec"]["progressDeadlineSeconds"]) - self._now(), 0.0)

    def _progressing(
        self,
        item: Json,
        mine: Json | None,
        status: Json,
        known: Json | None,
        *,
        created: bool,
    ) -> Json | None:
        paused = self._paused(item, known)
        if paused is not None or mine is None:
            return paused or known
        name = mine["metadata"]["name"]
        if created:
            message = f'Created new replica set "{name}"'
            return self._named(item, known, "True", "NewReplicaSetCreated", message, moved=True)
        settled = known is not None and known["reason"] == _COMPLETE
        if settled and status.get("replicas") == status.get("updatedReplicas"):
            return known
        name = f'ReplicaSet "{name}"'
        if is_complete(item["spec"], status):
            message = f"{name} has successfully progressed."
            known = self._named(item, known, "True", _COMPLETE, message)
        elif _has_moved(item.get("status") or {}, status):
            message = f"{name} is progressing."
            known = self._named(item, known, "True", "ReplicaSetUpdated", message, moved=True)
        elif self.remaining(item) == 0:
            message = f"{name} has timed out progressing."
            known = self._named(item, known, "False", TIMED_OUT, message)
        return known

    def _paused(self, item: Json, known: Json | None) -> Json | None:
        if item["spec"].get("paused"):
            return self._named(item, known, "Unknown", "DeploymentPaused", "Deployment is paused")
        if known is not None and known["reason"] == "DeploymentPaused":
            return self._named(item, known, "Unknown", "DeploymentResumed", "Deployment is resumed")
        return None

    def _named(
        self,
        item: Json,
        known: Json | None,
        truth: str,
        reason: str,
        message: str,
        *,
        moved: bool = False,
    ) -> Json:
        uid = item["metadata"]["uid"]
        same = known is not None and (known["reason"], known["message"]) == (reason, message)
        if moved or not same:
            self._moved[uid] = self._now()
        return self._condition(known, "Progressing", truth, reason, message, moved=moved)

    def _condition(
        self,
        known: Json | None,
        kind: str,
        truth: str,
        reason: str,
        message: str,
        *,
        moved: bool = False,
    ) -> Json:
        now = self._timestamp()
        same = known is not None and (known["status"], known["reason"]) == (truth, reason)
        if known is not None and same and not moved:
            return known
        since = now
        if known is not None and known["status"] == truth:
            since = known["lastTransitionTime"]
        return {
            "type": kind,
            "status": truth,
            "lastUpdateTime": now,
            "lastTransitionTime": since,
            "reason": reason,
            "message": message,
        }


def _counters(item: Json, mine: Json | None, found: list[Json]) -> Json:
    statuses = [entry.get("status") or {} for entry in found]
    totals = {
        name: sum(status.get(name, 0) for status in statuses)
        for name in ("replicas", "readyReplicas", "availableReplicas", "terminatingReplicas")
    }
    asked = sum(entry["spec"]["replicas"] for entry in found)
    totals["unavailableReplicas"] = max(asked - totals["availableReplicas"], 0)
    totals["updatedReplicas"] = ((mine or {}).get("status") or {}).get("replicas", 0)
    status = {name: value for name, value in totals.items() if value}
    status["terminatingReplicas"] = totals["terminatingReplicas"]
    status["observedGeneration"] = item["metadata"]["generation"]
    return status


def _has_moved(before: Json, after: Json) -> bool:
    def old(status: Json) -> int:
        left: int = status.get("replicas", 0) - status.get("updatedReplicas", 0)
        return left

    more = any(
        after.get(name, 0) > before.get(name, 0)
        for name in ("updatedReplicas", "readyReplicas", "availableReplicas")
    )
    return more or old(after) < old(before)
