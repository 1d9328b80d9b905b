"""A database that answers and refuses: it is away, and the reason says what to do."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from structlog.testing import capture_logs

from bot.domain.errors import UnavailableError
from bot.storage.away import Border
from bot.storage.engine import create_engine
from bot.storage.migrate import migrate
from bot.storage.storage import SqlStorage
from bot.storage.tables import SCHEMA
from tests import postgres
from tests.builders import an_incident
from tests.fakes.clock import FakeClock

NEWER = "The database is newer than this bot: run the version that made it, or a newer one."


def file_of(url: str) -> Path:
    return Path(url.partition("///")[2])


def a_storage(url: str) -> SqlStorage:
    return SqlStorage(url=url, clock=FakeClock())


async def tell(url: str, *statements: str) -> None:
    engine = create_engine(url)
    async with engine.begin() as connection:
        for one in statements:
            await connection.execute(text(one))
    await engine.dispose()


async def why_not(storage: SqlStorage) -> str:
    with pytest.raises(UnavailableError) as refused:
        await storage.open()
    for thread in threading.enumerate():
        # Where connecting fails the driver leaves its thread to end by itself, which fails loudly
        # when the test's event loop is gone by then.
        if thread.name.endswith("(_connection_worker_thread)"):
            await asyncio.to_thread(thread.join, 5)
    return str(refused.value)


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/bot.db"


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    if postgres.binaries() is None:
        pytest.skip("no Postgres server is installed that a test may change")
    with postgres.throwaway() as started:
        yield started


@pytest.fixture
async def as_role(server: postgres.Server) -> AsyncIterator[str]:
    """A URL of a user who may do what everybody may, in a database of ours without tables."""
    await tell(server.url, "CREATE ROLE bot LOGIN")
    yield server.url.replace("postgres@", "bot@")
    await tell(
        server.url,
        "DROP OWNED BY bot",
        "DROP ROLE bot",
        "GRANT USAGE ON SCHEMA public TO PUBLIC",
    )


async def test_a_newer_schema_is_told_once_and_by_all_who_want_to_record(sqlite: str) -> None:
    await migrate(sqlite)
    await tell(sqlite, "UPDATE alembic_version SET version_num = '9999'")
    storage = a_storage(sqlite)

    with capture_logs() as said:
        assert await why_not(storage) == NEWER
        assert await why_not(storage) == NEWER

    assert said == [{"event": "database.away", "log_level": "warning", "reason": NEWER}]
    with pytest.raises(UnavailableError, match="newer than this bot"):
        async with storage():
            pass


async def test_an_older_program_takes_nothing_from_a_newer_schema(sqlite: str) -> None:
    await migrate(sqlite)
    await tell(sqlite, "UPDATE alembic_version SET version_num = '9999'")
    await why_not(a_storage(sqlite))

    await tell(sqlite, f"UPDATE alembic_version SET version_num = '{SCHEMA}'")  # noqa: S608  ours
    storage = a_storage(sqlite)
    await storage.open()
    async with storage() as uow:
        await uow.incidents.save(an_incident())
    await storage.close()


async def test_another_reason_is_another_line_and_the_end_is_one(sqlite: str) -> None:
    storage = a_storage(sqlite)
    file_of(sqlite).write_text("no database at all " * 100)

    with capture_logs() as said:
        another = await why_not(storage)
        file_of(sqlite).unlink()
        await migrate(sqlite)
        await tell(sqlite, "UPDATE alembic_version SET version_num = '9999'")
        await why_not(storage)
        file_of(sqlite).unlink()
        await storage.open()
    await storage.close()

    assert another == "The database is none: DATABASE_URL names another kind of file."
    told = [one.get("reason", one["event"]) for one in said if one["event"].startswith("database.")]
    assert [one for one in told if one != "database.new"] == [another, NEWER, "database.back"]


async def test_a_folder_in_the_place_of_the_file_is_named_so(tmp_path: Path) -> None:
    reason = await why_not(a_storage(f"sqlite+aiosqlite:///{tmp_path}"))

    assert reason.startswith("The database cannot be opened: ")


async def test_tables_of_another_program_are_in_the_way_and_no_statement_is_told(
    sqlite: str,
) -> None:
    url = sqlite
    await tell(url, "CREATE TABLE incident (id INTEGER)")

    reason = await why_not(a_storage(url))

    assert "CREATE" not in reason
    assert reason.startswith("The database ")


async def test_a_driver_that_takes_no_such_option_is_a_reason_too() -> None:
    reason = await why_not(a_storage("postgresql+asyncpg://bot:sesame@db/bot?port=many"))

    assert reason == "The database refuses its tables (ArgumentError)."


REFUSALS = {
    "database": (
        "/postgres",
        "/none",
        "does not exist on that server: create it, or mend its name in DATABASE_URL",
    ),
    "user": ("bot@", "nobody@", "refuses the user or the password: mend DATABASE_URL"),
    "tls": ("/postgres", "/postgres?ssl=sometimes", "does not answer (InterfaceError)"),
}


@pytest.mark.parametrize(("part", "instead", "words"), REFUSALS.values(), ids=REFUSALS.keys())
async def test_what_postgres_refuses_at_the_door_is_named(
    as_role: str, part: str, instead: str, words: str
) -> None:
    head, _, tail = as_role.rpartition(part)

    assert words in await why_not(a_storage(head + instead + tail))


LIMITS = {
    "connections": (
        "ALTER ROLE bot CONNECTION LIMIT 0",
        "has no connection left: raise max_connections or the user's limit",
    ),
    "standby": (
        "ALTER ROLE bot SET default_transaction_read_only = on",
        "is read-only: name the primary server in DATABASE_URL",
    ),
    "privilege": ("REVOKE CREATE ON SCHEMA public FROM PUBLIC", "grant CREATE on the schema"),
    "schema": ("REVOKE USAGE ON SCHEMA public FROM PUBLIC", "grant the user USAGE and CREATE"),
}


@pytest.mark.parametrize(("statement", "words"), LIMITS.values(), ids=LIMITS.keys())
async def test_what_postgres_refuses_to_a_user_is_named(
    server: postgres.Server, as_role: str, statement: str, words: str
) -> None:
    await tell(server.url, statement)

    reason = await why_not(a_storage(as_role))

    assert words in reason
    assert "alembic" not in reason


async def test_a_user_who_is_granted_the_schema_goes_on(
    server: postgres.Server, as_role: str
) -> None:
    storage = a_storage(as_role)
    assert "grant CREATE" in await why_not(storage)

    await tell(server.url, "GRANT CREATE ON SCHEMA public TO bot")

    await storage.open()
    async with storage() as uow:
        await uow.incidents.save(an_incident())
    await storage.close()


async def test_a_privilege_that_is_taken_away_later_is_an_absence_too(
    server: postgres.Server, as_role: str
) -> None:
    await tell(server.url, "GRANT CREATE ON SCHEMA public TO bot")
    storage = a_storage(as_role)
    await storage.open()
    await tell(server.url, "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM bot")

    with pytest.raises(UnavailableError, match="grant CREATE"):
        async with storage() as uow:
            await uow.incidents.newest(1)

    await storage.close()


class Refusal(Exception):  # noqa: N818  a driver's
    def __init__(self, **codes: str) -> None:
        super().__init__("secret-value")
        self.__dict__.update(codes)


CODES = {
    "password": ({"sqlstate": "28P01"}, "refuses the user or the password"),
    "disk": ({"sqlstate": "53100"}, "has no space left"),
    "shutdown": ({"sqlstate": "57P01"}, "is being started or stopped"),
    "sqlite-disk": ({"sqlite_errorname": "SQLITE_FULL"}, "has no space left"),
    "sqlite-volume": ({"sqlite_errorname": "SQLITE_READONLY_DIRECTORY"}, "is read-only"),
    "unknown": ({"sqlstate": "XX000"}, "does not answer (DBAPIError)"),
}


@pytest.mark.parametrize(("codes", "words"), CODES.values(), ids=CODES.keys())
async def test_a_code_becomes_words_and_never_values(codes: dict[str, str], words: str) -> None:
    with pytest.raises(UnavailableError) as refused:
        async with Border()():
            raise DBAPIError("INSERT secret-value", {}, Refusal(**codes))

    assert words in str(refused.value)
    assert "secret-value" not in str(refused.value)


async def test_a_wrong_statement_is_a_defect_in_use_and_a_reason_when_opening() -> None:
    wrong = ProgrammingError("SELEKT secret-value", {}, Refusal(sqlstate="42601"))

    with pytest.raises(ProgrammingError):
        async with Border()():
            raise wrong
    with pytest.raises(UnavailableError, match=r"refuses its tables \(ProgrammingError 42601\)"):
        async with Border().opening():
            raise wrong
