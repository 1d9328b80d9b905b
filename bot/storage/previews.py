"""Previews in the database."""

from dataclasses import replace

from sqlalchemy import insert, select, update

from bot.domain.ids import MitigationId, PreviewId
from bot.domain.mitigation import Preview
from bot.storage.codecs import PREVIEW
from bot.storage.session import Session
from bot.storage.tables import PreviewRow, table


class Previews:
    """Previews in one transaction; `settled_by` lives in its column."""

    def __init__(self, session: Session) -> None:
        """Work within the session's transaction."""
        self._session = session
        self._table = table(PreviewRow)

    async def add(self, preview: Preview) -> None:
        """Remember one."""
        await self._session.run(
            insert(self._table).values(
                id=preview.id, settled_by=preview.settled_by, body=PREVIEW.dump(preview)
            )
        )

    async def get(self, preview_id: PreviewId) -> Preview | None:
        """Read and lock one."""
        rows = self._table
        row = await self._session.first(
            select(rows.c.body, rows.c.settled_by).where(rows.c.id == preview_id).with_for_update()
        )
        if row is None:
            return None
        return replace(PREVIEW.load(row.body), settled_by=row.settled_by)

    async def settle(self, preview_id: PreviewId, by: MitigationId) -> bool:
        """Mark one as pressed, once."""
        rows = self._table
        unsettled = update(rows).where(rows.c.id == preview_id, rows.c.settled_by.is_(None))
        return await self._session.run(unsettled.values(settled_by=by)) == 1
