"""Previews and presses in the database."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, insert, not_, select, update

from bot.domain.ids import IncidentId, MitigationId, PreviewId, ServiceName
from bot.domain.mitigation import IN_FORCE, MitigationKind, MitigationRun, Preview, State
from bot.ports import Claim, Mitigations
from bot.storage import claims
from bot.storage.codecs import MITIGATION
from bot.storage.places import Places
from bot.storage.previews import Previews
from bot.storage.session import Session
from bot.storage.tables import MitigationRow, table


class SqlMitigations(Mitigations):
    """Previews, presses and places in one transaction."""

    def __init__(self, session: Session) -> None:
        """Work within the session's transaction."""
        self._session = session
        self._table = table(MitigationRow)
        self._previews = Previews(session)
        self._places = Places(session)

    async def add_preview(self, preview: Preview) -> None:
        """Remember what a button would do."""
        await self._previews.add(preview)

    async def preview(self, preview_id: PreviewId) -> Preview | None:
        """Read and lock a preview."""
        return await self._previews.get(preview_id)

    async def settle(self, preview_id: PreviewId, by: MitigationId) -> bool:
        """Mark a preview as pressed, once."""
        return await self._previews.settle(preview_id, by)

    async def lock(self, object_key: str, by: MitigationId) -> MitigationId | None:
        """Take the one place for unfinished work on an object."""
        return await self._places.take(object_key, by)

    async def unlock(self, object_key: str, by: MitigationId) -> None:
        """Give the place back."""
        await self._places.leave(object_key, by)

    async def insert(self, run: MitigationRun, *, holder: str, claimed_until: datetime) -> None:
        """Remember a press."""
        until = await self._session.moment(claimed_until)
        added = insert(self._table).values(
            id=run.id,
            object_key=run.object_key,
            service=run.service,
            kind=run.kind.value,
            epoch=1,
            holder=holder,
            claimed_until=until,
            **_state(run),
        )
        await self._session.run(added)

    async def get(self, mitigation_id: MitigationId) -> MitigationRun | None:
        """Read and lock a press."""
        rows = self._table
        row = await self._session.first(
            select(rows.c.body).where(rows.c.id == mitigation_id).with_for_update()
        )
        return MITIGATION.load(row.body) if row else None

    async def save(
        self, run: MitigationRun, *, epoch: int | None, claimed_until: datetime | None = None
    ) -> bool:
        """Replace a press, fenced."""
        rows = self._table
        saved = update(rows).where(rows.c.id == run.id).values(**_state(run))
        if epoch is None:
            saved = saved.values(epoch=rows.c.epoch + 1, holder=None, claimed_until=None)
        else:
            saved = saved.where(rows.c.epoch == epoch)
        if claimed_until is not None:
            saved = saved.values(claimed_until=await self._session.moment(claimed_until))
        return await self._session.run(saved) == 1

    async def claim(self, now: datetime, until: datetime, holder: str) -> Claim | None:
        """Take the oldest running one that nobody works on."""
        rows = self._table
        now, until = await self._session.moment(now), await self._session.moment(until)
        row = await self._session.first(
            select(rows.c.number, rows.c.epoch, rows.c.body)
            .where(rows.c.is_running, claims.is_free(rows, now))
            .order_by(rows.c.number)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        taken = update(rows).where(rows.c.number == row.number)
        await self._session.run(
            taken.values(epoch=row.epoch + 1, holder=holder, claimed_until=until)
        )
        return Claim(MITIGATION.load(row.body), row.epoch + 1)

    async def release(self, holder: str, now: datetime) -> None:  # noqa: ARG002  free is free
        """Hand all claims of a holder back."""
        await claims.release(self._session, self._table, holder)

    async def in_force(self, object_key: str) -> Sequence[MitigationRun]:
        """List those in force on an object."""
        rows = self._table
        states = [state.value for state in IN_FORCE]
        return await self._runs(
            rows.c.object_key == object_key, rows.c.state.in_(states), not_(rows.c.is_undone)
        )

    async def standing(self, limit: int) -> Sequence[MitigationRun]:
        """List the newest in force anywhere."""
        rows = self._table
        states = [state.value for state in IN_FORCE]
        found = await self._session.all(
            select(rows.c.body)
            .where(rows.c.state.in_(states), not_(rows.c.is_undone))
            .order_by(rows.c.number.desc())
            .limit(limit)
        )
        return [MITIGATION.load(row.body) for row in reversed(found)]

    async def of_incident(self, incident_id: IncidentId) -> Sequence[MitigationRun]:
        """List the presses of an incident."""
        return await self._runs(self._table.c.incident_id == incident_id)

    async def _runs(self, *wanted: ColumnElement[bool]) -> Sequence[MitigationRun]:
        rows = self._table
        found = await self._session.all(select(rows.c.body).where(*wanted).order_by(rows.c.number))
        return [MITIGATION.load(row.body) for row in found]

    async def last_worked(self, service: ServiceName, kind: MitigationKind) -> MitigationRun | None:
        """Read the newest effective press of a kind."""
        rows = self._table
        row = await self._session.first(
            select(rows.c.body)
            .where(
                rows.c.service == service,
                rows.c.kind == kind.value,
                rows.c.state == State.EFFECTIVE.value,
            )
            .order_by(rows.c.number.desc())
            .limit(1)
        )
        return MITIGATION.load(row.body) if row else None


def _state(run: MitigationRun) -> dict[str, object]:
    return {
        "state": run.state.value,
        "is_running": run.is_running,
        "is_undone": run.undone_by is not None,
        "incident_id": run.incident_id,
        "body": MITIGATION.dump(run),
    }
