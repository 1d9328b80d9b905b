"""One claimed mitigation, and how its states are recorded."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.domain.errors import ClaimLostError
from bot.domain.mitigation import MitigationRun
from bot.domain.timeline import EventKind
from bot.ports import Clock, Storage, UnitOfWork
from bot.usecases import traces
from bot.usecases.incident_card import IncidentCards

LEASE: Final = timedelta(seconds=15)
KEEP_EVERY: Final = timedelta(seconds=5)

Also = Callable[[UnitOfWork, datetime], Awaitable[None]]


async def _nothing_more(_uow: UnitOfWork, _at: datetime) -> None:
    """Add nothing to a transaction."""


@dataclass(slots=True, kw_only=True)
class Work:
    """A run under our claim. Every change is one transaction and carries the claim's epoch.

    Attributes:
        run: As last recorded.
        kept_at: When the claim was last prolonged.
    """

    storage: Storage
    clock: Clock
    cards: IncidentCards
    run: MitigationRun
    epoch: int
    kept_at: datetime

    async def save(
        self,
        run: MitigationRun,
        *,
        event: EventKind | None = None,
        also: Also = _nothing_more,
        lease: timedelta = LEASE,
    ) -> None:
        """Record the next state with its live messages, and prolong the claim.

        Args:
            run: The next state.
            event: For the timeline.
            also: What else belongs into the transaction.
            lease: How long the next step may take.

        Raises:
            ClaimLostError: Somebody else has it; nothing was recorded.
        """
        now = self.clock.now()
        async with self.storage() as uow:
            await self._claimed(uow, run, now + lease)
            await traces.show_progress(uow, run, now)
            if event is not None:
                await traces.note(uow, run, event, now)
            await also(uow, now)
            if run.state is not self.run.state and run.incident_id is not None:
                await self.cards.show(uow, await uow.incidents.get(run.incident_id), now)
        self.run = run
        self.kept_at = now

    async def keep(self, lease: timedelta = LEASE) -> None:
        """Prolong the claim when it was not for some seconds, or when a longer one is needed.

        Raises:
            ClaimLostError: Somebody else has it.
        """
        now = self.clock.now()
        if lease <= LEASE and now - self.kept_at < KEEP_EVERY:
            return
        async with self.storage() as uow:
            await self._claimed(uow, self.run, now + lease)
        self.kept_at = now

    async def _claimed(self, uow: UnitOfWork, run: MitigationRun, until: datetime) -> None:
        if not await uow.mitigations.save(run, epoch=self.epoch, claimed_until=until):
            raise ClaimLostError(f"{run.name} is no longer ours.")
