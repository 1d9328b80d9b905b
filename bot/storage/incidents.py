"""Incidents in the database."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import not_, select

from bot.domain.diagnosis import Cause
from bot.domain.errors import UnknownIncidentError
from bot.domain.ids import IncidentId, ServiceName, unknown_incident
from bot.domain.incident import Incident
from bot.ports import Incidents
from bot.storage.codecs import INCIDENT
from bot.storage.numbers import next_number
from bot.storage.session import Session
from bot.storage.tables import IncidentRow, table

# What lies further back is no help in the night.
_LOOKED_THROUGH: Final = 100


class SqlIncidents(Incidents):
    """Incidents in one transaction."""

    def __init__(self, session: Session) -> None:
        """Work within the session's transaction."""
        self._session = session
        self._table = table(IncidentRow)

    async def next_id(self) -> IncidentId:
        """Take the next number; two units of work wait for each other here."""
        return IncidentId(await next_number(self._session, "incident"))

    async def get(self, incident_id: IncidentId) -> Incident:
        """Read and lock one."""
        rows = self._table
        row = await self._session.first(
            select(rows.c.body).where(rows.c.id == incident_id).with_for_update()
        )
        if row is None:
            newest = await self._session.first(
                select(rows.c.id).order_by(rows.c.id.desc()).limit(1)
            )
            known = None if newest is None else newest.id
            raise UnknownIncidentError(unknown_incident(incident_id, known))
        return INCIDENT.load(row.body)

    async def save(self, incident: Incident) -> None:
        """Insert or replace."""
        values = {
            "service": incident.service,
            "is_open": incident.is_open,
            "body": INCIDENT.dump(incident),
        }
        added = self._session.insert(self._table).values(id=incident.id, **values)
        await self._session.run(added.on_conflict_do_update(index_elements=["id"], set_=values))

    async def open(self, service: ServiceName | None = None) -> Sequence[Incident]:
        """List those not resolved."""
        rows = self._table
        asked = select(rows.c.body).where(rows.c.is_open).order_by(rows.c.id.desc())
        if service is not None:
            asked = asked.where(rows.c.service == service)
        return [INCIDENT.load(row.body) for row in await self._session.all(asked)]

    async def newest(self, limit: int) -> Sequence[Incident]:
        """List the newest."""
        rows = self._table
        asked = select(rows.c.body).order_by(rows.c.id.desc()).limit(limit)
        return [INCIDENT.load(row.body) for row in await self._session.all(asked)]

    async def last_resolved(self, service: ServiceName, cause: Cause) -> Incident | None:
        """Look through the newest resolved ones of the service; the cause stands in the body."""
        rows = self._table
        asked = (
            select(rows.c.body)
            .where(not_(rows.c.is_open), rows.c.service == service)
            .order_by(rows.c.id.desc())
            .limit(_LOOKED_THROUGH)
        )
        found = (INCIDENT.load(row.body) for row in await self._session.all(asked))
        return next((one for one in found if one.cause is cause), None)
