"""A mystery fault: what the runbook's own script says of it, beside what the bot says.

The script is run for real, as bash with curl, against the pretend Ideogram.
"""

import asyncio
import contextlib
import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

SCRIPT: Final = Path(__file__).parent / "runbook_triage.sh"
WITHIN_SECONDS: Final = 120.0  # the script itself has no limit: its requests wait for ever
_CODES: Final = (
    re.compile(r"API status: (\d{3})"),
    re.compile(r"V3 status: (\d{3})"),
    re.compile(r"Latency: .*status (\d{3})"),
)
_PRICES: Final = (Decimal("0.05"), Decimal("0.03"), Decimal("0.05"))  # V_2_TURBO, FLASH, V_2_TURBO
_SPENT: Final = re.compile(r"\$(\d+\.\d+) spent")
_CARD: Final = re.compile(r"T-\d+/card")

Json = dict[str, Any]


@dataclass(slots=True)
class ScriptRun:
    """One run of the script as far as it came.

    Attributes:
        said: Its output.
        ended: How: None while it runs, else "ended", "stopped by an error" or "cut off".
        seconds: What it took, once ended.
    """

    said: str = ""
    ended: str | None = None
    seconds: float = 0.0

    @property
    def codes(self) -> list[str | None]:
        """The three status codes; None for what it has not printed, 000 where nobody answered."""
        found = [code.search(self.said) for code in _CODES]
        return [one[1] if one else None for one in found]

    @property
    def price(self) -> Decimal:
        """What its answers cost, USD: a picture is paid, a refusal is not."""
        paid = zip(self.codes, _PRICES, strict=True)
        return sum((price for code, price in paid if code == "200"), Decimal(0))


class RunbookScript:
    """Runs the script, one at a time.

    Attributes:
        run: The newest; None before the first and after `stop`.
        over: Set once it ended.
    """

    def __init__(self, within_seconds: float = WITHIN_SECONDS) -> None:
        """Bound a run to `within_seconds`."""
        self.run: ScriptRun | None = None
        self.over = asyncio.Event()
        self._within_seconds = within_seconds
        self._wanted = asyncio.Event()
        self._ended = asyncio.Event()
        self._settings: dict[str, str] = {}

    def start(self, url: str, key: str) -> None:
        """Run it against the Ideogram at `url` with `key`, instead of what runs now."""
        self.stop()
        self._settings = {"IDEOGRAM_API_URL": url, "IDEOGRAM_API_KEY": key}
        self.run = ScriptRun()
        self._wanted.set()

    def stop(self) -> None:
        """Forget the run; one that is under way is killed."""
        self.run = None
        self._wanted.clear()
        self._ended.set()
        self.over.clear()

    async def keep_running(self) -> None:
        """Carry out what `start` asks for, until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            self._ended.clear()
            if self.run is not None:
                await self._carry_out(self.run)
                self.over.set()

    async def _carry_out(self, run: ScriptRun) -> None:
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            "bash",
            str(SCRIPT),
            env=os.environ | self._settings | {"NO_PROXY": "127.0.0.1"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # so that its curl ends with it
        )
        try:
            async with asyncio.timeout(self._within_seconds), asyncio.TaskGroup() as group:
                stopping = group.create_task(self._kill_when_stopped(process))
                await _read(process, run)
                code = await process.wait()
                stopping.cancel()
            run.ended = "ended" if code == 0 else "stopped by an error"
        except TimeoutError:
            run.ended = "cut off"
        finally:
            _kill(process)
            await process.communicate()  # to the end of its output, which closes the pipe
            run.seconds = time.monotonic() - began

    async def _kill_when_stopped(self, process: asyncio.subprocess.Process) -> None:
        await self._ended.wait()
        _kill(process)


async def _read(process: asyncio.subprocess.Process, run: ScriptRun) -> None:
    if process.stdout is not None:
        while piece := await process.stdout.read(1024):
            run.said += piece.decode(errors="replace")


def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the bot's newest triage said: its headline, and what it spent, USD."""

    headline: str
    spent: Decimal


def verdict(messages: Sequence[Mapping[str, Any]], since: float) -> Verdict | None:
    """Read the newest finished triage card posted after `since` (Unix seconds), as people do."""
    for message in reversed(messages):
        payload = (message.get("metadata") or {}).get("event_payload") or {}
        if float(message["ts"]) < since or not _CARD.fullmatch(str(payload.get("key"))):
            continue
        blocks = message.get("blocks") or []
        headline = next((b["text"]["text"] for b in blocks if b["type"] == "header"), "")
        spent = _SPENT.search(_small_print(blocks))
        if headline and spent:
            return Verdict(headline, Decimal(spent[1]))
    return None


def _small_print(blocks: Sequence[Json]) -> str:
    small = [block["elements"] for block in blocks if block["type"] == "context"]
    return " ".join(one.get("text", "") for elements in small for one in elements)
