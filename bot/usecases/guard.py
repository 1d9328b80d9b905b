"""Ask what must be known before a mitigation; a question without an answer refuses."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.domain.errors import GuardRefusedError, PermanentError, TemporaryError, sentence
from bot.domain.guards import refuse_paused, target_container
from bot.domain.ids import MitigationId
from bot.domain.mitigation import UNFINISHED, MitigationKind, MitigationRun
from bot.domain.press import unfinished
from bot.domain.service import Service, Target
from bot.domain.workload import Container, Deployment
from bot.ports import Cluster, Mitigation, Storage

ANSWER_WITHIN: Final = timedelta(seconds=5)  # mitigations.md section 2


@dataclass(frozen=True, slots=True)
class Ground:
    """A Deployment that may be changed, as just read.

    Attributes:
        in_force: Mitigations on it that were not undone, oldest first.
    """

    service: Service
    target: Target
    deployment: Deployment
    container: Container
    in_force: tuple[MitigationRun, ...]

    def holding(
        self, mitigations: Mapping[MitigationKind, Mitigation]
    ) -> tuple[MitigationRun, ...]:
        """List those that hold something back, oldest first: neither an undo nor an end."""
        return tuple(
            run for run in self.in_force if run.undoes is None and not mitigations[run.kind].ends
        )


def target_of(service: Service) -> Target:
    """Look up the Deployment of a service.

    Raises:
        GuardRefusedError: None is configured.
    """
    if service.target is None:
        raise GuardRefusedError("configured", f"No Deployment is configured for {service.name}.")
    return service.target


@asynccontextmanager
async def question(name: str, within: timedelta) -> AsyncIterator[None]:
    """Bound the answering of one guard's question.

    Raises:
        GuardRefusedError: No answer came in time, or none can be had; names the question.
    """
    try:
        async with asyncio.timeout(within.total_seconds()):
            yield
    except TimeoutError as error:
        waited = within.total_seconds()
        raise GuardRefusedError(name, f"No answer in {waited:g} s: {name}.") from error
    except (TemporaryError, PermanentError) as error:
        asked = f"{name[:1].upper()}{name[1:]}"
        raise GuardRefusedError(name, sentence(f"{asked} failed: {error}")) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Asks the questions that every mitigation of a Deployment has in common.

    Attributes:
        within: Time for each answer.
    """

    storage: Storage
    cluster: Cluster
    within: timedelta = ANSWER_WITHIN

    async def __call__(self, service: Service, *, undoing: MitigationId | None = None) -> Ground:
        """Read the Deployment and let it pass.

        Args:
            service: Whose Deployment.
            undoing: May be unfinished: its undo ends it.

        Raises:
            GuardRefusedError: Something stands against a change, or could not be asked.
        """
        target = target_of(service)
        await self._may_patch(target)
        async with question("reading the Deployment", self.within):
            deployment = await self.cluster.deployment(target)
        container = target_container(deployment, target.container)
        refuse_paused(deployment)
        in_force = await self._in_force(target, undoing)
        return Ground(service, target, deployment, container, in_force)

    async def _may_patch(self, target: Target) -> None:
        async with question("asking for our permission", self.within):
            allowed = await self.cluster.may_patch(target)
        if not allowed:
            raise GuardRefusedError(
                "permission",
                f"The bot may not patch deployment/{target.deployment} in {target.where}."
                " Bind the Role in deploy/.",
            )

    async def _in_force(
        self, target: Target, undoing: MitigationId | None
    ) -> tuple[MitigationRun, ...]:
        async with question("reading what is in force", self.within), self.storage() as uow:
            runs = tuple(await uow.mitigations.in_force(target.key))
        for run in runs:
            if run.state in UNFINISHED and run.id != undoing:
                raise unfinished(run)
        return runs
