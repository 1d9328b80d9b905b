"""The schema comes from the migrations, and from nothing else."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.storage import migrate as migrate_module
from bot.storage.engine import create_engine
from bot.storage.migrate import migrate
from bot.storage.tables import SCHEMA, Base
from tests import postgres

MIGRATIONS = Path(migrate_module.__file__).parent / "migrations"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/bot.db"
    named: str = request.getfixturevalue("postgres_url")
    return named


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    if not postgres.is_available(os.environ):
        pytest.skip(postgres.WHY_NOT)
    with postgres.server(os.environ) as server:
        yield server.url


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection)
    return list(compare_metadata(context, Base.metadata))


async def test_migrated_tables_are_those_of_the_code(url: str) -> None:
    await migrate(url)

    engine = create_engine(url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_replicas_that_start_together_migrate_once(url: str) -> None:
    await asyncio.gather(*(migrate(url) for _ in range(3)))

    await migrate(url)


def test_the_schema_of_the_code_is_the_newest_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [SCHEMA]


def downgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.downgrade(config, "-1")


async def test_an_older_schema_is_brought_up_to_date(url: str) -> None:
    await migrate(url)
    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(downgrade)
        assert await connection.run_sync(differences) != []

    await migrate(url)

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()
