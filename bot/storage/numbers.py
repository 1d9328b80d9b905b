"""Numbers that people read: each is taken once."""

from sqlalchemy import select, update

from bot.storage.session import Session
from bot.storage.tables import CounterRow, table


async def next_number(session: Session, name: str) -> int:
    """Take the next number of a series that the migrations began, from 1."""
    counter = table(CounterRow)
    more = update(counter).where(counter.c.name == name).values(value=counter.c.value + 1)
    row = await session.one(more.returning(counter.c.value))
    return int(row[0])


async def lock_numbers(session: Session, name: str) -> None:
    """Wait for those who take a number of a series; nobody takes one until this transaction ends.

    SQLite has one writer at a time anyway.
    """
    counter = table(CounterRow)
    await session.one(select(counter.c.value).where(counter.c.name == name).with_for_update())
