"""What the adapters of one unit of work share: its connection and the time of its claims."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, Row, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import Clock


class Session:
    """One transaction's connection.

    Attributes:
        outbox_written: Whether the deliverer is to be woken after the commit.
    """

    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        """Begin with nothing known of the database's time."""
        self._connection = connection
        self._clock = clock
        self._ahead: timedelta | None = None
        self.outbox_written = False

    async def moment(self, moment: datetime) -> datetime:
        """Turn a moment of our clock into one of the database's, for claims.

        Several replicas write to one Postgres, and their clocks may differ by more than a claim
        lasts; so every claim counts by the server's clock. SQLite has one replica.
        """
        if self._ahead is None:
            self._ahead = await self._how_far_ahead()
        return moment + self._ahead

    async def _how_far_ahead(self) -> timedelta:
        if self._connection.dialect.name == "sqlite":
            return timedelta(0)
        row = await self.one(select(func.clock_timestamp()))
        theirs: datetime = row[0]
        return theirs - self._clock.now()

    def insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """Begin an insert that may say what to do on a conflict."""
        if self._connection.dialect.name == "sqlite":
            return sqlite.insert(table)
        return postgresql.insert(table)

    async def run(self, statement: Executable) -> int:
        """Run a statement and count the rows it touched."""
        result = await self._connection.execute(statement)
        return result.rowcount

    async def one(self, statement: Executable) -> Row[Any]:
        """Read the one row of a statement."""
        return (await self._connection.execute(statement)).one()

    async def first(self, statement: Executable) -> Row[Any] | None:
        """Read the first row of a statement; None when there is none."""
        return (await self._connection.execute(statement)).first()

    async def all(self, statement: Executable) -> list[Row[Any]]:
        """Read all rows of a statement, in its order."""
        return list((await self._connection.execute(statement)).all())
