"""How is the Deployment? Replicas, rollout, restarts, recent changes, switches, the key's age."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, TypeVar

from bot.domain import facts
from bot.domain.errors import BotError
from bot.domain.observation import ago, one_line, shortened
from bot.domain.patch import bot_that_made, is_left_over
from bot.domain.probe import Outcome, ProbeKind, ProbeResult
from bot.domain.service import ConcurrencySwitch, Service, Switch, SwitchName, Target
from bot.domain.workload import (
    TERMINATING,
    Container,
    Deployment,
    Pod,
    Revision,
    SecretFacts,
    rollout,
)
from bot.ports import Cluster, Instruments, Subject

_CRASH_LOOP = "CrashLoopBackOff"  # the kubelet's word
_SWITCH_FACTS = {SwitchName.FALLBACK: facts.FALLBACK, SwitchName.GENERATION: facts.GENERATION}
T = TypeVar("T")
Facts = dict[str, str | int | float | bool | None]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What could be read; a part that could not is its error."""

    deployment: Deployment
    pods: Sequence[Pod] | BotError
    revisions: Sequence[Revision] | BotError
    secret: SecretFacts | BotError | None


@dataclass(frozen=True, slots=True)
class Workload:
    """Reads the Deployment, its pods, its ReplicaSets and its Secret. Facts: see `domain.facts`.

    Unhealthy: no replica available, a crash loop, or a stuck rollout.
    """

    kind: ClassVar = ProbeKind.WORKLOAD
    tools: Instruments

    @property
    def timeout(self) -> timedelta:
        """Bound all readings together."""
        return self.tools.timeout

    async def __call__(self, subject: Subject) -> ProbeResult:
        """Measure once."""
        service, cluster = subject.service, self.tools.cluster
        if service.target is None:
            return self._unknown("no deployment is configured", ran=False)
        if cluster is None:
            return self._unknown("no cluster: set KUBECONFIG, or run in one", ran=False)
        started = self.tools.clock.monotonic()
        try:
            async with asyncio.timeout(self.timeout.total_seconds()):
                seen = await _look(cluster, service.target, service)
        except BotError as error:
            return self._unknown(str(error), ran=True)
        except TimeoutError:
            seconds = self.timeout.total_seconds()
            return self._unknown(f"the cluster did not answer in {seconds:g} s", ran=True)
        return self._result(seen, service, self.tools.clock.monotonic() - started)

    def _unknown(self, why: str, *, ran: bool) -> ProbeResult:
        return ProbeResult(self.kind, Outcome.UNKNOWN, why, self.tools.clock.now(), ran=ran)

    def _result(self, seen: _Seen, service: Service, latency: timedelta) -> ProbeResult:
        now = self.tools.clock.now()
        found = (
            _deployment_facts(seen.deployment)
            | _pod_facts(seen.pods)
            | _revision_facts(seen, now)
            | _switch_facts(service, seen.deployment)
            | _secret_facts(seen)
        )
        return ProbeResult(
            kind=self.kind,
            outcome=_outcome(found),
            detail=_detail(found, seen),
            measured_at=now,
            latency=latency,
            facts=found,
        )


async def _look(cluster: Cluster, target: Target, service: Service) -> _Seen:
    deployment = await cluster.deployment(target)
    async with asyncio.TaskGroup() as group:
        pods = group.create_task(_or_error(cluster.pods(target, deployment)))
        revisions = group.create_task(_or_error(cluster.revisions(target, deployment)))
        secret = None
        if service.secret is not None:
            reading = cluster.secret_facts(target, service.secret)
            secret = group.create_task(_or_error(reading))
    return _Seen(
        deployment, pods.result(), revisions.result(), None if secret is None else secret.result()
    )


async def _or_error(reading: Awaitable[T]) -> T | BotError:
    # What the Role forbids is left out; the rest is still worth seeing.
    try:
        return await reading
    except BotError as error:
        return error


def _deployment_facts(one: Deployment) -> Facts:
    # A pod that is not ready makes no rollout: that needs old pods, or unseen changes.
    noticed = one.observed_generation >= one.generation
    rolled = noticed and one.updated >= one.replicas and one.total <= one.updated
    stuck = bool(rollout(one, one.generation).failed)
    return {
        facts.READY: one.ready,
        facts.REPLICAS: one.replicas,
        facts.AVAILABLE: one.available,
        facts.ROLLING: not rolled and not stuck,
        facts.STUCK: stuck,
        facts.REVISION: one.revision,
    }


def _pod_facts(pods: Sequence[Pod] | BotError) -> Facts:
    if isinstance(pods, BotError):
        return {}
    # A pod on its way out tells nothing about the others.
    reasons = [one.reason for one in pods if not one.ready and one.reason != TERMINATING]
    found: Facts = {
        facts.RESTARTS: sum(one.restarts for one in pods),
        facts.CRASH_LOOP: _CRASH_LOOP in reasons,
    }
    return found | ({facts.POD_REASON: one_line(reasons[0])} if reasons else {})


