"""What runs beside the requests: ticks, loops, and work begun by a press.

APScheduler only ticks; due work is rows, and rows are claimed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Final, Self

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.usecases.boundary import survives

log = structlog.get_logger()

Work = Callable[[], Awaitable[object]]
_PAUSE_AFTER_FAILURE: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Tick:
    """One concern: work off what is due, every so often.

    Attributes:
        at_once: How many runs may overlap: more than one where a run takes long.
    """

    name: str
    every: timedelta
    work: Work
    at_once: int = 1


@dataclass(slots=True)
class Jobs:
    """Owns everything that runs beside requests. A failing job is logged; the others go on."""

    _group: asyncio.TaskGroup = field(default_factory=asyncio.TaskGroup, init=False)
    _scheduler: AsyncIOScheduler | None = field(default=None, init=False)
    _running: dict[asyncio.Task[None], str] = field(default_factory=dict, init=False)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    async def __aenter__(self) -> Self:
        """Become able to run things."""
        await self._group.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Cut off what still runs; `stop` comes first when it should end by itself."""
        for task in self._running:
            task.cancel()
        # Without the error of the body: the group would wrap it, and its own tasks raise none.
        await self._group.__aexit__(None, None, None)

    def tick(self, ticks: Sequence[Tick]) -> None:
        """Begin to tick."""
        scheduler = AsyncIOScheduler(timezone=UTC)
        for tick in ticks:
            scheduler.add_job(
                self._ticked,
                "interval",
                args=[tick.name, tick.work],
                kwargs={"at_once": tick.at_once},
                seconds=tick.every.total_seconds(),
                id=tick.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,  # a late tick is better than a skipped one
            )
        scheduler.start()
        self._scheduler = scheduler

    async def _ticked(self, name: str, work: Work, *, at_once: int) -> None:
        """Begin the work of one tick; a coroutine, for a plain function runs in another thread.

        A task made there is not thread-safe, and the sleeping loop does not notice it.
        """
        self.begin(name, work, at_once=at_once)

    def loop(self, name: str, work: Work) -> None:
        """Repeat work until stopped; after a failure it pauses for a moment."""

        async def repeat() -> None:
            while not self._stopping.is_set():
                if not await survives("job.failed", work(), job=name):
                    await self._pause()
                await asyncio.sleep(0)  # noqa: TID251  lets the others run, takes no time

        self._own(name, repeat())

    def begin(self, name: str, work: Work, *, at_once: int | None = None) -> None:
        """Do work once, in the background.

        Args:
            name: For the log.
            work: What to do.
            at_once: Leave it when that many of this name run already; None means no limit.
        """
        same = sum(one == name for one in self._running.values())
        if self._stopping.is_set() or (at_once is not None and same >= at_once):
            return

        async def once() -> None:
            await survives("job.failed", work(), job=name)

        self._own(name, once())

    async def stop(self, within: timedelta) -> None:
        """Begin nothing new, and let what runs end; what takes longer is cut off."""
        self._stopping.set()
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None
        if self._running:
            await asyncio.wait(self._running, timeout=within.total_seconds())
        for task, name in self._running.items():
            log.info("job.cut_off", job=name)
            task.cancel()

    def _own(self, name: str, work: Awaitable[None]) -> None:
        async def owned() -> None:
            await work

        task = self._group.create_task(owned())
        self._running[task] = name
        task.add_done_callback(lambda done: self._running.pop(done, None))

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(_PAUSE_AFTER_FAILURE.total_seconds()):
                await self._stopping.wait()
        except TimeoutError:
            return
