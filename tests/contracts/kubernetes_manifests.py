"""Manifests and patches of the Kubernetes contract tests."""

from typing import Any

Json = dict[str, Any]


def a_deployment(
    name: str = "web", *, replicas: int = 2, image: str = "registry.example.com/app:1"
) -> Json:
    """A Deployment with a sidecar that has a variable of the same name as the app."""
    labels = {"app": name}
    key = {"name": "keys", "key": "api-key", "optional": True}
    app = {
        "name": "app",
        "image": image,
        "env": [
            {"name": "MODE", "value": "normal"},
            {"name": "LIMIT", "value": "8"},
            {"name": "KEY", "valueFrom": {"secretKeyRef": key}},
        ],
    }
    side = {
        "name": "side",
        "image": "registry.example.com/side:1",
        "env": [{"name": "MODE", "value": "side"}],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [app, side]}},
        },
    }


def a_secret(name: str = "keys", **values: str) -> Json:
    """A Secret with these plain texts."""
    return {"metadata": {"name": name}, "stringData": values or {"api-key": "old"}}


def a_cronjob(name: str = "nightly") -> Json:
    """A CronJob that never comes up during a test."""
    container = {"name": "job", "image": "registry.example.com/job:1"}
    template = {"spec": {"containers": [container], "restartPolicy": "OnFailure"}}
    spec = {"schedule": "0 0 29 2 *", "jobTemplate": {"spec": {"template": template}}}
    return {"metadata": {"name": name}, "spec": spec}


def env_patch(*variables: Json, order: list[str] | None = None, container: str = "app") -> Json:
    """A strategic merge patch of one container's variables."""
    changed: Json = {"name": container, "env": list(variables)}
    if order is not None:
        changed["$setElementOrder/env"] = [{"name": name} for name in order]
    return {"spec": {"template": {"spec": {"containers": [changed]}}}}


def env(item: Json, container: int = 0) -> list[tuple[str, str | None]]:
    """Names and literal values of a container's variables, in order."""
    variables = item["spec"]["template"]["spec"]["containers"][container]["env"]
    return [(variable["name"], variable.get("value")) for variable in variables]


def reasons(item: Json) -> dict[str, str]:
    """Reason by condition type."""
    conditions = item.get("status", {}).get("conditions", [])
    return {condition["type"]: condition["reason"] for condition in conditions}
