"""A fallback that was switched on at night, and what looks after it, joined with fakes."""

from datetime import timedelta

from bot.domain.message import IncidentCard
from bot.domain.mitigation import MitigationKind
from bot.domain.money import Canary, budget_day
from bot.usecases.check import Check
from bot.usecases.recover import Recover
from tests.builders import NIGHT
from tests.usecases.pressing import World

DISABLE = MitigationKind.DISABLE_FALLBACK
MINUTE = timedelta(minutes=1)
TEN = 10 * MINUTE
DAY = budget_day(NIGHT)


class Watch(World):
    """A world whose fallback was switched on at night."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.health_says("fallback")

    @property
    def check(self) -> Check:
        return Check(
            clock=self.clock,
            cluster=self.cluster,
            ideogram=self.ideogram,
            keys=self.keys,
            offer=self.offer,
            mitigations=self.mitigations,
            lookout=self.lookout,
            cards=self.cards,
            canary=Canary(),
            limit=self.limit,
            every=TEN,
        )

    @property
    def recover(self) -> Recover:
        return Recover(
            storage=self.storage,
            clock=self.clock,
            services=[self.service],
            mitigations=self.mitigations,
            check=self.check,
        )

    async def enabled(self):
        run = await self.through()
        await self.recover()
        return run

    async def after(self, wait=TEN, times=1):
        for _ in range(times):
            self.clock.advance(wait)
            await self.recover()

    @property
    def canaries(self):
        return self.ideogram.asked.count("v3") + self.ideogram.asked.count("legacy")

    def said(self, kind):
        return [one for one in self.storage.sendings if isinstance(one.message, kind)]

    @property
    def card(self) -> IncidentCard:
        return next(one for one in self.storage.messages if isinstance(one, IncidentCard))

    @property
    def recovery(self):
        (row,) = self.storage.tables.recoveries.values()
        return row.recovery

    async def used(self):
        async with self.storage() as uow:
            return await uow.budget.used(DAY)