def _revision_facts(seen: _Seen, now: datetime) -> Facts:
    if isinstance(seen.revisions, BotError) or not seen.revisions:
        return {}
    newest, older = seen.revisions[0], seen.revisions[1:]
    began = max(newest.created_at, seen.deployment.rolled_at or newest.created_at)
    by = bot_that_made(newest, older)
    found: Facts = {
        facts.REVISION: newest.number,
        facts.REVISION_AGE_SECONDS: int((now - began).total_seconds()),
        facts.REVISION_CAUSE: "" if is_left_over(newest, older) else one_line(newest.cause),
        facts.IMAGE: shortened(newest.image),
    }
    return found if by is None else found | {facts.REVISION_BY: by}


def _switch_facts(service: Service, deployment: Deployment) -> Facts:
    target = service.target
    container = deployment.container(target.container) if target else None
    if container is None:
        return {}
    values = {
        _SWITCH_FACTS[name]: _switch_value(container, switch)
        for name, switch in service.switches.items()
    }
    found: Facts = {name: value for name, value in values.items() if value is not None}
    if service.concurrency is None:
        return found
    return found | _concurrency_facts(service.concurrency, container, deployment.replicas)


def _concurrency_facts(switch: ConcurrencySwitch, container: Container, pods: int) -> Facts:
    value = _value(container, switch.env)
    value = str(switch.normal) if value is None else value  # what the app takes then
    found: Facts = {facts.CONCURRENCY: value}
    if not value.isdecimal():
        return found
    found[facts.IN_FLIGHT] = int(value) * (pods if switch.per_pod else 1)
    return found | {facts.REDUCED: True} if int(value) < switch.normal else found


def _switch_value(container: Container, switch: Switch) -> str | None:
    value = _value(container, switch.env)
    meanings = {switch.when_on: "on", switch.when_off: "off"}
    return None if value is None else meanings.get(value, value)


def _value(container: Container, name: str) -> str | None:
    found = container.variable(name)
    if found is None:
        return None
    return "from a reference" if found.is_reference else one_line(found.value or "")


def _secret_facts(seen: _Seen) -> Facts:
    if not isinstance(seen.secret, SecretFacts):
        return {}
    found: Facts = {facts.KEY_LENGTH: seen.secret.key_length}
    changed = seen.secret.changed_at
    pods = () if isinstance(seen.pods, BotError) else seen.pods
    staying = (one.started_at for one in pods if one.reason != TERMINATING)
    starts = [at for at in staying if at is not None]
    if changed is None or not starts:
        return found
    return found | {facts.PODS_OLDER_THAN_KEY: min(starts) < changed}


def _outcome(found: Facts) -> Outcome:
    nobody = not found[facts.AVAILABLE]
    sick = nobody or found[facts.STUCK] or found.get(facts.CRASH_LOOP)
    return Outcome.UNHEALTHY if sick else Outcome.HEALTHY


def _detail(found: Facts, seen: _Seen) -> str:
    parts = [f"{found[facts.READY]}/{found[facts.REPLICAS]} pods ready"]
    if facts.POD_REASON in found:
        parts.append(str(found[facts.POD_REASON]))
    if found[facts.STUCK]:
        parts.append("rollout stuck")
    if found[facts.ROLLING]:
        parts.append(f"rolling out, {seen.deployment.updated}/{seen.deployment.replicas} new")
    parts += _deploy(found) + _switched(found) + _missing(seen)
    return ", ".join(parts)


def _deploy(found: Facts) -> list[str]:
    seconds = found.get(facts.REVISION_AGE_SECONDS)
    if not isinstance(seconds, int):
        return []
    age = timedelta(seconds=seconds)
    recent = age < timedelta(days=1)
    if facts.REVISION_BY in found:
        return [f"changed by {found[facts.REVISION_BY]} {ago(age)} ago"]
    return [f"deployed {ago(age)} ago" if recent else f"no deploy for {ago(age)}"]


def _switched(found: Facts) -> list[str]:
    said = {
        "fallback on": found.get(facts.FALLBACK) == "on",
        "generation off": found.get(facts.GENERATION) == "off",
        f"concurrency reduced to {found.get(facts.CONCURRENCY)}": found.get(facts.REDUCED),
    }
    return [words for words, holds in said.items() if holds]


def _missing(seen: _Seen) -> list[str]:
    parts: Mapping[str, object] = {
        "pods": seen.pods,
        "deploys": seen.revisions,
        "secret": seen.secret,
    }
    return [f"{name} not seen: {one}" for name, one in parts.items() if isinstance(one, BotError)]
