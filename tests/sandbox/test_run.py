"""`python -m bot sandbox` as a person runs it: it says what to do, serves, and leaves nothing."""

import asyncio
import re
import signal
import sys

import aiohttp
import pytest

from bot.sandbox.bot_process import child_environment


@pytest.fixture
def terminal():
    """Let Ctrl+C reach children, as in a terminal; what runs in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminate"])
async def test_the_sandbox_says_where_it_is_and_stops_cleanly(tmp_path, stop):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "sandbox", "--port", "0", "--folder", str(tmp_path)),
        cwd=tmp_path,
        env=child_environment({}),
        stdout=asyncio.subprocess.PIPE,
    )

    async with asyncio.timeout(60):
        url = await _address(process)
        status = await _status(url)
        process.send_signal(stop)
        code = await process.wait()

    assert (status, code) == (200, 0)
    assert not await _answers(url)


async def test_a_command_in_a_second_terminal_looks_at_the_same_world(tmp_path):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "sandbox", "--port", "0", "--folder", str(tmp_path)),
        env=child_environment({}),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(60):
            command = await _printed(process, "Terminal", "Stop")
            triage = await asyncio.create_subprocess_shell(
                command.replace("triage", "triage --quick"),
                env=child_environment({}),
                stdout=asyncio.subprocess.PIPE,
            )
            said, _ = await triage.communicate()
    finally:
        process.terminate()
        await process.wait()

    assert triage.returncode == 0, said.decode()
    assert "No fault found by free checks" in said.decode()
    assert "T-1 " in said.decode()


async def _printed(process, first: str, after: str) -> str:
    """Read what is printed from one word to another."""
    lines: list[str] = []
    while line := (await process.stdout.readline()).decode():
        if lines and line.strip().startswith(after):
            return " ".join(lines)
        if lines or line.strip().startswith(first):
            lines.append(line.strip().removeprefix(first).strip())
    raise AssertionError("it was not printed")


async def _refused(*words: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "sandbox", *words),
        env=child_environment({}),
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        _, said = await process.communicate()
    assert (process.returncode, b"Traceback" in said) == (2, False), said.decode()
    return " ".join(said.decode().split())


async def test_a_port_that_is_none_is_refused_in_words():
    assert "65535" in await _refused("--port", "99999")


async def test_a_port_that_is_taken_is_named_with_a_way_out():
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async with server:
        said = await _refused("--port", str(port))

    assert f"Port {port} cannot be used" in said
    assert "--port 0" in said


async def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()

    said = await _refused("--port", "0", "--folder", str(tmp_path / "file" / "folder"))

    assert "Name a folder" in said


async def _address(process) -> str:
    while line := (await process.stdout.readline()).decode():
        if found := re.search(r"Open +(http://127\.0\.0\.1:\d+)", line):
            return found[1]
    raise AssertionError("it ended without an address")


async def _status(url: str) -> int:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status


async def _answers(url: str) -> bool:
    try:
        await _status(url)
    except aiohttp.ClientConnectionError:
        return False
    return True
