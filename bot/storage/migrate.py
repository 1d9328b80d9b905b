"""Brings the schema up to date at start, from inside the package."""

from datetime import timedelta
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from bot.storage.engine import create_engine, make_folder

# Replicas that start together wait for the one that migrates.
PATIENCE: Final = timedelta(seconds=30)
_LOCK: Final = 4210421  # any number that no other program locks in this database


async def migrate(url: str) -> None:
    """Upgrade to the newest schema in one transaction; without effect when it is there.

    Raises:
        sqlalchemy.exc.SQLAlchemyError, OSError: The database does not answer.
    """
    engine = create_engine(url, PATIENCE)
    make_folder(engine)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
    finally:
        await engine.dispose()


def upgrade(connection: Connection) -> None:
    """Upgrade within the transaction of this connection, alone.

    SQLite's BEGIN IMMEDIATE keeps others out already; on Postgres the lock ends with the
    transaction, so a killed replica leaves nothing behind.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
