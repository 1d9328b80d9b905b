"""A database that is away says so soon, and works again when it is back."""

import asyncio
import os
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs

from bot.domain.errors import UnavailableError
from bot.domain.ids import IncidentId, OutboxKey
from bot.domain.message import Note, NoteKind
from bot.storage.engine import create_engine
from bot.storage.storage import SqlStorage
from tests import postgres
from tests.builders import INCIDENTS, NIGHT, a_preview, an_incident
from tests.fakes.clock import FakeClock

IMPATIENT = timedelta(milliseconds=200)


def a_storage(url: str) -> SqlStorage:
    return SqlStorage(url=url, clock=FakeClock(), patience=IMPATIENT)


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[SqlStorage]:
    storage = a_storage(f"sqlite+aiosqlite:///{tmp_path}/new/folder/bot.db")
    await storage.open()
    yield storage
    await storage.close()


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    if postgres.binaries() is None:
        pytest.skip("no Postgres server is installed that a test may stop")
    with postgres.throwaway() as started:
        yield started


@pytest.fixture
async def on_postgres(server: postgres.Server) -> AsyncIterator[SqlStorage]:
    storage = a_storage(server.url)
    await storage.open()
    yield storage
    await storage.close()


async def use(storage: SqlStorage) -> None:
    async with storage() as uow:
        await uow.incidents.save(an_incident())


async def test_a_message_that_a_newer_version_wrote_holds_up_no_other(
    sqlite: SqlStorage, tmp_path: Path
) -> None:
    async with sqlite() as uow:
        for key in ("new", "known"):
            note = Note(NoteKind.DECLARED, IncidentId(1))
            await uow.outbox.post(OutboxKey(key), INCIDENTS, note, at=NIGHT)
    with closing(sqlite3.connect(tmp_path / "new/folder/bot.db")) as raw, raw:
        raw.execute("UPDATE outbox SET body = '{\"kind\": \"hologram\"}' WHERE key = 'new'")

    with capture_logs() as logs:
        async with sqlite() as uow:
            claimed = await uow.outbox.claim(NIGHT, NIGHT, "a")

    assert claimed is not None
    assert claimed.key == "known"
    assert [one["key"] for one in logs if one["event"] == "outbox.unreadable"] == ["new"]


async def test_before_it_is_open_a_storage_is_unavailable(tmp_path: Path) -> None:
    storage = a_storage(f"sqlite+aiosqlite:///{tmp_path}/bot.db")

    with pytest.raises(UnavailableError, match="not open"):
        await use(storage)


async def test_closing_what_is_not_open_does_nothing(tmp_path: Path) -> None:
    await a_storage(f"sqlite+aiosqlite:///{tmp_path}/bot.db").close()


async def test_opening_again_keeps_what_is_there(sqlite: SqlStorage) -> None:
    await use(sqlite)
    await sqlite.open()
    await sqlite.close()
    await sqlite.open()

    async with sqlite() as uow:
        assert len(await uow.incidents.newest(9)) == 1


async def test_a_file_locked_by_another_program_is_unavailable(sqlite: SqlStorage) -> None:
    assert sqlite._engine is not None  # noqa: SLF001  the file's name
    other = sqlite3.connect(str(sqlite._engine.url.database), isolation_level=None)  # noqa: SLF001
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(UnavailableError):
        await use(sqlite)

    other.execute("ROLLBACK")
    other.close()
    await use(sqlite)


async def test_an_outage_is_one_line_and_its_end_another(sqlite: SqlStorage) -> None:
    with capture_logs() as said:
        async with sqlite():
            for _ in range(3):
                with pytest.raises(UnavailableError):
                    await use(sqlite)
        await use(sqlite)

    reason = "The database does not answer (TimeoutError)."
    assert said == [
        {"event": "database.away", "log_level": "warning", "reason": reason},
        {"event": "database.back", "log_level": "info"},
    ]


@pytest.mark.parametrize("instead", [None, "another"])
async def test_a_file_that_is_gone_is_not_written_any_more(
    sqlite: SqlStorage, tmp_path: Path, instead: str | None
) -> None:
    file = f"{tmp_path}/new/folder/bot.db"
    _moved(file, f"{file}.kept")
    if instead is not None:
        shutil.copy(f"{file}.kept", file)

    with pytest.raises(UnavailableError):
        await use(sqlite)

    _moved(f"{file}.kept", file)
    await use(sqlite)


async def test_a_unit_of_work_that_never_ends_makes_the_others_give_up(sqlite: SqlStorage) -> None:
    async with sqlite():
        with pytest.raises(UnavailableError):
            await use(sqlite)

    await use(sqlite)


async def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(UnavailableError):
        await a_storage(f"sqlite+aiosqlite:///{tmp_path}/file/bot.db").open()


async def test_a_defect_is_no_absence(sqlite: SqlStorage) -> None:
    async def twice() -> None:
        async with sqlite() as uow:
            await uow.mitigations.add_preview(a_preview())
            await uow.mitigations.add_preview(a_preview())

    with pytest.raises(IntegrityError):
        await twice()


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(UnavailableError):
        await a_storage("postgresql+asyncpg://nobody@127.0.0.1:1/nothing").open()


async def test_a_frozen_server_is_unavailable_soon_and_works_again_later(
    server: postgres.Server, on_postgres: SqlStorage
) -> None:
    assert server.pid is not None
    await use(on_postgres)
    backends = [server.pid, *_children(server.pid)]
    _signal(backends, signal.SIGSTOP)

    try:
        async with asyncio.timeout(10 * IMPATIENT.total_seconds()):
            with pytest.raises(UnavailableError):
                await use(on_postgres)
    finally:
        _signal(backends, signal.SIGCONT)

    await use(on_postgres)


async def test_a_cut_connection_costs_nobody_an_error(on_postgres: SqlStorage) -> None:
    await use(on_postgres)
    await _cut_all(on_postgres.url)

    await use(on_postgres)


async def test_the_password_is_not_shown() -> None:
    assert "sesame" not in repr(a_storage("postgresql+asyncpg://bot:sesame@db/bot"))


def _moved(one: str, other: str) -> None:
    Path(one).replace(other)


async def _cut_all(url: str) -> None:
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text(f"{cut} AND application_name = 'ideogram-bot'"))
    await engine.dispose()


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        os.kill(pid, number)
