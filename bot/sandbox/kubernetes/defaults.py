"""The values that the API server fills in when an object does not name them."""

import base64
from typing import Any

from bot.sandbox.kubernetes.resources import CRONJOBS, DEPLOYMENTS, PODS, SECRETS, Json, Resource

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def fill(resource: Resource, item: Json) -> None:
    """Complete an object in place, as v1.36 does for the fields that a service uses."""
    if resource is DEPLOYMENTS:
        _deployment(item.setdefault("spec", {}))
    elif resource is CRONJOBS:
        _cron_job(item.setdefault("spec", {}))
        _defaults(item, status={})
    elif resource is PODS:
        _pod(item.setdefault("spec", {}))
    elif resource is SECRETS:
        _secret(item)


def _defaults(target: Json, **values: Any) -> None:  # noqa: ANN401 - any JSON
    for key, value in values.items():
        if target.get(key) is None:
            target[key] = value


def _deployment(spec: Json) -> None:
    _defaults(spec, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600, strategy={})
    strategy = spec["strategy"]
    _defaults(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _defaults(strategy, rollingUpdate={})
        _defaults(strategy["rollingUpdate"], maxUnavailable="25%", maxSurge="25%")
    _pod_spec(spec.setdefault("template", {}).setdefault("spec", {}))


def _cron_job(spec: Json) -> None:
    _defaults(
        spec,
        concurrencyPolicy="Allow",
        suspend=False,
        successfulJobsHistoryLimit=3,
        failedJobsHistoryLimit=1,
    )
    template = spec.setdefault("jobTemplate", {})
    _defaults(template, metadata={}, spec={})
    _defaults(template["spec"], template={})
    _defaults(template["spec"]["template"], metadata={}, spec={})
    _pod_spec(template["spec"]["template"]["spec"])


def _pod(spec: Json) -> None:
    """Add what admission does, besides the defaults, when a pod is made."""
    _pod_spec(spec)
    kinds = ("not-ready", "unreachable")
    tolerations = [
        {
            "key": f"node.kubernetes.io/{kind}",
            "operator": "Exists",
            "effect": "NoExecute",
            "tolerationSeconds": 300,
        }
        for kind in kinds
    ]
    _defaults(
        spec,
        enableServiceLinks=True,
        preemptionPolicy="PreemptLowerPriority",
        priority=0,
        tolerations=tolerations,
    )


def _pod_spec(spec: Json) -> None:
    _defaults(
        spec,
        restartPolicy="Always",
        terminationGracePeriodSeconds=30,
        dnsPolicy="ClusterFirst",
        securityContext={},
        schedulerName="default-scheduler",
    )
    if "serviceAccountName" in spec:
        _defaults(spec, serviceAccount=spec["serviceAccountName"])
    for container in [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]:
        _container(container)
    for volume in spec.get("volumes") or []:
        for source in ("secret", "configMap", "projected", "downwardAPI"):
            if source in volume:
                _defaults(volume[source], defaultMode=420)


def _container(container: Json) -> None:
    latest = ":" not in str(container.get("image", "")).rpartition("/")[2]
    latest = latest or str(container.get("image", "")).endswith(":latest")
    _defaults(
        container,
        imagePullPolicy="Always" if latest else "IfNotPresent",
        resources={},
        terminationMessagePath="/dev/termination-log",
        terminationMessagePolicy="File",
    )
    for port in container.get("ports") or []:
        _defaults(port, protocol="TCP")
    for variable in container.get("env") or []:
        reference = (variable.get("valueFrom") or {}).get("fieldRef")
        if reference:
            _defaults(reference, apiVersion="v1")
    for kind in _PROBES:
        if container.get(kind):
            _probe(container[kind])


def _probe(probe: Json) -> None:
    _defaults(probe, timeoutSeconds=1, periodSeconds=10, successThreshold=1, failureThreshold=3)
    if probe.get("httpGet"):
        _defaults(probe["httpGet"], scheme="HTTP", path="/")


def _secret(item: Json) -> None:
    _defaults(item, type="Opaque")
    plain = item.pop("stringData", None) or {}
    if plain:
        encoded = {
            key: base64.b64encode(str(value).encode()).decode() for key, value in plain.items()
        }
        item["data"] = {**(item.get("data") or {}), **encoded}
