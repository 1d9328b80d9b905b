"""One handle for both clusters of the contract tests: the sandbox's and a real one.

A test that takes the fixture `kubernetes_world` runs twice; `real_kubernetes.py` says when the
second run is skipped. Each test has a namespace of its own.
"""

import asyncio
import json
import secrets
import ssl
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.sandbox.kubernetes.server import KubernetesServer
from tests.contracts import real_kubernetes
from tests.contracts.real_kubernetes import ControlPlane

Json = dict[str, Any]
STRATEGIC = "application/strategic-merge-patch+json"
MERGE = "application/merge-patch+json"
_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of one answer."""

    status: int
    body: Json

    @property
    def message(self) -> str:
        """The words of a `Status`."""
        text: str = self.body["message"]
        return text


@dataclass(kw_only=True)
class KubernetesWorld(ABC):
    """A cluster, a namespace in it, and users `admin`, `bot` (no rights yet) and `nobody`.

    Attributes:
        url: Of the API server, without a slash at the end.
        tokens: Bearer token by user.
        ca_file: What to trust; None for plain HTTP.
    """

    url: str
    tokens: dict[str, str]
    session: aiohttp.ClientSession
    ca_file: str | None = None
    namespace: str = field(default_factory=lambda: f"t-{secrets.token_hex(4)}")

    @abstractmethod
    def kubeconfig(self, user: str = "bot") -> Json:
        """Return what a kubeconfig file for that user contains, in this namespace."""

    @abstractmethod
    async def grant(self, rules: Sequence[Json], user: str = "bot") -> None:
        """Give a user the rules of a Role in this namespace."""

    @abstractmethod
    def hold_pods(self) -> None:
        """Keep new pods of this namespace from getting ready: its rollouts get stuck."""

    @abstractmethod
    def release_pods(self) -> None:
        """Let pods get ready, as at first."""

    def path(self, plural: str, name: str = "") -> str:
        """Return the path of an object or list of this namespace."""
        roots = {
            "deployments": "/apis/apps/v1",
            "replicasets": "/apis/apps/v1",
            "cronjobs": "/apis/batch/v1",
        }
        root = f"{roots.get(plural, '/api/v1')}/namespaces/{self.namespace}/{plural}"
        return f"{root}/{name}" if name else root

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str = "admin",
        content_type: str = "application/json",
        **query: str,
    ) -> Answer:
        """Send one raw request."""
        async with self.session.request(
            method,
            self.url + path,
            params=query,
            data=None if body is None else json.dumps(body),
            headers=self._headers(user, content_type),
        ) as answer:
            return Answer(answer.status, json.loads(await answer.read()))

    async def patch(self, path: str, body: Any, **options: Any) -> Answer:
        """Send a strategic merge patch, or another kind with `content_type`."""
        return await self.call("PATCH", path, body, **{"content_type": STRATEGIC, **options})

    @asynccontextmanager
    async def watch(
        self, path: str, *, user: str = "admin", **query: str
    ) -> AsyncIterator[AsyncIterator[Json]]:
        """Watch, as an iterator of events."""
        timeout = aiohttp.ClientTimeout(total=_PATIENCE_SECONDS)
        async with self.session.get(
            self.url + path,
            params={"watch": "1", **query},
            headers=self._headers(user, "application/json"),
            timeout=timeout,
        ) as answer:
            yield (json.loads(line) async for line in answer.content)

    async def seed(self, manifest: Json, plural: str = "deployments") -> Json:
        """Create an object; a Deployment has also finished its rollout on return."""
        answer = await self.call("POST", self.path(plural), manifest)
        if answer.status != 201:
            raise AssertionError(answer)
        if plural == "deployments":
            return await self.rolled_out(manifest["metadata"]["name"])
        return answer.body

    async def rolled_out(self, name: str) -> Json:
        """Wait until kubectl would call the rollout done; the Deployment then."""
        return await self.reached(name, _is_done)

    async def reached(self, name: str, goal: Callable[[Json], object]) -> Json:
        """Watch a Deployment until `goal` holds; the Deployment then."""
        return (await self.history(name, goal))[-1]

    async def history(self, name: str, goal: Callable[[Json], object]) -> list[Json]:
        """Watch a Deployment until `goal` holds; every state that was seen."""
        seen: list[Json] = []
        selector = f"metadata.name={name}"
        async with self.watch(self.path("deployments"), fieldSelector=selector) as events:
            async for event in events:
                seen.append(event["object"])
                if goal(seen[-1]):
                    return seen
        raise AssertionError(f"the watch of {name} ended before its goal: {seen[-1:]}")

    def _headers(self, user: str, content_type: str) -> dict[str, str]:
        token = self.tokens.get(user, "unknown")
        return {"Authorization": f"Bearer {token}", "Content-Type": content_type}


@dataclass(kw_only=True)
class PretendKubernetes(KubernetesWorld):
    """The sandbox's server."""

    server: KubernetesServer

    def kubeconfig(self, user: str = "bot") -> Json:
        """Return the server's, in this namespace."""
        config = self.server.kubeconfig(user)
        config["contexts"][0]["context"]["namespace"] = self.namespace
        return config

    async def grant(self, rules: Sequence[Json], user: str = "bot") -> None:
        """Add the rules."""
        self.server.rights.grant(user, self.namespace, rules)

    def hold_pods(self) -> None:
        """Hold all pods of the server."""
        self.server.stick(stuck=True)

    def release_pods(self) -> None:
        """Release them."""
        self.server.stick(stuck=False)


