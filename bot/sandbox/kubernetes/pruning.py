"""What the typed storage forgets: unknown fields, and empty values that Go writes as absent.

The field names are those of k8s.io/api v0.36; a misspelt one is dropped without an error, which
is what the real server does too (it only adds a Warning header).
"""

from collections.abc import Iterable

from bot.sandbox.kubernetes.resources import CRONJOBS, DEPLOYMENTS, SECRETS, Json, Resource


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TOP = frozenset({"apiVersion", "kind", "metadata", "spec", "status"})
_SECRET = frozenset({"apiVersion", "kind", "metadata", "data", "type", "immutable", "stringData"})
_METADATA = _words(
    "name generateName namespace uid resourceVersion generation creationTimestamp labels "
    "deletionTimestamp deletionGracePeriodSeconds annotations ownerReferences finalizers "
    "managedFields"
)
_DEPLOYMENT = _words(
    "replicas selector template strategy minReadySeconds revisionHistoryLimit paused "
    "progressDeadlineSeconds"
)
_CRON_JOB = _words(
    "schedule timeZone startingDeadlineSeconds concurrencyPolicy suspend jobTemplate "
    "successfulJobsHistoryLimit failedJobsHistoryLimit"
)
_POD = _words(
    "volumes initContainers containers ephemeralContainers restartPolicy "
    "terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy nodeSelector "
    "serviceAccountName serviceAccount automountServiceAccountToken nodeName hostNetwork hostPID "
    "hostIPC shareProcessNamespace securityContext imagePullSecrets hostname subdomain affinity "
    "schedulerName tolerations hostAliases priorityClassName priority dnsConfig readinessGates "
    "runtimeClassName enableServiceLinks preemptionPolicy overhead topologySpreadConstraints "
    "setHostnameAsFQDN os hostUsers schedulingGates resourceClaims resources "
    "hostnameOverride"
)
_CONTAINER = _words(
    "name image command args workingDir ports envFrom env resources resizePolicy restartPolicy "
    "restartPolicyRules volumeMounts volumeDevices livenessProbe readinessProbe startupProbe "
    "lifecycle terminationMessagePath terminationMessagePolicy imagePullPolicy securityContext "
    "stdin stdinOnce tty"
)
_VARIABLE = frozenset({"name", "value", "valueFrom"})


def prune(resource: Resource, item: Json) -> None:
    """Drop in place what the real server would not store."""
    _keep(item, _SECRET if resource is SECRETS else _TOP)
    _keep_metadata(item["metadata"])
    spec = item.get("spec") or {}
    if resource is DEPLOYMENTS:
        _keep(spec, _DEPLOYMENT)
        _drop_empty(spec, ("paused", "minReadySeconds"))
        _prune_template(spec.get("template") or {})
    elif resource is CRONJOBS:
        _keep(spec, _CRON_JOB)
        _prune_template((spec["jobTemplate"].get("spec") or {}).get("template") or {})


def _prune_template(template: Json) -> None:
    _keep_metadata(template.setdefault("metadata", {}))
    spec = template.get("spec") or {}
    _keep(spec, _POD)
    _drop_empty(spec, ("volumes", "initContainers", "imagePullSecrets", "nodeSelector"))
    for field in ("initContainers", "containers"):
        for container in spec.get(field) or []:
            _keep(container, _CONTAINER)
            _drop_empty(container, ("env", "envFrom", "ports", "volumeMounts", "command", "args"))
            for variable in container.get("env") or []:
                _keep(variable, _VARIABLE)
                _drop_empty(variable, ("value",))


def _keep_metadata(metadata: Json) -> None:
    _keep(metadata, _METADATA)
    _drop_empty(metadata, ("labels", "annotations", "finalizers", "ownerReferences"))


def _keep(target: Json, fields: frozenset[str]) -> None:
    for name in target.keys() - fields:
        del target[name]


def _drop_empty(target: Json, fields: Iterable[str]) -> None:
    for name in fields:
        # A wrong type stays, for the validation to refuse it.
        if name in target and target[name] in ("", 0, [], {}, None):
            del target[name]
