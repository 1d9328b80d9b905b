"""Numbers that people read: each is taken once."""

from sqlalchemy import update

from bot.storage.session import Session
from bot.storage.tables import CounterRow, table


async def next_number(session: Session, name: str) -> int:
    """Take the next number of a series that the migrations began, from 1."""
    counter = table(CounterRow)
    more = update(counter).where(counter.c.name == name).values(value=counter.c.value + 1)
    row = await session.one(more.returning(counter.c.value))
    return int(row[0])
