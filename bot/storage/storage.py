"""The database as use cases see it: units of work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.errors import UnavailableError
from bot.ports import Clock, Storage, UnitOfWork
from bot.storage import codecs
from bot.storage.audit import SqlAudit
from bot.storage.away import Border
from bot.storage.budget import SqlBudget
from bot.storage.engine import PATIENCE, create_engine, file_number
from bot.storage.inbox import SqlInbox
from bot.storage.incidents import SqlIncidents
from bot.storage.ledger import SqlLedger
from bot.storage.migrate import migrate
from bot.storage.mitigations import SqlMitigations
from bot.storage.outbox import SqlOutbox
from bot.storage.recoveries import SqlRecoveries
from bot.storage.session import Session
from bot.storage.timeline import SqlTimeline
from bot.storage.triages import SqlTriages


class SqlUnitOfWork(UnitOfWork):
    """One transaction; each port is made when it is first used."""

    def __init__(self, session: Session) -> None:
        """Work within the session's transaction."""
        self._session = session

    @cached_property
    def incidents(self) -> SqlIncidents:
        """Incidents in this transaction."""
        return SqlIncidents(self._session)

    @cached_property
    def timeline(self) -> SqlTimeline:
        """Timeline events in this transaction."""
        return SqlTimeline(self._session)

    @cached_property
    def triages(self) -> SqlTriages:
        """Triages in this transaction."""
        return SqlTriages(self._session)

    @cached_property
    def mitigations(self) -> SqlMitigations:
        """Mitigations in this transaction."""
        return SqlMitigations(self._session)

    @cached_property
    def outbox(self) -> SqlOutbox:
        """The outbox in this transaction."""
        return SqlOutbox(self._session)

    @cached_property
    def inbox(self) -> SqlInbox:
        """The inbox in this transaction."""
        return SqlInbox(self._session)

    @cached_property
    def budget(self) -> SqlBudget:
        """The budget in this transaction."""
        return SqlBudget(self._session)

    @cached_property
    def recoveries(self) -> SqlRecoveries:
        """What is due while mitigations are in force, in this transaction."""
        return SqlRecoveries(self._session)

    @cached_property
    def ledger(self) -> SqlLedger:
        """Recorded balances in this transaction."""
        return SqlLedger(self._session)

    @cached_property
    def audit(self) -> SqlAudit:
        """The audit trail in this transaction."""
        return SqlAudit(self._session)


@dataclass(kw_only=True)
class SqlStorage(Storage):
    """SQLite or Postgres, by the URL.

    Attributes:
        url: `sqlite+aiosqlite:///path` or `postgresql+asyncpg://...`; may hold a password.
        patience: For connecting, for a statement, for a lock; then the database is away.
    """

    url: str = field(repr=False)
    clock: Clock
    patience: timedelta = PATIENCE
    _engine: AsyncEngine | None = field(default=None, init=False, repr=False)
    _file: int | None = field(default=None, init=False, repr=False)
    _border: Border = field(default_factory=Border, init=False, repr=False)
    _rung: asyncio.Event = field(default_factory=asyncio.Event, init=False, repr=False)
    # SQLite has one writer. Waiting here is fair; its own busy handler sleeps and starves some.
    _writer: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)

    async def open(self) -> None:
        """Bring the schema up to date and begin to serve; may be repeated after it failed.

        Raises:
            UnavailableError: The database does not answer, or refuses its tables; the text says
                why, and the same is said by every unit of work until it is open.
        """
        if self._engine is None:
            async with self._border.opening():
                await migrate(self.url)
                engine = create_engine(self.url, self.patience)
                self._file = file_number(engine)
                self._engine = engine

    def prepare(self) -> None:
        """Build what reads and writes rows, before somebody waits for it: a tenth of a second."""
        codecs.prepare()

    async def close(self) -> None:
        """Close all connections."""
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.dispose()

    def __call__(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        """Begin a unit of work."""
        return self._unit()

    @asynccontextmanager
    async def _unit(self) -> AsyncIterator[SqlUnitOfWork]:
        async with self._border(), self._transaction() as connection:
            session = Session(connection, self.clock)
            yield SqlUnitOfWork(session)
        if session.outbox_written:
            self._rung.set()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        engine = self._engine
        if engine is None:
            raise UnavailableError(self._border.reason or "The database is not open.")
        if file_number(engine) != self._file:  # what is written now would be lost
            raise FileNotFoundError
        alone = self._alone() if engine.dialect.name == "sqlite" else nullcontext()
        async with alone, engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        async with asyncio.timeout(self.patience.total_seconds()):
            await self._writer.acquire()
        try:
            yield
        finally:
            self._writer.release()

    async def wait_for_outbox(self, within: timedelta) -> None:
        """Return once something was written to the outbox here, or when `within` is over."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                await self._rung.wait()
        except TimeoutError:
            return
        self._rung.clear()
