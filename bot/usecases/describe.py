"""Describe a mitigation exactly, by a server-side dry run."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.domain import guards
from bot.domain.errors import ConflictError, GuardRefusedError
from bot.domain.ids import IncidentId, MitigationId, PreviewId, TriageId
from bot.domain.mitigation import EnvChange, MitigationKind, MitigationRun, Preview
from bot.domain.patch import ALREADY, changes_between, conflict_pause, env_patch
from bot.domain.service import Service
from bot.domain.workload import Container
from bot.ports import Clock, Cluster, Mitigation, Storage
from bot.usecases.guard import Ground, Guard, question
from bot.usecases.switched import Switched

DRY_RUNS: Final = 6  # a status change between reading and asking moves the resourceVersion
_DRY_RUN: Final = "dry run"


def random_id() -> str:
    """Make an id that nobody can guess, 12 hex digits."""
    return secrets.token_hex(6)


@dataclass(frozen=True, slots=True)
class Context:
    """What an offer belongs to.

    Attributes:
        seen: What the triage saw that it follows; None leaves that to be looked up.
        beside: A mitigation that is just ending and does not stand in the way.
    """

    triage_id: TriageId | None = None
    incident_id: IncidentId | None = None
    seen: Switched | None = None
    beside: MitigationId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Describe:
    """Makes previews; changes nothing and remembers nothing."""

    storage: Storage
    cluster: Cluster
    clock: Clock
    guard: Guard
    mitigations: Mapping[MitigationKind, Mitigation]
    new_id: Callable[[], str] = random_id

    async def __call__(
        self,
        ground: Ground,
        kind: MitigationKind,
        changes: tuple[EnvChange, ...],
        context: Context,
        undoes: MitigationId | None = None,
    ) -> Preview:
        """Say what the server would make of these changes.

        Raises:
            GuardRefusedError: Nothing would change, the server refuses, or there is no answer.
        """
        ground, after = await self._dry_run(ground, changes)
        deployment, container = ground.deployment, ground.container
        names = [change.name for change in changes]
        will_change = changes_between(container, after, names)
        if not will_change:
            raise GuardRefusedError(ALREADY, f"{', '.join(names)}: nothing would change.")
        last = await self._last_worked(ground.service, kind)
        return Preview(
            id=PreviewId(self.new_id()),
            service=ground.service.name,
            kind=kind,
            changes=will_change,
            env_hash=container.env_hash,
            paused=deployment.paused,
            where=ground.target.where,
            deployment=deployment.name,
            pods=deployment.replicas,
            ready=deployment.ready,
            surge=deployment.surge,
            made_at=self.clock.now(),
            warnings=self._warnings(ground, kind, will_change, context),
            expected=None if last is None else last.replaced_within,
            last_worked_at=None if last is None else last.finished_at,
            triage_id=context.triage_id,
            incident_id=context.incident_id,
            undoes=undoes,
            after_hash=after.env_hash,
        )

    def _warnings(
        self, ground: Ground, kind: MitigationKind, changes: Iterable[EnvChange], context: Context
    ) -> tuple[str, ...]:
        """List what to know beforehand; what the kind itself says comes first."""
        one, deployment = self.mitigations[kind], ground.deployment
        limit = None if context.seen is None else context.seen.inflight_limit
        found: list[str] = []
        for change in changes:
            found += one.warnings(ground.service, deployment, change, limit)
        for change in changes:
            found += guards.warnings(deployment, ground.container, change.name)
        return tuple(dict.fromkeys(found))

    async def _last_worked(self, service: Service, kind: MitigationKind) -> MitigationRun | None:
        """Find when this switch was seen to be honoured: by this kind, else by its inverse."""
        async with question("reading earlier runs", self.guard.within), self.storage() as uow:
            own = await uow.mitigations.last_worked(service.name, kind)
            inverse = self.mitigations[kind].inverse
            return own or await uow.mitigations.last_worked(service.name, inverse)

    async def _dry_run(
        self, ground: Ground, changes: Sequence[EnvChange]
    ) -> tuple[Ground, Container]:
        """Let the server say what the container would be; the ground is as it was then."""
        async with question(_DRY_RUN, self.guard.within):
            for conflicts in range(DRY_RUNS):
                await self.clock.sleep(conflict_pause(conflicts))
                current = await self._again(ground) if conflicts else ground
                try:
                    return current, await self._answer(current, changes)
                except ConflictError:
                    continue
        raise GuardRefusedError(_DRY_RUN, f"{ground.deployment.name} keeps changing. Try again.")

    async def _answer(self, ground: Ground, changes: Sequence[EnvChange]) -> Container:
        patch = env_patch(
            ground.deployment,
            ground.container,
            changes,
            mitigation_id=MitigationId("dry-run"),
            cause="dry run of ideogram-bot",
        )
        after = await self.cluster.patch(ground.target, patch, dry_run=True)
        return guards.target_container(after, ground.container.name)

    async def _again(self, ground: Ground) -> Ground:
        deployment = await self.cluster.deployment(ground.target)
        guards.refuse_paused(deployment)
        container = guards.target_container(deployment, ground.container.name)
        return replace(ground, deployment=deployment, container=container)
