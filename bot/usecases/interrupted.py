"""Say so when a triage was cut short: it may have cost money, so it is not resumed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.domain.ids import OutboxKey
from bot.domain.message import TriageState
from bot.domain.triage import Triage
from bot.domain.triage_table import TriageTable
from bot.ports import Clock, Storage, UnitOfWork
from bot.usecases.find_triage import show_triage

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseInterrupted:
    """Ends triages whose process went away; what was reserved for them counts as spent."""

    storage: Storage
    clock: Clock

    async def __call__(self) -> None:
        """Close every abandoned triage, and the tables whose lines they were."""
        now = self.clock.now()
        async with self.storage() as uow:
            abandoned = await uow.triages.abandoned(now)
            for triage in abandoned:
                await self._close(uow, triage, now)
            for key in {one.table for one in abandoned if one.table is not None}:
                await self._end(uow, key, [one for one in abandoned if one.table == key], now)

    async def _close(self, uow: UnitOfWork, triage: Triage, now: datetime) -> None:
        card = replace(triage.card, state=TriageState.INTERRUPTED, spent=triage.reserved)
        ended = replace(triage, card=card, ended_at=now)
        await uow.triages.save(ended, claimed_until=None)
        if triage.table is None:
            await show_triage(uow, ended, now)
        log.warning("triage.interrupted", triage_id=triage.name)

    async def _end(
        self, uow: UnitOfWork, key: OutboxKey, lines: Sequence[Triage], now: datetime
    ) -> None:
        table = await uow.outbox.message(key)
        # One that is complete was not cut short: only a line of it could not be remembered.
        if isinstance(table, TriageTable) and table.duration is None:
            spent = sum((one.reserved for one in lines), table.spent)
            ended = replace(table, is_interrupted=True, spent=spent)
            await uow.outbox.card(key, lines[0].channel, ended, at=now)
