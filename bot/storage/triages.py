"""Triages in the database."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import not_, select

from bot.domain.ids import ServiceName, TriageId
from bot.domain.triage import Triage
from bot.ports import Triages
from bot.storage.claims import is_free
from bot.storage.codecs import TRIAGE
from bot.storage.numbers import lock_numbers, next_number
from bot.storage.session import Session
from bot.storage.tables import TriageRow, table


class SqlTriages(Triages):
    """Triages in one transaction."""

    def __init__(self, session: Session) -> None:
        """Work within the session's transaction."""
        self._session = session
        self._table = table(TriageRow)

    async def next_id(self) -> TriageId:
        """Take the next number."""
        return TriageId(await next_number(self._session, "triage"))

    async def get(self, triage_id: TriageId) -> Triage | None:
        """Read and lock one."""
        rows = self._table
        row = await self._session.first(
            select(rows.c.body).where(rows.c.id == triage_id).with_for_update()
        )
        return TRIAGE.load(row.body) if row else None

    async def save(self, triage: Triage, *, claimed_until: datetime | None) -> None:
        """Insert or replace."""
        until = await self._session.moment(claimed_until) if claimed_until else None
        values = {
            "service": triage.service,
            "has_ended": triage.ended_at is not None,
            "claimed_until": until,
            "body": TRIAGE.dump(triage),
        }
        added = self._session.insert(self._table).values(id=triage.id, **values)
        await self._session.run(added.on_conflict_do_update(index_elements=["id"], set_=values))

    async def abandoned(self, now: datetime) -> Sequence[Triage]:
        """List and lock those whose holder is gone; two ticks do not see the same one."""
        rows = self._table
        now = await self._session.moment(now)
        found = await self._session.all(
            select(rows.c.body)
            .where(not_(rows.c.has_ended), is_free(rows, now))
            .order_by(rows.c.id)
            .with_for_update(skip_locked=True)
        )
        return [TRIAGE.load(row.body) for row in found]

    async def newest(self, service: ServiceName) -> Triage | None:
        """Read the newest that ended."""
        rows = self._table
        row = await self._session.first(
            select(rows.c.body)
            .where(rows.c.service == service, rows.c.has_ended)
            .order_by(rows.c.id.desc())
            .limit(1)
        )
        return TRIAGE.load(row.body) if row else None

    async def running(self, service: ServiceName, now: datetime) -> Triage | None:
        """Read the newest that is being measured, after all who are just opening one."""
        rows = self._table
        await lock_numbers(self._session, "triage")
        now = await self._session.moment(now)
        row = await self._session.first(
            select(rows.c.body)
            .where(rows.c.service == service, not_(rows.c.has_ended), rows.c.claimed_until > now)
            .order_by(rows.c.id.desc())
            .limit(1)
        )
        return TRIAGE.load(row.body) if row else None
