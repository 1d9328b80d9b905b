"""The one place for unfinished work on each object."""

from sqlalchemy import delete

from bot.domain.ids import MitigationId
from bot.storage.session import Session
from bot.storage.tables import LockRow, table


class Places:
    """Places in one transaction."""

    def __init__(self, session: Session) -> None:
        """Work within the session's transaction."""
        self._session = session
        self._table = table(LockRow)

    async def take(self, object_key: str, by: MitigationId) -> MitigationId | None:
        """Take a place; else tell who has it."""
        rows = self._table
        added = self._session.insert(rows).values(object_key=object_key, holder=by)
        # Writing back what is there makes this one statement that always tells the holder.
        held = added.on_conflict_do_update(
            index_elements=["object_key"], set_={"holder": rows.c.holder}
        )
        row = await self._session.one(held.returning(rows.c.holder))
        return None if row.holder == by else MitigationId(row.holder)

    async def leave(self, object_key: str, by: MitigationId) -> None:
        """Give a place back."""
        rows = self._table
        await self._session.run(
            delete(rows).where(rows.c.object_key == object_key, rows.c.holder == by)
        )
