"""What a node does with a pod: schedule it, pull, start, become ready, and end it."""

import base64
import random
import time
from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.kubernetes.resources import PODS, SECRETS, Json
from bot.sandbox.kubernetes.store import Store

# Shares of `pod_seconds`, since the pod was created (or deleted), at which a stage ends. A pod
# that waits for its image or Secret tries again whenever something changes.
_SHARES = {"created": 0.05, "scheduled": 0.6, "waiting": 0.0, "started": 1.0, "stopping": 0.5}
Stuck = Literal["readiness", "ImagePullBackOff"]


@dataclass(slots=True)
class PodRun:
    """Return the life of one pod, beside its object.

    Attributes:
        since: Reading of the kubelet's clock at the start, or at the deletion.
        pace: Multiplies all times, so that pods do not move in step.
        stage: Where it is: created, scheduled, waiting, started, ready or stopping.
        env: The variables of the first container, read from Secrets when it started.
        started_at: Seconds since the epoch; 0 before.
    """

    since: float
    pace: float
    stage: str = "created"
    env: dict[str, str] = field(default_factory=dict)
    started_at: float = 0.0


class Kubelet:
    """Moves every pod along. Nothing happens between calls of `advance`."""

    def __init__(self, store: Store, pod_seconds: float) -> None:
        """Let one pod take about `pod_seconds` from created to ready."""
        self.pod_seconds = pod_seconds
        self.stuck: Stuck | None = None  # what keeps pods that are not ready yet from it
        self.skipped = 0.0  # seconds jumped over while the history is seeded
        self.runs: dict[str, PodRun] = {}
        self._store = store

    def now(self) -> float:
        """Read the kubelet's clock, in seconds."""
        return time.monotonic() + self.skipped

    def advance(self) -> float | None:
        """Do what is due; the seconds until the next thing will be, None when nothing will."""
        waits = [self._advance(pod) for pod in self._store.peek(PODS)]
        return min((wait for wait in waits if wait is not None), default=None)

    def reload(self, pod: Json) -> None:
        """Read the variables of a running pod again, as if it had just started."""
        run = self.runs.get(pod["metadata"]["uid"])
        if run is not None and run.env:
            run.env = self._environment(pod)

    def _advance(self, pod: Json) -> float | None:
        metadata = pod["metadata"]
        run = self.runs.get(metadata["uid"])
        if run is None:
            run = PodRun(since=self.now(), pace=random.uniform(0.85, 1.15))
            self.runs[metadata["uid"]] = run
        if "deletionTimestamp" in metadata and run.stage != "stopping":
            run.stage, run.since = "stopping", self.now()
        share = _SHARES.get(run.stage)
        if share is None or (run.stage == "started" and self.stuck == "readiness"):
            return None
        if run.stage == "waiting" and self._obstacle(pod):
            return None
        wait = run.since + share * run.pace * self.pod_seconds - self.now()
        if wait > 0:
            return wait
        self._reach_next(self._store.get(PODS, metadata["namespace"], metadata["name"]), run)
        return 0.0

    def _reach_next(self, pod: Json, run: PodRun) -> None:
        metadata = pod["metadata"]
        if run.stage == "stopping":
            del self.runs[metadata["uid"]]
            self._store.remove(PODS, metadata["namespace"], metadata["name"])
            return
        now = self._store.timestamp()
        if run.stage == "created":
            pod["spec"]["nodeName"] = f"node-{random.randint(1, 3)}"
            _set_status(pod, now, phase="Pending", waiting=("ContainerCreating", ""))
            run.stage = "scheduled"
        elif run.stage in ("scheduled", "waiting"):
            self._start(pod, run, now)
        else:
            _set_status(pod, now, phase="Running", ready=True)
            run.stage = "ready"
        self._store.replace(PODS, pod)

    def _start(self, pod: Json, run: PodRun, now: str) -> None:
        obstacle = self._obstacle(pod)
        if obstacle is not None:
            run.stage = "waiting"
            _set_status(pod, now, phase="Pending", waiting=obstacle)
            return
        run.stage, run.started_at = "started", time.time()
        run.env = self._environment(pod)
        _set_status(pod, now, phase="Running")

    def _obstacle(self, pod: Json) -> tuple[str, str] | None:
        """Tell why the containers cannot start: a waiting reason and its message."""
        image = pod["spec"]["containers"][0]["image"]
        # The same sign of an image that nobody can pull as in the tests with a real API server.
        if image.startswith("bad") or self.stuck == "ImagePullBackOff":
            return "ImagePullBackOff", f'Back-off pulling image "{image}"'
        try:
            self._environment(pod)
        except LookupError as error:
            return "CreateContainerConfigError", str(error.args[0])
        return None

    def _environment(self, pod: Json) -> dict[str, str]:
        namespace = pod["metadata"]["namespace"]
        resolved: dict[str, str] = {}
        for variable in pod["spec"]["containers"][0].get("env") or []:
            reference = (variable.get("valueFrom") or {}).get("secretKeyRef")
            if reference is None:
                resolved[variable["name"]] = variable.get("value", "")
            elif (value := self._secret_value(namespace, reference)) is not None:
                resolved[variable["name"]] = value
        return resolved

    def _secret_value(self, namespace: str, reference: Json) -> str | None:
        secret = self._store.find(SECRETS, namespace, reference["name"])
        data = (secret or {}).get("data") or {}
        if reference["key"] in data:
            return base64.b64decode(data[reference["key"]]).decode()
        if reference.get("optional"):
            return None
        if secret is None:
            raise LookupError(f'secret "{reference["name"]}" not found')
        where = f"{namespace}/{reference['name']}"
        raise LookupError(f"couldn't find key {reference['key']} in Secret {where}")


def _set_status(
    pod: Json,
    now: str,
    *,
    phase: str,
    ready: bool = False,
    waiting: tuple[str, str] | None = None,
) -> None:
    status = pod.setdefault("status", {})
    names = [container["name"] for container in pod["spec"]["containers"]]
    unready = f"containers with unready status: [{' '.join(names)}]"
    known = {condition["type"]: condition for condition in status.get("conditions") or []}
    wanted = {"Initialized": True, "Ready": ready, "ContainersReady": ready, "PodScheduled": True}
    conditions = []
    for kind, value in wanted.items():
        truth = "True" if value else "False"
        condition: Json = {"type": kind, "status": truth, "lastProbeTime": None}
        same = known.get(kind, {}).get("status") == truth
        condition["lastTransitionTime"] = known[kind]["lastTransitionTime"] if same else now
        if not value:
            condition.update(reason="ContainersNotReady", message=unready)
        conditions.append(condition)
    status.update(phase=phase, conditions=conditions)
    status.setdefault("startTime", now)
    status["containerStatuses"] = [
        _container_status(container, ready=ready, waiting=waiting, now=now)
        for container in pod["spec"]["containers"]
    ]


def _container_status(
    container: Json, *, ready: bool, waiting: tuple[str, str] | None, now: str
) -> Json:
    state: Json = {"running": {"startedAt": now}}
    if waiting is not None:
        reason, message = waiting
        state = {"waiting": {"reason": reason, **({"message": message} if message else {})}}
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": "",
        "lastState": {},
        "ready": ready,
        "restartCount": 0,
        "started": waiting is None,
        "state": state,
    }
