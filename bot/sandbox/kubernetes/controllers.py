"""The loop behind the API: pods, ReplicaSets, Deployments, and what is left when owners go."""

import asyncio
from contextlib import suppress

from bot.sandbox.kubernetes import replicas
from bot.sandbox.kubernetes.conditions import Progress
from bot.sandbox.kubernetes.kubelet import Kubelet
from bot.sandbox.kubernetes.resources import DEPLOYMENTS, PODS, REPLICASETS, Json
from bot.sandbox.kubernetes.rollout import DeploymentController
from bot.sandbox.kubernetes.store import Change, Store

# A moment between a change and the controllers' answer, so that a watch sees the state between
# them (`observedGeneration` still old), as with a real cluster.
_LATENCY_SECONDS = 0.05
_SETTLED_AFTER_STEPS = 500


class Controllers:
    """Wakes up on every change and when a pod or a deadline is due."""

    def __init__(self, store: Store, pod_seconds: float) -> None:
        """Work on the objects of `store`; nothing runs before `run` or `settle`."""
        self.kubelet = Kubelet(store, pod_seconds)
        self._store = store
        self._progress = Progress(self.kubelet.now, store.timestamp)
        self._deployments = DeploymentController(store, self._progress)
        self._latency = min(_LATENCY_SECONDS, pod_seconds / 30)
        self._wake = asyncio.Event()
        self._synced: dict[str, list[str]] = {}  # resourceVersions by uid of the Deployment
        store.observers.append(self._notice)

    def wake(self) -> None:
        """Look again soon."""
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._wake.clear()
            wait = self._step()
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._wake.wait()
            await asyncio.sleep(self._latency)

    def settle(self) -> None:
        """Finish everything under way at once, without waiting: for the seeded history."""
        for _ in range(_SETTLED_AFTER_STEPS):
            self._wake.clear()
            wait = self._step()
            if not self._wake.is_set():
                if wait is None:
                    return
                # Far enough for every pod to take its next step at once.
                self.kubelet.skipped += max(wait, 1.2 * self.kubelet.pod_seconds)
        raise RuntimeError("the seeded world does not come to rest")

    def _step(self) -> float | None:
        waits = [self.kubelet.advance()]
        self._collect_garbage()
        for replicaset in self._store.peek(REPLICASETS):
            replicas.sync(self._store, replicaset)
        for deployment in self._store.select(DEPLOYMENTS):
            if self._has_changed(deployment) or self._progress.remaining(deployment) == 0:
                self._deployments.sync(deployment)
            waits.append(self._progress.remaining(deployment))
        return min((wait for wait in waits if wait is not None), default=None)

    def _has_changed(self, deployment: Json) -> bool:
        """Tell whether the Deployment or a ReplicaSet of it is another than at the last sync."""
        owned = [
            item for item in self._store.peek(REPLICASETS) if replicas.owned_by(item, deployment)
        ]
        seen = [item["metadata"]["resourceVersion"] for item in (deployment, *owned)]
        uid = deployment["metadata"]["uid"]
        changed = self._synced.get(uid) != seen
        self._synced[uid] = seen
        return changed

    def _collect_garbage(self) -> None:
        owners = [*self._store.peek(DEPLOYMENTS), *self._store.peek(REPLICASETS)]
        uids = {owner["metadata"]["uid"] for owner in owners}
        for replicaset in self._store.peek(REPLICASETS):
            if _is_orphan(replicaset, uids):
                metadata = replicaset["metadata"]
                self._store.remove(REPLICASETS, metadata["namespace"], metadata["name"])
        for pod in self._store.peek(PODS):
            if _is_orphan(pod, uids) and "deletionTimestamp" not in pod["metadata"]:
                replicas.end_pod(self._store, pod)

    def _notice(self, _change: Change) -> None:
        self._wake.set()


def _is_orphan(item: Json, uids: set[str]) -> bool:
    references = item["metadata"].get("ownerReferences") or []
    return bool(references) and not any(reference["uid"] in uids for reference in references)
