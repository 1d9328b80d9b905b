"""A clock that tests turn by hand."""

import asyncio
from datetime import datetime, timedelta

from bot.ports import Clock
from tests.builders import NIGHT


class FakeClock(Clock):
    """Stands still until it is turned; sleeping turns it."""

    def __init__(self, now: datetime = NIGHT) -> None:
        self._now = now
        self._monotonic = timedelta(hours=1)

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> timedelta:
        return self._monotonic

    async def sleep(self, duration: timedelta) -> None:
        self.advance(duration)
        await asyncio.sleep(0)  # noqa: TID251  lets the other tasks run, takes no time

    def advance(self, duration: timedelta) -> None:
        """Turn the clock forward."""
        self._now += duration
        self._monotonic += duration
