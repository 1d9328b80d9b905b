"""Engines for SQLite and Postgres that give up soon instead of hanging."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from sqlite3 import OperationalError
from typing import Final

import structlog
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

log = structlog.get_logger()

# An inbox row must be written within 1 s or the person is told (design.md section 6); a lock on
# a row held by another unit of work ends well below that.
PATIENCE: Final = timedelta(seconds=1)


def create_engine(url: str, patience: timedelta = PATIENCE) -> AsyncEngine:
    """Create an engine; nothing is opened yet.

    Args:
        url: `sqlite+aiosqlite:///path` or `postgresql+asyncpg://...`. SQLite needs a file: one in
            memory would be gone with the connection that migrated it.
        patience: For connecting, for one statement, for a lock.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, patience)
    return _postgres(parsed, patience)


def _sqlite(url: URL, patience: timedelta) -> AsyncEngine:
    engine = create_async_engine(url, connect_args={"timeout": patience.total_seconds()})
    event.listen(engine.sync_engine, "connect", _configure_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def make_folder(engine: AsyncEngine) -> None:
    """Make the folder of a SQLite file, and say where a new one comes to be."""
    url = engine.url
    if url.get_backend_name() != "sqlite" or not url.database:
        return
    file = Path(url.database)
    if not file.exists():
        log.info("database.new", file=str(file.absolute()))
    file.parent.mkdir(parents=True, exist_ok=True)


def file_number(engine: AsyncEngine) -> int | None:
    """Read the inode of a SQLite file: an open one that was removed can be written all the same.

    Raises:
        FileNotFoundError: It is gone.
    """
    url = engine.url
    is_file = url.get_backend_name() == "sqlite" and url.database
    return Path(url.database or "").stat().st_ino if is_file else None


def _configure_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver's own transactions begin too late: a read before the first write is outside, and
    # updates get lost silently. None leaves BEGIN to us.
    connection.isolation_level = None
    cursor = connection.cursor()
    # Without WAL every reader waits for every writer. The switch stays in the file; it fails at
    # once, whatever the timeout, while another program that opens the file is switching it.
    with suppress(OperationalError):
        cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")  # durable against a killed process
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    # A deferred BEGIN fails at its first write when another wrote meanwhile; no timeout helps.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgres(url: URL, patience: timedelta) -> AsyncEngine:
    seconds = patience.total_seconds()
    return create_async_engine(
        url,
        pool_size=10,
        max_overflow=10,
        pool_timeout=seconds,
        pool_pre_ping=True,  # a restarted server costs nobody an error
        connect_args={
            "timeout": seconds,
            # The client's timeout notices a dead network, the server's frees the server.
            "command_timeout": seconds,
            "server_settings": {
                "application_name": "ideogram-bot",
                "statement_timeout": str(int(seconds * 1000)),
                "idle_in_transaction_session_timeout": "30000",  # ms; a frozen bot frees its rows
            },
        },
    )
