"""What ticks how often. APScheduler only ticks; due work is rows, and rows are claimed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tick:
    """One concern: work off what is due, every so often."""

    name: str
    every: timedelta
    work: Callable[[], Awaitable[object]]


@dataclass(slots=True)
class Jobs:
    """Runs ticks until stopped. A failing tick is logged and runs again next time."""

    ticks: Sequence[Tick]
    _scheduler: AsyncIOScheduler | None = None
    _running: set[str] = field(default_factory=set)
    _idle: asyncio.Event = field(default_factory=asyncio.Event)

    def start(self) -> None:
        """Begin to tick on the running loop."""
        self._idle.set()
        scheduler = AsyncIOScheduler(timezone=UTC)
        for tick in self.ticks:
            scheduler.add_job(
                self._run,
                "interval",
                args=[tick],
                seconds=tick.every.total_seconds(),
                id=tick.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,  # a late tick is better than a skipped one
            )
        scheduler.start()
        self._scheduler = scheduler

    async def stop(self, within: timedelta) -> None:
        """Stop ticking and let the work in hand end; what takes longer is cut off.

        APScheduler's own shutdown cancels running coroutines at once, hence the waiting here.
        """
        if self._scheduler is None:
            return
        self._scheduler.pause()
        try:
            async with asyncio.timeout(within.total_seconds()):
                await self._idle.wait()
        except TimeoutError:
            log.warning("jobs.cut_off", running=sorted(self._running))
        self._scheduler.shutdown(wait=False)
        self._scheduler = None

    async def _run(self, tick: Tick) -> None:
        self._running.add(tick.name)
        self._idle.clear()
        try:
            await tick.work()
        except Exception as error:  # the wrapper around a tick: it runs again next time
            log.exception("tick.failed", tick=tick.name, error=type(error).__name__)
        finally:
            self._running.discard(tick.name)
            if not self._running:
                self._idle.set()
