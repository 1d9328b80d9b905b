"""The server as the rest of the sandbox holds it: start and stop, controls, and what was asked."""

import asyncio
import base64
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Literal, Self

from aiohttp import web

from bot.sandbox.kubernetes import changes, replicas, seed
from bot.sandbox.kubernetes.api import USER_KEY, Api
from bot.sandbox.kubernetes.changes import Intent
from bot.sandbox.kubernetes.controllers import Controllers
from bot.sandbox.kubernetes.kubelet import Stuck
from bot.sandbox.kubernetes.listener import ApiListener
from bot.sandbox.kubernetes.patching import MERGE, Patch
from bot.sandbox.kubernetes.resources import DEPLOYMENTS, PODS, SECRETS, Json
from bot.sandbox.kubernetes.rights import Rights
from bot.sandbox.kubernetes.store import Change, Store
from bot.sandbox.kubernetes.watching import Watches

REMEMBERED_REQUESTS = 2_000


@dataclass(frozen=True, slots=True)
class Request:
    """One answered request; `at` in seconds since the epoch, `user` empty with a bad token."""

    method: str
    path: str
    query: dict[str, str]
    status: int
    user: str
    at: float
    content_type: str


@dataclass(frozen=True, slots=True)
class PodView:
    """Return a pod as the service's traffic sees it; `env` as it was when the pod started."""

    name: str
    ready: bool
    env: dict[str, str]
    image: str
    started_at: float


