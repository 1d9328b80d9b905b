"""The timeline in the database."""

from collections.abc import Sequence

from sqlalchemy import insert, select

from bot.domain.ids import IncidentId
from bot.domain.timeline import TimelineEvent
from bot.ports import Timeline
from bot.storage.codecs import TIMELINE_EVENT
from bot.storage.session import Session
from bot.storage.tables import TimelineRow, table


class SqlTimeline(Timeline):
    """Timeline events in one transaction."""

    def __init__(self, session: Session) -> None:
        """Work within the session's transaction."""
        self._session = session
        self._table = table(TimelineRow)

    async def add(self, event: TimelineEvent) -> None:
        """Append one line."""
        await self._session.run(
            insert(self._table).values(
                incident_id=event.incident_id, at=event.at, body=TIMELINE_EVENT.dump(event)
            )
        )

    async def of(self, incident_id: IncidentId) -> Sequence[TimelineEvent]:
        """List the lines of an incident."""
        rows = self._table
        asked = select(rows.c.body).where(rows.c.incident_id == incident_id)
        found = await self._session.all(asked.order_by(rows.c.at, rows.c.id))
        return [TIMELINE_EVENT.load(row.body) for row in found]
