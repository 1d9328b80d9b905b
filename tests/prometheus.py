"""A throwaway Prometheus: Debian's program, a folder of its own, loopback only."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import aiohttp

from tests.scenarios.story import CLOCK, POLL

WHY_NOT = "no Prometheus: no program of that name is installed"
WHY_NO_LOADER = "no promtool beside a Prometheus"
_READY_WITHIN_SECONDS = 30.0
_CONFIG = """\
global: {{scrape_interval: 1s}}
scrape_configs:
  - {{job_name: service, static_configs: [{{targets: {targets}}}]}}
"""


def program() -> str | None:
    """Find the program."""
    return shutil.which("prometheus")


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
        found,
        *("tsdb", "create-blocks-from", "openmetrics"),
        str(text),
        str(folder / "prometheus"),
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0


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
