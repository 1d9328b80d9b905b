"""Carry accepted mitigations on, from the press to the result, through crashes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from bot.domain.errors import ClaimLostError, GuardRefusedError, UnavailableError, UserError
from bot.domain.ids import MitigationId
from bot.domain.mitigation import MitigationRun, State
from bot.domain.service import Service, find_service
from bot.ports import Claim, Clock, Storage
from bot.usecases.apply import Apply
from bot.usecases.boundary import survives
from bot.usecases.finish import Finish
from bot.usecases.guard import target_of
from bot.usecases.incident_card import IncidentCards
from bot.usecases.verify import Verify
from bot.usecases.watch import Watch
from bot.usecases.work import LEASE, Work

log = structlog.get_logger()

# A run that ends every process which works on it must not hold its Deployment's place for ever.
TAKEOVERS_MAX: Final = 12
GIVEN_UP: Final = "It was given up: working on it failed again and again. Look at the bot's log."


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Drives runs through their states; each state is recorded before the next is begun.

    Attributes:
        holder: Under which this process claims work.
    """

    storage: Storage
    clock: Clock
    services: Sequence[Service]
    cards: IncidentCards
    apply: Apply
    watch: Watch
    verify: Verify
    finish: Finish
    holder: str

    async def start(self, mitigation_id: MitigationId) -> None:
        """Carry on what was pressed here just now; its insertion was its claim."""
        try:
            async with self.storage() as uow:
                run = await uow.mitigations.get(mitigation_id)
        except UnavailableError as error:
            log.warning("mitigation.postponed", mitigation_id=mitigation_id, reason=str(error))
            return  # its claim runs out, and a tick takes it
        if run is not None:
            await self._drive(Claim(run, 1))

    async def tick(self) -> None:
        """Take over every run whose claim ran out, and return when they are at their end."""
        async with asyncio.TaskGroup() as group:
            while (claim := await self._claim()) is not None:
                group.create_task(self._drive(claim))

    async def hand_back(self) -> None:
        """Give every claim of this process back, so that another takes the work up at once."""
        async with self.storage() as uow:
            await uow.mitigations.release(self.holder, self.clock.now())

    async def _claim(self) -> Claim | None:
        now = self.clock.now()
        try:
            async with self.storage() as uow:
                return await uow.mitigations.claim(now, now + LEASE, self.holder)
        except UnavailableError as error:
            # Raised here, it would cut off the runs that were just taken over.
            log.debug("mitigation.not_claimed", reason=str(error))
            return None

    async def _drive(self, claim: Claim) -> None:
        work = Work(
            storage=self.storage,
            clock=self.clock,
            cards=self.cards,
            run=claim.run,
            epoch=claim.epoch,
            kept_at=self.clock.now(),
        )
        name = work.run.name
        await survives("mitigation.broke", self._driven(work), mitigation_id=name)

    async def _driven(self, work: Work) -> None:
        try:
            if work.epoch > TAKEOVERS_MAX:
                await self.finish(work, State.STOPPED, GIVEN_UP, None)
            else:
                await self._advance(work)
        except ClaimLostError:
            log.info("mitigation.left", mitigation_id=work.run.name)
        except UnavailableError as error:
            # The database is away: the claim runs out, and a tick takes the run up from its row.
            log.warning("mitigation.postponed", mitigation_id=work.run.name, reason=str(error))

    async def _advance(self, work: Work) -> None:
        try:
            service = self._service(work.run)
        except UserError as error:
            await self.finish(work, State.STOPPED, str(error), None)
            return
        while work.run.is_running:
            match work.run.state:
                case State.WATCHING:
                    await self.watch(work, service)
                case State.VERIFYING:
                    await self.verify(work, service)
                case _:
                    await self.apply(work, service)

    def _service(self, run: MitigationRun) -> Service:
        """Find the service; what was pressed on one Deployment is never sent to another.

        Raises:
            UserError: The config no longer has what was pressed on.
        """
        service = find_service(self.services, run.service)
        if target_of(service).key != run.object_key:
            raise GuardRefusedError("configured", "The config now names another Deployment.")
        return service
