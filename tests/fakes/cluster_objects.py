"""Deployments for tests, and how their status goes on in a rollout."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.domain.workload import Condition, Container, Deployment, EnvVar
from tests.fakes.cluster_patch import env_hash

PROGRESSING = Condition("Progressing", "True", "ReplicaSetUpdated")


def pods_updated(count: int) -> Callable[[Deployment], Deployment]:
    """Make so many pods new and ready; the old ones end with the last."""

    def updated(old: Deployment) -> Deployment:
        is_last = count >= old.replicas
        total = old.replicas if is_last else old.replicas + old.surge
        return replace(old, updated=count, total=total, ready=old.replicas, available=old.replicas)

    return updated


def given_up(old: Deployment) -> Deployment:
    reason = Condition(
        "Progressing", "False", "ProgressDeadlineExceeded", "ReplicaSet has timed out progressing."
    )
    return replace(old, conditions=(reason,))


def a_container(name: str = "app", **env: str | None) -> Container:
    """Build a container; a variable without a value comes from a reference."""
    variables = tuple(EnvVar(key, value, value is None) for key, value in env.items())
    container = Container(name, f"registry.example.com/{name}:1.4.2", variables, "")
    return replace(container, env_hash=env_hash(container))


def a_deployment(**changes: Any) -> Deployment:
    """Build the Deployment of `a_service()`: four pods ready, a sidecar, both switches off."""
    app = a_container(
        IDEOGRAM_API_KEY=None,
        IDEOGRAM_FALLBACK="false",
        IDEOGRAM_ENABLED="true",
        IDEOGRAM_CONCURRENCY="8",
    )
    values: dict[str, Any] = {
        "name": "ideogram-service",
        "namespace": "default",
        "resource_version": "1000",
        "generation": 14,
        "observed_generation": 14,
        "paused": False,
        "replicas": 4,
        "updated": 4,
        "total": 4,
        "ready": 4,
        "available": 4,
        "containers": (app, a_container("sidecar")),
        "conditions": (Condition("Progressing", "True", "NewReplicaSetAvailable"),),
        "revision": 14,
        "managers": ("kubectl-client-side-apply",),
        "surge": 1,
    }
    return Deployment(**(values | changes))