class KubernetesServer:
    """Return a cluster on loopback, for as long as the `async with` block runs.

    Attributes:
        rights: Users, tokens and rules.
        store: The objects, for tests that want to look.
        requests: What was asked, oldest first.
    """

    def __init__(
        self,
        *,
        pod_seconds: float = 3.0,
        progress_deadline_seconds: int | None = None,
        seeded: bool = True,
    ) -> None:
        """Prepare the cluster.

        Args:
            pod_seconds: How long one pod takes from created to ready, +-15 %.
            progress_deadline_seconds: Of the seeded Deployments, whole seconds; None takes three
                times `pod_seconds`, so that a stuck rollout fails while somebody looks.
            seeded: False leaves out the service and its history: an empty cluster.
        """
        self.store = Store()
        self.rights = Rights()
        self.requests: deque[Request] = deque(maxlen=REMEMBERED_REQUESTS)
        self._controllers = Controllers(self.store, pod_seconds)
        self._watches = Watches(self.store)
        api = Api(self.store, self.rights, self._watches)
        self._listener = ApiListener(api.handle, self._record)
        self._queues: set[asyncio.Queue[Json]] = set()
        self._stack = AsyncExitStack()
        self._has_keys = False
        seed.plant_namespaces(self.store)
        if seeded:
            deadline = progress_deadline_seconds or max(1, math.ceil(3 * pod_seconds))
            seed.plant_service(self.store, self._controllers, deadline)
            self.rights.users["bot"].rules.extend(seed.rights_of_the_bot())
        self.store.observers.append(self._publish_change)

    async def __aenter__(self) -> Self:
        """Listen, and start the controllers."""
        await self._stack.enter_async_context(self._listener)
        tasks = await self._stack.enter_async_context(asyncio.TaskGroup())
        self._stack.callback(tasks.create_task(self._controllers.run()).cancel)
        self._stack.callback(self._watches.end_all)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End watches, controllers and the listening socket, in that order."""
        await self._stack.aclose()

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return self._listener.url

    def kubeconfig(self, user: str = "bot") -> Json:
        """Return what a kubeconfig file for that user contains: admin, bot or nobody."""
        context = {"cluster": "sandbox", "user": user, "namespace": seed.NAMESPACE}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "sandbox", "cluster": {"server": self.url}}],
            "users": [{"name": user, "user": {"token": self.rights.users[user].token}}],
            "contexts": [{"name": "sandbox", "context": context}],
            "current-context": "sandbox",
        }

    def deployment(self, namespace: str, name: str) -> Json:
        """Return the Deployment as an administrator would get it."""
        return self.store.get(DEPLOYMENTS, namespace, name)

    def pods(self, namespace: str, deployment: str) -> list[PodView]:
        """Return the pods that take part in traffic or will: not the terminating ones."""
        found = replicas.pods_of(self.store, self.deployment(namespace, deployment))
        return [self._view(pod) for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def set_secret(self, name: str, values: dict[str, str], namespace: str = "default") -> None:
        """Set keys of a Secret to these plain texts, creating it when it is missing.

        The first time, the service's seeded pods read it as if they had started with it: the
        world knows its keys only once it stands. Later ones need a restart, as everywhere.
        """
        body: Json = {"metadata": {"name": name}, "stringData": values}
        intent = Intent(manager="kubectl-create")
        if not self._has_keys:
            self.store.backdated = seed.SECRET_AGE  # or every pod would be older than its key
        if self.store.find(SECRETS, namespace, name) is None:
            changes.create(self.store, SECRETS, namespace, body, intent)
        else:
            patch = Patch(MERGE, body)
            changes.patch(self.store, SECRETS, namespace, name, patch, intent=intent)
        if not self._has_keys:
            self._has_keys = True
            self.store.backdated = timedelta()
            for pod in self.store.select(PODS, namespace):
                self._controllers.kubelet.reload(pod)

    def secret(self, name: str, namespace: str = "default") -> dict[str, str]:
        """Return the plain texts of a Secret."""
        raw = self.store.get(SECRETS, namespace, name)
        return {key: base64.b64decode(value).decode() for key, value in raw["data"].items()}

    def deploy(
        self, image: str, cause: str | None = None, env: Mapping[str, str] | None = None
    ) -> Json:
        """Our own deploy of the service, by another hand than the bot's: an image, variables."""
        text = cause or f"deploy {image.rpartition(':')[2]}"
        intent = Intent(manager="deploy-pipeline")
        return seed.deploy(self.store, seed.SERVICE, image, text, intent, env=env)

    def restart(self) -> Json:
        """Replace the service's pods by hand, so that they read the Secret anew."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        return seed.restart(self.store, seed.SERVICE, at, Intent(manager="kubectl-rollout"))

    def stick(self, stuck: bool = True, *, why: Stuck = "readiness") -> None:  # noqa: FBT001, FBT002 - a switch
        """Keep pods that are not ready from getting ready, or let them again."""
        self._controllers.kubelet.stuck = why if stuck else None
        self._controllers.wake()

    def forbid(self, verb: str, resource: str) -> None:
        """Take a right from everybody but the admin, until `allow_again`."""
        self.rights.forbid(verb, resource)

    def allow_again(self) -> None:
        """Give back what `forbid` took."""
        self.rights.allow_again()

    def delay(self, seconds: float) -> None:
        """Answer every request that much later; 0 for at once."""
        self._listener.delay_seconds = seconds

    async def unavailable(self, how: Literal["refuse", "hang"] | None) -> None:
        """Refuse connections, or accept them and never answer; None ends it."""
        if how is not None:
            self._watches.end_all()
        await self._listener.become(how)

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[asyncio.Queue[Json]]:
        """Return a queue of `request` and `object` events for the page."""
        queue: asyncio.Queue[Json] = asyncio.Queue()
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)

    def _view(self, pod: Json) -> PodView:
        run = self._controllers.kubelet.runs.get(pod["metadata"]["uid"])
        return PodView(
            name=pod["metadata"]["name"],
            ready=replicas.is_ready(pod),
            env=dict(run.env) if run else {},
            image=pod["spec"]["containers"][0]["image"],
            started_at=run.started_at if run else 0.0,
        )

    def _record(self, request: web.BaseRequest, status: int) -> None:
        seen = Request(
            method=request.method,
            path=request.path,
            query=dict(request.query),
            status=status,
            user=request.get(USER_KEY, ""),
            at=time.time(),
            content_type=request.content_type,
        )
        self.requests.append(seen)
        self._publish({"type": "request", "request": seen})

    def _publish_change(self, change: Change) -> None:
        event: dict[str, Any] = {"type": "object", "change": change.kind, "object": change.object}
        self._publish(event)

    def _publish(self, event: Json) -> None:
        for queue in self._queues:
            queue.put_nowait(event)
