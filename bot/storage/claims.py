"""Who works on a row: its holder, until a moment. A claim that ran out is free for anyone."""

from datetime import datetime

from sqlalchemy import ColumnElement, Table, or_, update

from bot.storage.session import Session


def is_free(table: Table, now: datetime) -> ColumnElement[bool]:
    """Ask for rows that nobody holds.

    Args:
        table: With `claimed_until`.
        now: By the database's clock.
    """
    return or_(table.c.claimed_until.is_(None), table.c.claimed_until <= now)


async def release(session: Session, table: Table, holder: str) -> None:
    """Hand all claims of a holder back."""
    freed = update(table).where(table.c.holder == holder)
    await session.run(freed.values(holder=None, claimed_until=None))
