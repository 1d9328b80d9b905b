"""Every claim runs on the fake, on SQLite and on Postgres.

No claim waits: what is over is written as ending at `NIGHT`, which is the present here, and
Postgres counts from its own clock.
"""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from bot.ports import Storage
from bot.storage.engine import create_engine
from bot.storage.storage import SqlStorage
from bot.storage.tables import Base, CounterRow, table
from tests import postgres
from tests.fakes.clock import FakeClock
from tests.fakes.storage import FakeStorage


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    if not postgres.is_available(os.environ):
        pytest.skip(postgres.WHY_NOT)
    with postgres.server(os.environ) as server:
        yield server


@pytest.fixture(params=["memory", "sqlite", "postgres"])
async def storage(
    request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock
) -> AsyncIterator[Storage]:
    if request.param == "memory":
        yield FakeStorage()
        return
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path}/bot.db"
    else:
        url = request.getfixturevalue("postgres_server").url
    opened = SqlStorage(url=url, clock=clock)
    await opened.open()
    if request.param == "postgres":
        await _empty(url)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


async def _empty(url: str) -> None:
    engine = create_engine(url)
    async with engine.begin() as connection:
        for each in Base.metadata.sorted_tables:
            if each is not table(CounterRow):
                await connection.execute(delete(each))
        await connection.execute(update(table(CounterRow)).values(value=0))
    await engine.dispose()
