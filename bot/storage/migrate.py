"""Brings the schema up to date at start, from inside the package."""

from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from bot.domain.errors import UnavailableError
from bot.storage.engine import create_engine, make_folder
from bot.storage.tables import SCHEMA

# Replicas that start together wait for the one that migrates.
PATIENCE: Final = timedelta(seconds=30)
_VERSIONS: Final = "alembic_version"  # Alembic's table
_LOCK: Final = 4210421  # any number that no other program locks in this database


async def migrate(url: str) -> None:
    """Upgrade to the newest schema in one transaction; without effect when it is there.

    Raises:
        UnavailableError: The schema is newer than this program.
        sqlalchemy.exc.SQLAlchemyError, OSError: The database does not answer, or refuses.
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

    Raises:
        UnavailableError: The schema is newer than this program.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    if _is_current(connection):
        return
    # Read only where it is needed: it takes 0.1 s, and most starts find the newest schema.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:  # it knows no migration of the number that it finds
        raise UnavailableError(
            "The database is newer than this bot: run the version that made it, or a newer one."
        ) from error


def _is_current(connection: Connection) -> bool:
    if not inspect(connection).has_table(_VERSIONS):
        return False
    found = connection.execute(text(f"SELECT version_num FROM {_VERSIONS}"))  # noqa: S608  ours
    return found.scalars().all() == [SCHEMA]
