"""What is due while mitigations are in force, in the database."""

from datetime import datetime

from sqlalchemy import select, update

from bot.domain.ids import MitigationId
from bot.domain.recovery import Recovery
from bot.ports import Recoveries, RecoveryClaim
from bot.storage import claims
from bot.storage.codecs import RECOVERY
from bot.storage.session import Session
from bot.storage.tables import RecoveryRow, table


class SqlRecoveries(Recoveries):
    """Recoveries in one transaction."""

    def __init__(self, session: Session) -> None:
        """Work within the session's transaction."""
        self._session = session
        self._table = table(RecoveryRow)

    async def begin(self, recovery: Recovery) -> None:
        """Remember one."""
        rows, state = self._table, await self._state(recovery)
        added = self._session.insert(rows).values(id=recovery.mitigation_id, epoch=1, **state)
        anew = state | {"epoch": rows.c.epoch + 1, "claimed_until": None}
        await self._session.run(
            added.on_conflict_do_update(index_elements=["id"], set_=anew, where=rows.c.has_ended)
        )

    async def get(self, mitigation_id: MitigationId) -> Recovery | None:
        """Read one."""
        rows = self._table
        row = await self._session.first(select(rows.c.body).where(rows.c.id == mitigation_id))
        return RECOVERY.load(row.body) if row else None

    async def claim(self, now: datetime, until: datetime) -> RecoveryClaim | None:
        """Take the one that is due for longest."""
        rows = self._table
        now, until = await self._session.moment(now), await self._session.moment(until)
        row = await self._session.first(
            select(rows.c.id, rows.c.epoch, rows.c.body)
            .where(rows.c.due_at <= now, claims.is_free(rows, now))
            .order_by(rows.c.due_at, rows.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        taken = update(rows).where(rows.c.id == row.id)
        await self._session.run(taken.values(epoch=row.epoch + 1, claimed_until=until))
        return RecoveryClaim(RECOVERY.load(row.body), row.epoch + 1)

    async def save(
        self, recovery: Recovery, *, epoch: int, claimed_until: datetime | None = None
    ) -> bool:
        """Replace one, fenced."""
        rows = self._table
        until = await self._session.moment(claimed_until) if claimed_until else None
        saved = update(rows).where(rows.c.id == recovery.mitigation_id, rows.c.epoch == epoch)
        state = await self._state(recovery)
        return await self._session.run(saved.values(**state, claimed_until=until)) == 1

    async def _state(self, recovery: Recovery) -> dict[str, object]:
        due = recovery.due_at
        return {
            "due_at": None if due is None else await self._session.moment(due),
            "has_ended": recovery.ended_at is not None,
            "body": RECOVERY.dump(recovery),
        }
