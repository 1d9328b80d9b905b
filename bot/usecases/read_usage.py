"""Read what the account was charged: the last week by hour, and days back to the anchor."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.domain.answer import ApiKey
from bot.domain.ledger import Anchor, Usage, day_after, joined, week_before
from bot.domain.service import Service
from bot.ports import Clock, Ideogram, Keys

ANSWER_WITHIN: Final = timedelta(seconds=3)  # a triage of free probes waits for it
REUSED_FOR: Final = timedelta(seconds=20)  # as results of probes; usage lags by minutes anyway

_Scope = tuple[str, datetime | None]


@dataclass(slots=True, kw_only=True)
class ReadUsage:
    """Reads usage once for all who ask within some seconds with one key.

    Attributes:
        within: Time for everything, the key included.
    """

    ideogram: Ideogram
    keys: Keys
    clock: Clock
    within: timedelta = ANSWER_WITHIN
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _read: dict[_Scope, tuple[timedelta, Usage]] = field(default_factory=dict, init=False)

    async def __call__(self, service: Service, anchor: Anchor | None) -> Usage:
        """Read it with the service's key; never raises.

        Args:
            service: Whose key is used.
            anchor: From when on usage is wanted; None wants the last week alone.
        """
        try:
            async with asyncio.timeout(self.within.total_seconds()):
                key, note = await self.keys.for_service(service)
                if key is None:
                    return Usage(why_not=note)
                async with self._one_at_a_time:
                    return await self._fresh(key, None if anchor is None else anchor.at)
        except TimeoutError:
            return Usage(why_not=f"usage: no answer in {self.within.total_seconds():g} s")

    async def _fresh(self, key: ApiKey, since: datetime | None) -> Usage:
        scope, now = (key.fingerprint, since), self.clock.monotonic()
        self._read = {one: got for one, got in self._read.items() if now - got[0] <= REUSED_FOR}
        if scope not in self._read:
            self._read[scope] = (now, await self._asked(key, since))
        return self._read[scope][1]

    async def _asked(self, key: ApiKey, since: datetime | None) -> Usage:
        now = self.clock.now()
        week = week_before(now)
        hours = await self.ideogram.usage(key, week, now)
        if hours.why_not or since is None or since >= week:
            return hours
        days = await self.ideogram.usage(key, since, day_after(week))
        return joined(days, hours, week)
