"""The audit trail in the database."""

from collections.abc import Sequence

from sqlalchemy import insert, select

from bot.domain.ids import UserId
from bot.ports import Audit, AuditEntry
from bot.storage.session import Session
from bot.storage.tables import AuditRow, table


class SqlAudit(Audit):
    """Audit entries in one transaction."""

    def __init__(self, session: Session) -> None:
        """Work within the session's transaction."""
        self._session = session
        self._table = table(AuditRow)

    async def add(self, entry: AuditEntry) -> None:
        """Append one entry."""
        await self._session.run(
            insert(self._table).values(
                at=entry.at,
                by=entry.by,
                what=entry.what,
                target=entry.target,
                before=entry.before,
                after=entry.after,
                result=entry.result,
                why=entry.why,
            )
        )

    async def newest(self, limit: int) -> Sequence[AuditEntry]:
        """List the newest."""
        rows = self._table
        found = await self._session.all(select(rows).order_by(rows.c.id.desc()).limit(limit))
        return [
            AuditEntry(
                at=row.at,
                by=UserId(row.by),
                what=row.what,
                target=row.target,
                before=row.before,
                after=row.after,
                result=row.result,
                why=row.why,
            )
            for row in found
        ]
