"""What happens to the service's Deployment, and how it ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bot.clock import SystemClock
from bot.sandbox.kubernetes.resources import PODS
from bot.sandbox.own_faults import app
from bot.sandbox.settings_files import DEPLOYMENT, NAMESPACE, SECRET
from tests.scenarios.verdicts.place import Json, Place

_CRASHING = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting"}}


def _pods(place: Place) -> list[Json]:
    names = {pod.name for pod in place.kubernetes.pods(NAMESPACE, DEPLOYMENT)}
    found = place.kubernetes.store.select(PODS, NAMESPACE)
    return [pod for pod in found if pod["metadata"]["name"] in names]


def _delete(place: Place, pod: Json) -> None:
    """Let a pod be gone at once; its ReplicaSet makes another."""
    place.kubernetes.store.remove(PODS, NAMESPACE, pod["metadata"]["name"])


@asynccontextmanager
async def crash_loop(place: Place) -> AsyncIterator[None]:
    """Let one pod of four crash again and again."""
    pod = _pods(place)[0]
    ready = next(one for one in pod["status"]["conditions"] if one["type"] == "Ready")
    ready["status"] = "False"
    pod["status"]["containerStatuses"][0].update(ready=False, restartCount=7, state=_CRASHING)
    place.kubernetes.store.replace(PODS, pod)
    try:
        yield
    finally:
        _delete(place, pod)


@asynccontextmanager
async def stuck_rollout(place: Place, image: str) -> AsyncIterator[None]:
    """Deploy an image whose pods never get ready, and wait until Kubernetes gives it up."""
    before = app(place.deployment)["image"]
    place.kubernetes.stick()
    place.kubernetes.deploy(image)
    await place.until(lambda: "ProgressDeadlineExceeded" in str(place.deployment["status"]))
    try:
        yield
    finally:
        place.kubernetes.stick(stuck=False)
        place.kubernetes.deploy(before)


@asynccontextmanager
async def no_pods(place: Place) -> AsyncIterator[None]:
    """Take every pod away; the new ones never get ready."""
    place.kubernetes.stick()
    for pod in _pods(place):
        _delete(place, pod)
    await place.until(lambda: not place.deployment["status"].get("availableReplicas"))
    try:
        yield
    finally:
        place.kubernetes.stick(stuck=False)


@asynccontextmanager
async def variable(place: Place, name: str, value: str) -> AsyncIterator[None]:
    """Set a variable, as a mitigation does, and wait for the pods."""
    container = app(place.deployment)
    before = next(one["value"] for one in container["env"] if one["name"] == name)
    await _deployed(place, **{name: value})
    try:
        yield
    finally:
        await _deployed(place, **{name: before})


async def change_key(place: Place) -> None:
    """Put another key into the Secret; pods keep the one they started with.

    Kubernetes counts in whole seconds: in the second of their start nobody could see it.
    """
    starts = [pod.started_at for pod in place.kubernetes.pods(NAMESPACE, DEPLOYMENT)]
    newest = datetime.fromtimestamp(max(starts), UTC).replace(microsecond=0)
    await place.until(lambda: (SystemClock().now() - newest).total_seconds() >= 1)
    key = f"{place.ideogram.key[:-6]}second"
    place.ideogram.add_key(key)
    place.kubernetes.set_secret(SECRET, {"api-key": key})


async def restart(place: Place) -> None:
    """Replace all pods: they read the Secret at their start."""
    await _deployed(place, RESTARTED="yes")


async def _deployed(place: Place, **env: str) -> None:
    place.kubernetes.deploy(app(place.deployment)["image"], env=env)
    await place.settled()
