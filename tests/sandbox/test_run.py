"""`python -m bot sandbox` as a person runs it: it says what to do, serves, and leaves nothing."""

import asyncio
import re
import signal
import sys

import aiohttp
import pytest

from bot.sandbox.bot_process import child_environment


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
