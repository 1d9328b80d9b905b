"""The world the server starts with: the service that calls Ideogram, and its past deploys."""

from collections.abc import Mapping
from datetime import timedelta

from bot.sandbox.kubernetes import changes
from bot.sandbox.kubernetes.changes import Intent
from bot.sandbox.kubernetes.controllers import Controllers
from bot.sandbox.kubernetes.patching import STRATEGIC, Patch
from bot.sandbox.kubernetes.resources import CRONJOBS, DEPLOYMENTS, NAMESPACES, SECRETS, Json
from bot.sandbox.kubernetes.rights import Rule, bot_rules
from bot.sandbox.kubernetes.store import Store

NAMESPACE = "default"
SERVICE, BATCH, SECRET, CRONJOB = (
    "ideogram-service",
    "ideogram-batch",
    "ideogram-secrets",
    "ideogram-nightly",
)
_REGISTRY = "registry.example.com/ideogram-service"
SECRET_AGE = timedelta(days=30)
# Deploys of the past: image tag, change cause, days ago.
_PAST = (
    ("2.11.0", "deploy 2.11.0: store the seed in file names", 19),
    ("2.12.0", "deploy 2.12.0: circuit breaker", 9),
    ("2.12.1", "deploy 2.12.1: shorter prompts", 2),
)
_CAUSE = "kubernetes.io/change-cause"
_DEPLOYER = Intent(manager="kubectl-client-side-apply")


def plant_namespaces(store: Store) -> None:
    """Create what every cluster has."""
    for name in (NAMESPACE, "kube-system"):
        changes.create(store, NAMESPACES, "", {"metadata": {"name": name}}, _DEPLOYER)


def plant_service(store: Store, controllers: Controllers, deadline_seconds: int) -> None:
    """Create the service and what belongs to it, with every past rollout finished."""
    store.backdated = SECRET_AGE
    # Not any key of Ideogram's: the world puts in the ones that its Ideogram accepts.
    secret = {"metadata": {"name": SECRET}, "stringData": {"api-key": "unset"}}
    changes.create(store, SECRETS, NAMESPACE, secret, _DEPLOYER)
    changes.create(store, CRONJOBS, NAMESPACE, cron_job(), _DEPLOYER)
    first = service(f"{_REGISTRY}:2.10.4", deadline_seconds)
    changes.create(store, DEPLOYMENTS, NAMESPACE, first, _DEPLOYER)
    changes.create(store, DEPLOYMENTS, NAMESPACE, batch(deadline_seconds), _DEPLOYER)
    controllers.settle()
    for tag, cause, days in _PAST:
        store.backdated = timedelta(days=days)
        deploy(store, SERVICE, f"{_REGISTRY}:{tag}", cause, _DEPLOYER)
        controllers.settle()
    store.backdated = timedelta()


def deploy(
    store: Store,
    name: str,
    image: str,
    cause: str,
    intent: Intent,
    *,
    env: Mapping[str, str] | None = None,
) -> Json:
    """Give the first container another image and variables, as a team's pipeline would."""
    item = store.get(DEPLOYMENTS, NAMESPACE, name)
    container = item["spec"]["template"]["spec"]["containers"][0]["name"]
    wanted: Json = {"name": container, "image": image}
    if env:
        wanted["env"] = [{"name": name, "value": value} for name, value in env.items()]
    change = {
        "metadata": {"annotations": {_CAUSE: cause}},
        "spec": {"template": {"spec": {"containers": [wanted]}}},
    }
    patch = Patch(STRATEGIC, change)
    return changes.patch(store, DEPLOYMENTS, NAMESPACE, name, patch, intent=intent)


def restart(store: Store, name: str, at: str, intent: Intent) -> Json:
    """Replace the pods as `kubectl rollout restart` does, marked with the moment `at`."""
    annotations = {"kubectl.kubernetes.io/restartedAt": at}
    patch = Patch(STRATEGIC, {"spec": {"template": {"metadata": {"annotations": annotations}}}})
    return changes.patch(store, DEPLOYMENTS, NAMESPACE, name, patch, intent=intent)


def rights_of_the_bot() -> list[Rule]:
    """Return the rules of the bot's Role in this world."""
    return bot_rules(NAMESPACE, (SERVICE, BATCH), SECRET, (CRONJOB,))


def service(image: str, deadline_seconds: int) -> Json:
    """Return the Deployment of the service: the app with its switches, and a sidecar."""
    key = {"name": SECRET, "key": "api-key"}
    env = [
        {"name": "IDEOGRAM_FALLBACK", "value": "false"},
        {"name": "IDEOGRAM_ENABLED", "value": "true"},
        {"name": "IDEOGRAM_CONCURRENCY", "value": "8"},
        {"name": "IDEOGRAM_MODEL", "value": "V_3"},
        {"name": "IDEOGRAM_STYLE", "value": "AUTO"},
        {"name": "IDEOGRAM_MAGIC_PROMPT", "value": "AUTO"},
        {"name": "IDEOGRAM_API_KEY", "valueFrom": {"secretKeyRef": key}},
    ]
    probe = {"httpGet": {"path": "/health", "port": 8080}, "periodSeconds": 5}
    app = {
        "name": "app",
        "image": image,
        "env": env,
        "ports": [{"name": "http", "containerPort": 8080}],
        "readinessProbe": probe,
    }
    sidecar = {
        "name": "log-shipper",
        "image": "registry.example.com/log-shipper:1.4.2",
        "env": [{"name": "LOG_LEVEL", "value": "info"}],
    }
    return _deployment(SERVICE, 4, [app, sidecar], deadline_seconds)


def batch(deadline_seconds: int) -> Json:
    """Return the Deployment that makes pictures in bulk."""
    key = {"name": SECRET, "key": "api-key"}
    worker = {
        "name": "worker",
        "image": "registry.example.com/ideogram-batch:1.3.0",
        "env": [{"name": "IDEOGRAM_API_KEY", "valueFrom": {"secretKeyRef": key}}],
    }
    return _deployment(BATCH, 2, [worker], deadline_seconds)


def cron_job() -> Json:
    """Return the nightly job."""
    container = {"name": "job", "image": "registry.example.com/ideogram-batch:1.3.0"}
    template = {"spec": {"containers": [container], "restartPolicy": "OnFailure"}}
    job = {"spec": {"template": template}}
    return {
        "metadata": {"name": CRONJOB, "labels": {"app": CRONJOB}},
        "spec": {"schedule": "30 2 * * *", "jobTemplate": job},
        "status": {},
    }


def _deployment(name: str, replicas: int, containers: list[Json], deadline_seconds: int) -> Json:
    labels = {"app": name}
    return {
        "metadata": {
            "name": name,
            "labels": labels,
            "annotations": {_CAUSE: "first deploy"},
        },
        "spec": {
            "replicas": replicas,
            "progressDeadlineSeconds": deadline_seconds,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
        },
    }
