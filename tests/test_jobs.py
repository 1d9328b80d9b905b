"""Work beside requests: it ends, it fails alone, it is cut off in time."""

import asyncio
from datetime import timedelta

import pytest

from bot.clock import SystemClock
from bot.jobs import Jobs, Tick

SOON = timedelta(seconds=5)


class Counting:
    """Counts its runs, fails on demand, and waits on demand."""

    def __init__(self, *, fails: int = 0) -> None:
        self.runs = 0
        self.fails = fails
        self.began = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.was_cut_off = False

    async def __call__(self) -> None:
        self.runs += 1
        self.began.set()
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.was_cut_off = True
            raise
        if self.runs <= self.fails:
            raise RuntimeError("boom")


async def test_a_tick_runs_again_after_it_failed():
    work = Counting(fails=1)

    async with Jobs() as jobs:
        jobs.tick([Tick("work", timedelta(milliseconds=10), work)])
        async with asyncio.timeout(5):
            while work.runs < 2:
                work.began.clear()
                await work.began.wait()
        await jobs.stop(SOON)

    assert work.runs >= 2


async def test_a_tick_wakes_a_loop_that_has_nothing_else_to_do():
    # In debug mode asyncio refuses a task made in another thread: there the loop sleeps on.
    asyncio.get_running_loop().set_debug(True)
    work = Counting()

    async with Jobs() as jobs:
        jobs.tick([Tick("work", timedelta(milliseconds=10), work)])
        async with asyncio.timeout(5):
            await work.began.wait()
        await jobs.stop(SOON)

    assert work.runs >= 1


async def test_a_loop_goes_on_after_a_failure():
    work = Counting(fails=1)

    async with Jobs() as jobs, asyncio.timeout(5):
        jobs.loop("work", work)
        while work.runs < 2:
            work.began.clear()
            await work.began.wait()
        await jobs.stop(SOON)

    assert work.runs >= 2


async def test_runs_of_one_name_may_be_limited():
    work = Counting()
    work.may_end.clear()

    async with Jobs() as jobs:
        for _ in range(3):
            jobs.begin("work", work, at_once=2)
        await work.began.wait()
        await SystemClock().sleep(timedelta(0))
        work.may_end.set()
        await jobs.stop(SOON)

    assert work.runs == 2


async def test_stopping_lets_work_end():
    work = Counting()
    work.may_end.clear()

    async with Jobs() as jobs:
        jobs.begin("work", work)
        await work.began.wait()
        work.may_end.set()
        await jobs.stop(SOON)

    assert not work.was_cut_off


async def test_stopping_cuts_off_what_takes_too_long():
    work = Counting()
    work.may_end.clear()

    async with Jobs() as jobs:
        jobs.begin("work", work)
        await work.began.wait()
        await jobs.stop(timedelta(0))

    assert work.was_cut_off


async def test_nothing_begins_after_the_stop():
    work = Counting()

    async with Jobs() as jobs:
        await jobs.stop(SOON)
        jobs.begin("work", work)

    assert work.runs == 0


async def test_an_error_of_the_owner_cuts_everything_off_and_is_raised_as_it_is():
    work = Counting()
    work.may_end.clear()

    async def owner() -> None:
        async with Jobs() as jobs:
            jobs.begin("work", work)
            await work.began.wait()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await owner()

    assert work.was_cut_off


async def test_the_clock_goes_forward():
    clock = SystemClock()

    before = clock.monotonic()

    assert clock.monotonic() >= before
    assert clock.now().tzinfo is not None
