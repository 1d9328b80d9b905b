"""Recorded balances in the database, in millionths of a USD."""

from decimal import Decimal

from sqlalchemy import insert, select

from bot.domain.ids import UserId
from bot.domain.ledger import Anchor
from bot.ports import Ledger
from bot.storage.session import Session
from bot.storage.tables import AnchorRow, table


class SqlLedger(Ledger):
    """Anchors in one transaction."""

    def __init__(self, session: Session) -> None:
        """Work within the session's transaction."""
        self._session = session
        self._table = table(AnchorRow)

    async def add(self, anchor: Anchor) -> None:
        """Append one."""
        micros = int(anchor.amount.scaleb(6))
        added = insert(self._table).values(amount_micros=micros, at=anchor.at, by=anchor.by)
        await self._session.run(added)

    async def newest(self) -> Anchor | None:
        """Read the newest."""
        rows = self._table
        row = await self._session.first(
            select(rows).order_by(rows.c.at.desc(), rows.c.id.desc()).limit(1)
        )
        if row is None:
            return None
        return Anchor(Decimal(row.amount_micros).scaleb(-6), row.at, UserId(row.by))
