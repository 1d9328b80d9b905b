"""Say so when a triage was cut short: it may have cost money, so it is not resumed."""

from dataclasses import dataclass, replace

import structlog

from bot.domain.message import TriageState
from bot.domain.triage import Triage
from bot.ports import Clock, Storage, UnitOfWork

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseInterrupted:
    """Ends triages whose process went away; what was reserved for them counts as spent."""

    storage: Storage
    clock: Clock

    async def __call__(self) -> None:
        """Close every abandoned triage."""
        async with self.storage() as uow:
            for triage in await uow.triages.abandoned(self.clock.now()):
                await self._close(uow, triage)

    async def _close(self, uow: UnitOfWork, triage: Triage) -> None:
        now = self.clock.now()
        card = replace(triage.card, state=TriageState.INTERRUPTED, spent=triage.reserved)
        ended = replace(triage, card=card, ended_at=now)
        await uow.triages.save(ended, claimed_until=None)
        await uow.outbox.card(ended.message, ended.channel, card, at=now)
        log.warning("triage.interrupted", triage_id=triage.name)
