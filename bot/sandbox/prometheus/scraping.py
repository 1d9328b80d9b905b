"""Scrapes: the metrics of each target in equal times, and marks where a series ended."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Final

import aiohttp

from bot.sandbox.prometheus.exposition import UnreadableError, read
from bot.sandbox.prometheus.store import NAME, Labels, Store, labels_of

JOB: Final = "service"


class Scraper:
    """Scrapes `targets` (`host:port`) into `store`."""

    def __init__(self, store: Store, targets: Sequence[str], interval_seconds: float) -> None:
        """Prepare; the first scrape comes at once."""
        self._store = store
        self._targets = targets
        self._interval_seconds = interval_seconds
        self._known: dict[str, frozenset[Labels]] = {}

    async def keep_running(self) -> None:
        """Scrape until cancelled; a scrape that takes longer than the interval has failed."""
        timeout = aiohttp.ClientTimeout(total=self._interval_seconds)
        started = time.monotonic()
        async with aiohttp.ClientSession(timeout=timeout) as http:
            while True:
                async with asyncio.TaskGroup() as group:
                    for target in self._targets:
                        group.create_task(self._scrape(http, target))
                passed = time.monotonic() - started
                await asyncio.sleep(self._interval_seconds - passed % self._interval_seconds)

    async def _scrape(self, http: aiohttp.ClientSession, target: str) -> None:
        at = now()
        common = {"instance": target, "job": JOB}
        try:
            async with http.get(f"http://{target}/metrics") as answer:
                answer.raise_for_status()
                samples = list(read(await answer.text()))
        except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError, UnreadableError):
            samples = []
        found = {labels_of({**labels, **common}): value for labels, value in samples}
        self._record(target, at, found)
        self._store.append(labels_of({NAME: "up", **common}), at, float(bool(samples)))
        self._store.forget(at)

    def _record(self, target: str, at: int, found: Mapping[Labels, float]) -> None:
        for labels, value in found.items():
            self._store.append(labels, at, value)
        for labels in self._known.get(target, frozenset()) - found.keys():
            self._store.append(labels, at, None)
        self._known[target] = frozenset(found)


def now() -> int:
    """Read the clock: Unix time in ms."""
    return time.time_ns() // 1_000_000
