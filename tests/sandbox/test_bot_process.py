"""The child is started, watched, killed and started again; a small program plays the bot."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.bot_process import BotDidNotStartError, BotProcess, child_environment
from bot.sandbox.ports import free_port
from bot.sandbox.world import own

READY = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
    def log_message(self, *_): pass
print("listening", flush=True)
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
BROKEN = "import sys; print('no token'); sys.exit(2)"


def a_bot(folder: Path, program: str, timeout_seconds: float = 20) -> BotProcess:
    port = free_port()
    return BotProcess(
        {"PORT": str(port)},
        port=port,
        folder=folder,
        command=(sys.executable, "-c", program),
        ready_timeout_seconds=timeout_seconds,
    )


@contextlib.asynccontextmanager
async def running(bot: BotProcess) -> AsyncIterator[BotProcess]:
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(bot.stop)
        await bot.start()
        await own(stack, bot.keep_running())
        yield bot


async def test_start_returns_when_the_bot_says_it_is_ready(tmp_path):
    async with running(a_bot(tmp_path, READY)) as bot:
        assert bot.state == "ready"
        assert bot.last_lines() == ["listening"]

    assert bot.state == "stopped"


async def test_a_killed_bot_comes_back_as_another_process(tmp_path):
    async with running(a_bot(tmp_path, READY)) as bot:
        before = bot.pid

        bot.kill()
        await _until_started(bot, times=2)

        assert bot.pid != before


async def test_a_bot_that_was_late_after_a_kill_is_seen_to_be_ready(tmp_path):
    late = READY.replace(
        "print(", "import time; time.sleep(0.6 if os.path.exists('x') else 0); print("
    )
    bot = a_bot(tmp_path, f"import os\n{late}", timeout_seconds=20)
    async with running(bot):
        (tmp_path / "x").touch()
        bot._ready_timeout_seconds = 0.2  # noqa: SLF001  only the second start is to be late

        bot.kill()

        await _until_started(bot, times=2)


async def test_a_bot_that_ends_at_once_is_quoted(tmp_path):
    with pytest.raises(BotDidNotStartError, match=r"exit code 2[\s\S]*no token"):
        await a_bot(tmp_path, BROKEN).start()


async def test_a_bot_that_never_gets_ready_is_not_waited_for_for_ever(tmp_path):
    bot = a_bot(tmp_path, "import time; time.sleep(60)", timeout_seconds=0.3)

    with pytest.raises(BotDidNotStartError, match="not ready in time"):
        await bot.start()

    await bot.stop()


def test_a_developers_own_settings_stay_outside(monkeypatch):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-real")
    monkeypatch.setenv("https_proxy", "http://proxy.example.com")

    environment = child_environment({"PORT": "1"})

    assert "SLACK_BOT_TOKEN" not in environment
    assert "https_proxy" not in environment
    assert environment["PORT"] == "1"


async def _until_started(bot: BotProcess, times: int) -> None:
    async with asyncio.timeout(20):
        while bot.starts < times or bot.state != "ready":  # noqa: ASYNC110  a process has no event
            await asyncio.sleep(0.02)  # noqa: TID251  another process decides how long it takes
