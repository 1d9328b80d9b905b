"""A cluster in memory: patches are applied, rollouts go on as a test says."""

import hashlib
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.answer import ApiKey, SecretText
from bot.domain.errors import BotError, ConflictError, MissingError
from bot.domain.service import SecretRef, Target
from bot.domain.workload import Deployment, Pod, Revision, SecretFacts
from bot.ports import Cluster
from tests.builders import NIGHT
from tests.fakes.cluster_objects import PROGRESSING, a_deployment, given_up, pods_updated
from tests.fakes.cluster_patch import env_hash, patched, template_annotations

Change = Callable[[Deployment], Deployment]


@dataclass(frozen=True, slots=True)
class SentPatch:
    """One patch as the cluster got it, refused ones included."""

    target: Target
    patch: Mapping[str, Any]
    dry_run: bool


@dataclass(slots=True)
class _Object:
    deployment: Deployment
    pods: tuple[Pod, ...]
    revisions: tuple[Revision, ...]
    template_annotations: dict[str, str | None] = field(default_factory=dict)
    is_template_new: bool = False
    coming: deque[Change] = field(default_factory=deque)


class FakeCluster(Cluster):
    """Deployments by the key of their target; nothing moves by itself.

    `will_roll`, `will_stick` and `will` queue what happens next; `watch` yields the present state
    and then each queued one until none is left, as if `within` were over then. `advance` makes
    the next one happen without a watch.

    Attributes:
        sent: Every patch, in order.
        may: What `may_patch` answers.
        secrets: Values of the keys by name of the Secret and key.
        secret_changed_at: For `secret_facts`.
    """

    def __init__(self) -> None:
        self.sent: list[SentPatch] = []
        self.may = True
        self.secrets: dict[tuple[str, str], str] = {
            ("ideogram-secrets", "api-key"): "the-services-own-key"
        }
        self.breaks_after_each_look: BotError | None = None  # of a watch
        self.secret_changed_at: datetime | None = NIGHT - timedelta(days=30)
        self._objects: dict[str, _Object] = {}
        self._errors: defaultdict[str, deque[tuple[BotError, bool]]] = defaultdict(deque)

    # What a test does.

    def add(self, target: Target, deployment: Deployment) -> None:
        """Put a Deployment there, with all its pods ready and one revision."""
        own = deployment.container(target.container) or deployment.containers[0]
        made_at = NIGHT - timedelta(days=3)
        revision = Revision(deployment.revision, made_at, "", own.image, 1, own.env)
        pods = tuple(
            Pod(f"{deployment.name}-{number}", ready=True, reason="", restarts=0, started_at=NIGHT)
            for number in range(deployment.replicas)
        )
        self._objects[target.key] = _Object(deployment, pods, (revision,))

    def change(self, target: Target, change: Change) -> Deployment:
        """Change a Deployment as if somebody else had; its resourceVersion moves."""
        one = self._object(target)
        version = str(int(one.deployment.resource_version) + 1)
        one.deployment = replace(change(one.deployment), resource_version=version)
        return one.deployment

    def redeploy(self, target: Target, image: str) -> None:
        """Deploy another image, as an owner's pipeline does."""

        def deployed(old: Deployment) -> Deployment:
            first = replace(old.containers[0], image=image)
            containers = (replace(first, env_hash=env_hash(first)), *old.containers[1:])
            return replace(old, containers=containers, generation=old.generation + 1)

        self._object(target).is_template_new = True
        self.change(target, deployed)

    def set_env(self, target: Target, name: str, value: str) -> None:
        """Set a variable of the target's container, as an owner does."""

        def changed(old: Deployment) -> Deployment:
            container = old.container(target.container) or old.containers[0]
            patch = {"name": container.name, "env": [{"name": name, "value": value}]}
            spec = {"template": {"spec": {"containers": [patch]}}}
            return replace(patched(old, {"spec": spec}), generation=old.generation + 1)

        self._object(target).is_template_new = True
        self.change(target, changed)

    def fail(self, method: str, error: BotError, *, after_effect: bool = False) -> None:
        """Make the next call of a method raise; `dry_run` names patches with dry run.

        `after_effect`: of a patch, it takes effect all the same.
        """
        self._errors[method].append((error, after_effect))

    def set_pods(self, target: Target, *pods: Pod) -> None:
        """Replace the pods, newest first."""
        self._object(target).pods = pods

    def set_revisions(self, target: Target, *revisions: Revision) -> None:
        """Replace the ReplicaSets, newest first."""
        self._object(target).revisions = revisions

    def will(self, target: Target, *changes: Change) -> None:
        """Queue changes of the status."""
        self._object(target).coming.extend(changes)

    def will_roll(self, target: Target) -> None:
        """Queue a rollout that goes well: noticed, then pod by pod."""
        replicas = self._object(target).deployment.replicas
        self.will(target, self._noticed(target), *(pods_updated(n + 1) for n in range(replicas)))

    def will_stick(self, target: Target, *, after: int = 0) -> None:
        """Queue a rollout that is given up after some pods."""
        steps = (pods_updated(n + 1) for n in range(after))
        self.will(target, self._noticed(target), *steps, given_up)

    def advance(self, target: Target) -> bool:
        """Make the next queued change happen; False when there is none."""
        coming = self._object(target).coming
        if coming:
            self.change(target, coming.popleft())
            return True
        return False

    # What the port promises.

    async def deployment(self, target: Target) -> Deployment:
        self._refuse("deployment")
        return self._object(target).deployment

    async def pods(self, target: Target, deployment: Deployment) -> Sequence[Pod]:
        self._refuse("pods")
        return self._object(target).pods

    async def revisions(self, target: Target, deployment: Deployment) -> Sequence[Revision]:
        self._refuse("revisions")
        return self._object(target).revisions

    async def patch(
        self, target: Target, patch: Mapping[str, Any], *, dry_run: bool = False
    ) -> Deployment:
        self.sent.append(SentPatch(target, patch, dry_run))
        error, takes_effect = self._next_error("dry_run" if dry_run else "patch")
        if error is not None and not takes_effect:
            raise error
        new = self._apply(self._object(target), patch, dry_run=dry_run)
        if error is not None:
            raise error
        return new

    async def watch(self, target: Target, *, within: timedelta) -> AsyncGenerator[Deployment, None]:
        self._refuse("watch")
        yield self._object(target).deployment
        if self.breaks_after_each_look is not None:
            raise self.breaks_after_each_look
        while self.advance(target):
            self._refuse("watch")
            yield self._object(target).deployment

    async def may_patch(self, target: Target) -> bool:
        self._refuse("may_patch")
        return self.may

    async def api_key(self, target: Target, secret: SecretRef) -> ApiKey:
        self._refuse("api_key")
        value = self.secrets.get((secret.name, secret.key))
        if value is None:
            raise MissingError(f"secret {secret.name} has no key {secret.key}")
        fingerprint = hashlib.sha256(value.encode()).hexdigest()[:8]
        return ApiKey(SecretText(value), fingerprint, f"secret {secret.name}")

    async def secret_facts(self, target: Target, secret: SecretRef) -> SecretFacts:
        self._refuse("secret_facts")
        if not any(name == secret.name for name, _ in self.secrets):
            raise MissingError(f"there is no secret {secret.name}")
        value = self.secrets.get((secret.name, secret.key))
        return SecretFacts(
            secret.name, None if value is None else len(value), self.secret_changed_at
        )

    # How it works.

    def _object(self, target: Target) -> _Object:
        found = self._objects.get(target.key)
        if found is None:
            raise MissingError(f"there is no deployment {target.deployment} in {target.where}")
        return found

    def _next_error(self, method: str) -> tuple[BotError | None, bool]:
        waiting = self._errors[method]
        return waiting.popleft() if waiting else (None, False)

    def _refuse(self, method: str) -> None:
        error, _ = self._next_error(method)
        if error is not None:
            raise error

    def _apply(self, one: _Object, patch: Mapping[str, Any], *, dry_run: bool) -> Deployment:
        old = one.deployment
        if patch.get("metadata", {}).get("resourceVersion", old.resource_version) != (
            old.resource_version
        ):
            raise ConflictError(f"deployment {old.name} was changed by someone else")
        new = patched(old, patch)
        annotations = one.template_annotations | dict(template_annotations(patch))
        is_template_new = (
            new.containers != old.containers or annotations != one.template_annotations
        )
        if new == old and not is_template_new:
            return old
        new = replace(
            new,
            # Annotations move the generation of a Deployment too, without a rollout.
            generation=old.generation + 1,
            resource_version=str(int(old.resource_version) + 1),
            managers=(*dict.fromkeys((*old.managers, "ideogram-incident-bot")),),
        )
        if not dry_run:
            one.deployment = new
            one.template_annotations = annotations
            one.is_template_new |= is_template_new
        return new

    def _noticed(self, target: Target) -> Change:
        def noticed(old: Deployment) -> Deployment:
            one = self._object(target)
            new = replace(old, observed_generation=old.generation, conditions=(PROGRESSING,))
            if not one.is_template_new:
                return new
            one.is_template_new = False
            number = old.revision + 1
            cause = old.annotations.get("kubernetes.io/change-cause", "")
            own = old.container(target.container) or old.containers[0]
            revision = Revision(number, NIGHT, cause, own.image, 0, own.env)
            one.revisions = (revision, *one.revisions)
            return replace(new, revision=number, updated=0, total=old.replicas + old.surge)

        return noticed


def a_cluster() -> FakeCluster:
    """Build a cluster that holds the Deployment of `a_service()`."""
    cluster = FakeCluster()
    cluster.add(Target("default", "ideogram-service", "app"), a_deployment())
    return cluster
