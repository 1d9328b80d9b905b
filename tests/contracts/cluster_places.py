"""Clusters with the Deployment `ideogram-service` and its Secret, and patches of it."""

import base64
import json
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.clock import SystemClock
from bot.domain.service import Target
from bot.domain.workload import Deployment, rollout
from bot.integrations.cluster import KubernetesCluster
from bot.integrations.kube_client import KubeClients
from bot.ports import Cluster
from tests.contracts import kubernetes_world as worlds
from tests.fakes.cluster import FakeCluster
from tests.fakes.cluster_objects import a_container, a_deployment

KEY = "ik-0123456789"
ENV = {"IDEOGRAM_API_KEY": None, "IDEOGRAM_FALLBACK": "false", "IDEOGRAM_CONCURRENCY": "8"}
RULES = [
    {
        "apiGroups": ["apps"],
        "resources": ["deployments"],
        "resourceNames": ["ideogram-service", "absent"],
        "verbs": ["get", "list", "watch", "patch"],
    },
    {"apiGroups": ["apps"], "resources": ["replicasets"], "verbs": ["list"]},
    {"apiGroups": [""], "resources": ["pods"], "verbs": ["list", "watch"]},
    {
        "apiGroups": [""],
        "resources": ["secrets"],
        "resourceNames": ["ideogram-secrets", "absent"],
        "verbs": ["get"],
    },
]


@dataclass(frozen=True)
class Place:
    """A cluster with the Deployment `ideogram-service` in it, two pods, and its Secret."""

    cluster: Cluster
    target: Target

    async def patch(self, *env: Mapping[str, Any], **options: Any) -> Deployment:
        """Patch variables of the container."""
        return await self.cluster.patch(self.target, setting(*env), **options)

    async def finish(self, generation: int) -> Deployment:
        """Watch until the rollout is done."""
        watching = self.cluster.watch(self.target, within=timedelta(seconds=20))
        async with aclosing(watching) as states:
            async for state in states:
                if rollout(state, generation).done:
                    return state
        raise AssertionError("the watch ended before the rollout")


def setting(*env: Mapping[str, Any], container: str = "app", **meta: Any) -> dict[str, Any]:
    containers = [{"name": container, "env": list(env)}]
    return {"metadata": meta, "spec": {"template": {"spec": {"containers": containers}}}}


def to(name: str, value: Any) -> dict[str, Any]:
    return {"name": name, "value": value}


def manifest() -> dict[str, Any]:
    reference = {"secretKeyRef": {"name": "ideogram-secrets", "key": "api-key"}}
    env = [
        {"name": name, "valueFrom": reference} if value is None else to(name, value)
        for name, value in ENV.items()
    ]
    labels = {"app": "ideogram-service"}
    containers = [
        {"name": "app", "image": "registry.example.com/app:1.4.2", "env": env},
        {"name": "sidecar", "image": "registry.example.com/sidecar:1.4.2"},
    ]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "ideogram-service", "labels": labels},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
        },
    }


def fake_place() -> Place:
    cluster = FakeCluster()
    target = Target("default", "ideogram-service", "app")
    numbers = dict.fromkeys(("replicas", "updated", "total", "ready", "available"), 2)
    containers = (a_container(**ENV), a_container("sidecar"))
    cluster.add(target, a_deployment(containers=containers, **numbers))
    cluster.secrets[("ideogram-secrets", "api-key")] = KEY
    cluster.will_roll(target)
    return Place(cluster, target)


async def seeded(world: worlds.KubernetesWorld, folder: Path) -> tuple[KubernetesCluster, Target]:
    data = {"api-key": base64.b64encode(KEY.encode()).decode()}
    await world.seed({"metadata": {"name": "ideogram-secrets"}, "data": data}, "secrets")
    await world.seed(manifest())
    await world.grant(RULES)
    file = folder / "kubeconfig"
    file.write_text(json.dumps(world.kubeconfig()))
    clients = KubeClients(clock=SystemClock(), kubeconfig=str(file))
    target = Target(world.namespace, "ideogram-service", "app")
    return KubernetesCluster(clients=clients), target
