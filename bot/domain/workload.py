"""What Kubernetes says about a Deployment, reduced to what decisions need."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

# Reasons of `Progressing` while and after pods are replaced: k8s.io/kubernetes 1.36,
# pkg/controller/deployment/util/deployment_util.go.
_ROLLING: Final = frozenset(
    {"NewReplicaSetCreated", "FoundNewReplicaSet", "ReplicaSetUpdated", "NewReplicaSetAvailable"}
)


TERMINATING: Final = "Terminating"  # the reason of a pod that is being removed


@dataclass(frozen=True, slots=True)
class EnvVar:
    """One variable of a container, in the order of the manifest.

    Attributes:
        value: None when the value comes from `valueFrom`; absent values are empty strings.
        is_reference: Whether it comes from `valueFrom`.
    """

    name: str
    value: str | None
    is_reference: bool = False


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a pod template.

    Attributes:
        env_hash: SHA-256 over `env`, `envFrom` and image, hex: changes when any of them does.
        env_from: Whether further variables come from a ConfigMap or Secret as a whole.
    """

    name: str
    image: str
    env: tuple[EnvVar, ...]
    env_hash: str
    env_from: bool = False

    def variable(self, name: str) -> EnvVar | None:
        """Find a variable by name; the last one wins, as in Kubernetes."""
        return next((var for var in reversed(self.env) if var.name == name), None)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a Deployment's status; `status` is True, False or Unknown.

    Attributes:
        updated_at: When it last moved; of `Progressing`, of a rollout's newest progress.
    """

    type: str
    status: str
    reason: str = ""
    message: str = ""
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deployment:
    """A Deployment at one resourceVersion. Numbers absent in the status are 0.

    Attributes:
        revision: Value of `deployment.kubernetes.io/revision`, 0 when there is none yet.
        managers: Names of the field managers, for GitOps warnings.
        surge: How many pods a rollout may add, already as a number of pods.
    """

    name: str
    namespace: str
    resource_version: str
    generation: int
    observed_generation: int
    paused: bool
    replicas: int
    updated: int
    total: int
    ready: int
    available: int
    containers: tuple[Container, ...]
    conditions: tuple[Condition, ...] = ()
    revision: int = 0
    annotations: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    selector: Mapping[str, str] = field(default_factory=dict)
    managers: tuple[str, ...] = ()
    surge: int = 0
    init_env: tuple[EnvVar, ...] = ()

    def container(self, name: str | None) -> Container | None:
        """Find the named container, or the only one; None when that is not unique or absent."""
        if name is None:
            return self.containers[0] if len(self.containers) == 1 else None
        return next((one for one in self.containers if one.name == name), None)

    def condition(self, type_: str) -> Condition | None:
        """Find a condition by its type."""
        return next((one for one in self.conditions if one.type == type_), None)

    @property
    def rolled_at(self) -> datetime | None:
        """When the newest rollout moved; None when that is not known.

        A rollout back to an earlier template takes up its old ReplicaSet, whose age tells nothing.
        Pausing and resuming move the same condition and roll nothing out.
        """
        found = self.condition("Progressing")
        return None if found is None or found.reason not in _ROLLING else found.updated_at


@dataclass(frozen=True, slots=True)
class Pod:
    """One pod of a Deployment.

    Attributes:
        reason: Why it is not ready, for example `ImagePullBackOff`; empty when it is.
        restarts: Of all its containers together.
    """

    name: str
    ready: bool
    reason: str
    restarts: int
    started_at: datetime | None


@dataclass(frozen=True, slots=True)
class Revision:
    """One ReplicaSet of a Deployment: a deploy that happened.

    Attributes:
        number: Of the revision, the newest is the largest.
        cause: The change-cause annotation, empty when nobody wrote one.
        image, env: Of the service's container.
    """

    number: int
    created_at: datetime
    cause: str
    image: str
    replicas: int
    env: tuple[EnvVar, ...] = ()


@dataclass(frozen=True, slots=True)
class SecretFacts:
    """What may be said about a Secret: never its value.

    Attributes:
        key_length: Characters of the key in use; None when the key is missing.
        changed_at: Newest time that a manager changed its data; None when unknown.
    """

    name: str
    key_length: int | None
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Rollout:
    """How far a rollout is, and whether it is over.

    Attributes:
        failed: Why it will not end by itself; empty while it may.
    """

    done: bool
    failed: str
    updated: int
    ready: int
    replicas: int
    waited: timedelta = timedelta(0)


def rollout(deployment: Deployment, generation: int, since: datetime | None = None) -> Rollout:
    """Judge a rollout as `kubectl rollout status` does.

    Source: rollout_status.go of kubernetes/kubectl, the order of its questions. Beyond it: a
    condition stays as it is until the controller sees progress, so one from before is of the
    rollout before.

    Args:
        deployment: As just seen.
        generation: `metadata.generation` of the answer to our PATCH.
        since: When it began; None when nobody knows.
    """
    progressing = deployment.condition("Progressing")
    seen = deployment.observed_generation >= generation
    failed = ""
    if seen and progressing is not None and progressing.reason == "ProgressDeadlineExceeded":
        at = progressing.updated_at
        is_of_before = since is not None and at is not None and at < since
        failed = "" if is_of_before else progressing.message or progressing.reason
    done = (
        seen
        and not failed
        and deployment.updated >= deployment.replicas
        and deployment.total <= deployment.updated
        and deployment.available >= deployment.updated
    )
    return Rollout(
        done=done,
        failed=failed,
        updated=deployment.updated if seen else 0,
        ready=deployment.ready,
        replicas=deployment.replicas,
    )
