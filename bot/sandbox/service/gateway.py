"""Sends each request to a ready pod, as the cluster's Service object would."""

import random
from collections.abc import Callable, Sequence

from bot.sandbox.service.application import Application, Shared
from bot.sandbox.service.failures import Reason, ServiceFailure
from bot.sandbox.service.pods import PodView, Switches


class Gateway:
    """Knows the application of every pod that there is."""

    def __init__(self, pods: Callable[[], Sequence[PodView]], shared: Shared) -> None:
        """Ask `pods` before each request."""
        self._pods = pods
        self._shared = shared
        self._applications: dict[tuple[str, float], Application] = {}

    def pick(self) -> Application:
        """Return the application of one ready pod, by chance.

        Raises:
            ServiceFailure: NO_POD when none is ready.
        """
        ready = self._ready()
        if not ready:
            raise ServiceFailure(Reason.NO_POD, 503, "No pod of the service is ready")
        return random.choice(ready)

    def switches(self) -> list[Switches]:
        """Return the switches of the ready pods."""
        return [application.switches for application in self._ready()]

    def _ready(self) -> list[Application]:
        pods = {(pod.name, pod.started_at): pod for pod in self._pods()}
        # A pod's breaker and places live as long as the pod.
        self._applications = {
            identity: self._applications.get(identity) or Application(pod, self._shared)
            for identity, pod in pods.items()
        }
        return [self._applications[identity] for identity, pod in pods.items() if pod.ready]