@dataclass(kw_only=True)
class RealKubernetes(KubernetesWorld):
    """A real API server."""

    plane: ControlPlane

    def kubeconfig(self, user: str = "bot") -> Json:
        """Return one that trusts the server's own certificate."""
        return real_kubernetes.kubeconfig(self.plane, user, self.namespace)

    async def grant(self, rules: Sequence[Json], user: str = "bot") -> None:
        """Create a Role and bind it; the server needs a moment to notice."""
        name = f"{user}-{secrets.token_hex(4)}"
        root = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{self.namespace}"
        group = "rbac.authorization.k8s.io"
        role: Json = {"metadata": {"name": name}, "rules": list(rules)}
        binding: Json = {
            "metadata": {"name": name},
            "subjects": [{"kind": "User", "name": user, "apiGroup": group}],
            "roleRef": {"kind": "Role", "name": name, "apiGroup": group},
        }
        await self.call("POST", f"{root}/roles", role)
        await self.call("POST", f"{root}/rolebindings", binding)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not await self._has(user, rules[-1]):
                pass

    def hold_pods(self) -> None:
        """Hide this namespace from the thread that plays the kubelet."""
        self.plane.held.add(self.namespace)

    def release_pods(self) -> None:
        """Show it again."""
        self.plane.held.discard(self.namespace)

    async def _has(self, user: str, rule: Json) -> bool:
        attributes = {
            "namespace": self.namespace,
            "verb": rule["verbs"][0],
            "group": rule["apiGroups"][0],
            "resource": rule["resources"][0],
            "name": (rule.get("resourceNames") or [""])[0],
        }
        answer = await self.call(
            "POST", REVIEWS, {"spec": {"resourceAttributes": attributes}}, user=user
        )
        return answer.body["status"]["allowed"] is True


REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


@asynccontextmanager
async def pretend() -> AsyncIterator[PretendKubernetes]:
    """Start the sandbox's server."""
    async with (
        KubernetesServer(pod_seconds=0.1, seeded=False) as server,
        aiohttp.ClientSession(trust_env=False) as session,
    ):
        tokens = {name: user.token for name, user in server.rights.users.items()}
        world = PretendKubernetes(url=server.url, tokens=tokens, session=session, server=server)
        await _create_namespace(world)
        yield world


@asynccontextmanager
async def real(plane: ControlPlane) -> AsyncIterator[RealKubernetes]:
    """Take a namespace of the running real server."""
    trusted = ssl.create_default_context(cafile=str(plane.ca_file))
    connector = aiohttp.TCPConnector(ssl=trusted)
    async with aiohttp.ClientSession(connector=connector, trust_env=False) as session:
        world = RealKubernetes(
            url=plane.url,
            tokens=plane.tokens,
            session=session,
            ca_file=str(plane.ca_file),
            plane=plane,
        )
        await _create_namespace(world)
        yield world
        await world.call("DELETE", f"/api/v1/namespaces/{world.namespace}")


async def _create_namespace(world: KubernetesWorld) -> None:
    answer = await world.call("POST", "/api/v1/namespaces", {"metadata": {"name": world.namespace}})
    if answer.status != 201:
        raise AssertionError(answer)


def _is_done(item: Json) -> bool:
    """`kubectl rollout status`, in its order (rollout_status.go)."""
    status, wanted = item.get("status") or {}, item["spec"]["replicas"]
    updated = status.get("updatedReplicas", 0)
    seen = status.get("observedGeneration", 0) >= item["metadata"]["generation"]
    rolled = updated >= wanted and status.get("replicas", 0) <= updated
    return bool(seen and rolled and status.get("availableReplicas", 0) >= updated)
