"""The bot as a child process: started with ordinary settings, killed without warning, back again.

It is the same program that runs in production; nothing here is known to it.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import aiohttp

PROJECT: Final = Path(__file__).parents[2]
COMMAND: Final = (sys.executable, "-m", "bot", "serve")
READY_TIMEOUT_SECONDS: Final = 30.0
STOP_TIMEOUT_SECONDS: Final = 10.0  # the bot promises to be gone 10 s after SIGTERM
POLL_SECONDS: Final = 0.05
RESTART_PAUSE_SECONDS: Final = 1.0  # long enough to be seen on the page
TAIL_LINES: Final = 20
# A developer's own settings and proxies must not leak into the pretend world.
_FOREIGN_PREFIXES: Final = ("SLACK_", "IDEOGRAM_", "PAGERDUTY_", "ALERTS_", "KUBE", "DATABASE_")
_FOREIGN_NAMES: Final = frozenset({"PORT", "LOG_FORMAT", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"})


class BotDidNotStartError(Exception):
    """The bot ended or stayed unready; the text holds its last lines."""


def child_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Build the child's environment: ours without any bot setting, then `settings`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_FOREIGN_PREFIXES) and name.upper() not in _FOREIGN_NAMES
    }
    path = os.pathsep.join(part for part in (str(PROJECT), kept.get("PYTHONPATH", "")) if part)
    return kept | {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"} | dict(settings)


class BotProcess:
    """Runs the bot and keeps it running.

    Attributes:
        state: "stopped", "starting", "ready", "killed" or "failed".
        starts: How often it was started.
        ready_after_seconds: From start to the first 200 of /readyz, of the newest start.
        killed_at: Unix time of the newest kill; None when never killed.
        log_path: Where everything it prints is appended.
    """

    def __init__(
        self,
        settings: Mapping[str, str],
        *,
        port: int,
        folder: Path,
        command: Sequence[str] = COMMAND,
        ready_timeout_seconds: float = READY_TIMEOUT_SECONDS,
    ) -> None:
        self.state = "stopped"
        self.starts = 0
        self.ready_after_seconds: float | None = None
        self.killed_at: float | None = None
        self.log_path = folder / "bot.log"
        self.url = f"http://127.0.0.1:{port}"
        self._environment = child_environment(settings)
        self._folder = folder
        self._command = tuple(command)
        self._ready_timeout_seconds = ready_timeout_seconds
        self._process: asyncio.subprocess.Process | None = None

    def kill(self) -> None:
        """Send SIGKILL: no handler runs, nothing is flushed. It is started again by itself."""
        if self._process is None or self._process.returncode is not None:
            return
        self.state = "killed"
        self.killed_at = time.time()
        self._process.send_signal(signal.SIGKILL)

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        alive = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and alive else None

    def last_lines(self, count: int = TAIL_LINES) -> list[str]:
        """Return the newest lines of the log, oldest first."""
        if not self.log_path.exists():
            return []
        with self.log_path.open(encoding="utf-8", errors="replace") as lines:
            return [line.rstrip("\n") for line in deque(lines, maxlen=count)]

    async def start(self) -> None:
        """Start it and wait until /readyz answers 200.

        Raises:
            BotDidNotStartError: It ended, or was not ready in time.
        """
        self.state = "starting"
        self.starts += 1
        started = time.monotonic()
        with self.log_path.open("ab") as log:  # the child keeps its own copy of the descriptor
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                cwd=self._folder,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl+C in the terminal stops us, and we stop it
            )
        try:
            async with asyncio.timeout(self._ready_timeout_seconds):
                await self._until_ready(self._process)
        except TimeoutError:
            self.state = "failed"
            raise BotDidNotStartError(self._explanation("was not ready in time")) from None
        self.ready_after_seconds = time.monotonic() - started
        self.state = "ready"

    async def _until_ready(self, process: asyncio.subprocess.Process) -> None:
        timeout = aiohttp.ClientTimeout(total=1)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while process.returncode is None:
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    async with session.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:  # noqa: PLR2004  the HTTP status OK
                            return
                await asyncio.sleep(POLL_SECONDS)
        self.state = "failed"
        raise BotDidNotStartError(self._explanation(f"ended with exit code {process.returncode}"))

    def _explanation(self, what: str) -> str:
        tail = "\n".join(f"  {line}" for line in self.last_lines()) or "  (it printed nothing)"
        return f"The bot {what}. Its last lines, from {self.log_path}:\n{tail}"

    async def keep_running(self) -> None:
        """Start it again whenever it ended, until cancelled."""
        while True:
            with contextlib.suppress(BotDidNotStartError):  # `state` says so; try again
                if self._process is not None:
                    await self._end_of(self._process)
                await asyncio.sleep(RESTART_PAUSE_SECONDS)
                await self.start()

    async def _end_of(self, process: asyncio.subprocess.Process) -> None:
        """Wait until it ends; one that was late (Slack was cut off) may become ready before."""
        if self.state == "failed" and process.returncode is None:
            await self._until_ready(process)
            self.state = "ready"
        await process.wait()
        if self.state == "ready":
            self.state = "failed"  # it ended by itself, nobody pressed the dare

    async def stop(self) -> None:
        """Ask it to stop as a cluster would (SIGTERM, then SIGKILL)."""
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(STOP_TIMEOUT_SECONDS):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        self.state = "stopped"
