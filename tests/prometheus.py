"""A throwaway Prometheus: Debian's program, a folder of its own, loopback only."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aiohttp

from tests.scenarios.seeing import CLOCK, POLL

WHY_NOT = "no Prometheus: no program of that name is installed"
WHY_NO_LOADER = "no promtool beside a Prometheus"
_READY_WITHIN_SECONDS = 30.0
_TICKS = 4  # scrapes a minute in a past
_CONFIG = """\
global: {{scrape_interval: 1s}}
scrape_configs:
  - {{job_name: service, static_configs: [{{targets: {targets}}}]}}
"""


def program() -> str | None:
    """Find the program."""
    return shutil.which("prometheus")


@dataclass(frozen=True)
class Phase:
    """Some minutes of a past that no test waits for.

    Attributes:
        each: Requests a minute, by the code of their answer.
    """

    minutes: int
    each: Mapping[str, int]


def loader() -> str | None:
    """Find what loads samples into the program's files."""
    return shutil.which("promtool") if program() else None


def an_hour_ago_ms() -> int:
    """Give a moment that the program still keeps samples of, Unix time in ms."""
    return int(CLOCK.now().timestamp()) * 1000 - 3_600_000


async def load(folder: Path, samples: Sequence[str]) -> None:
    """Put samples (`name{labels} value seconds`) where `scraping` of that folder finds them.

    Args:
        folder: Of the Prometheus.
        samples: Those of a series one after the other, oldest first.
    """
    found = loader()
    assert found is not None
    text = folder / "samples.txt"
    text.write_text("\n".join([*samples, "# EOF", ""]), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(found, "tsdb", "create-blocks-from", "openmetrics"),
        *(str(text), str(folder / "prometheus")),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()


async def remember(folder: Path, now: datetime, *phases: Phase) -> None:
    """Write a past that ends now into the folder that `scraping` will use."""
    await load(folder, [*_counted(now, phases)])


def _counted(now: datetime, phases: Sequence[Phase]) -> Iterator[str]:
    """Write counters as they stood every 15 s, code by code."""
    yield "# TYPE ideogram_generations counter"
    ticks = [phase for phase in phases for _ in range(phase.minutes * _TICKS)]
    for code in sorted({code for phase in phases for code in phase.each}):
        labels = f'status="{"success" if code == "200" else "error"}",code="{code}",job="past"'
        count = 0.0
        for place, phase in enumerate(ticks, start=1):
            count += phase.each.get(code, 0) / _TICKS
            at = now.timestamp() - (len(ticks) - place) * 60 / _TICKS
            yield f"ideogram_generations_total{{{labels}}} {count} {at:.3f}"


@contextlib.asynccontextmanager
async def scraping(folder: Path, port: int, targets: Sequence[str]) -> AsyncIterator[str]:
    """Run a Prometheus that scrapes `host:port` targets every second; yields its URL."""
    found = program()
    assert found is not None
    config = folder / "prometheus.yml"
    config.write_text(_CONFIG.format(targets=list(targets)), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        found,
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'prometheus'}",
        f"--web.listen-address=127.0.0.1:{port}",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        await _ready(f"{url}/-/ready")
        yield url
    finally:
        process.terminate()
        await process.wait()


async def knows(url: str, expression: str) -> None:
    """Wait until an expression gives something."""
    async with asyncio.timeout(_READY_WITHIN_SECONDS), aiohttp.ClientSession() as http:
        while True:
            async with http.get(f"{url}/api/v1/query", params={"query": expression}) as answer:
                if (await answer.json())["data"]["result"]:
                    return
            await CLOCK.sleep(POLL)


async def _ready(url: str) -> None:
    async with asyncio.timeout(_READY_WITHIN_SECONDS), aiohttp.ClientSession() as http:
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(url) as answer:
                    if answer.status == 200:
                        return
            await CLOCK.sleep(POLL)
