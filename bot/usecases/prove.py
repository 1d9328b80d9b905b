"""Prove that images come: one canary per press at most, its price reserved before."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from bot.domain.answer import AnswerClass
from bot.domain.classes import classify
from bot.domain.errors import PermanentError
from bot.domain.mitigation import Effect, EffectState
from bot.domain.money import Canary, budget_day
from bot.domain.observation import cost
from bot.domain.service import Service
from bot.ports import Clock, Ideogram, Keys, Storage, UnitOfWork
from bot.usecases.find_triage import results_of
from bot.usecases.work import Work

ANSWER_WITHIN: Final = timedelta(seconds=75)  # above the timeout of a generation request


@dataclass(frozen=True, slots=True, kw_only=True)
class ProveImage:
    """Sends the canary of a press.

    Attributes:
        limit: The day's budget, USD.
    """

    storage: Storage
    clock: Clock
    ideogram: Ideogram
    keys: Keys
    canary: Canary
    limit: Decimal

    async def __call__(self, work: Work, service: Service, health: Effect) -> Effect:
        """Have one image made by the cheapest call that failed, else the cheapest used one.

        Args:
            work: Under our claim; remembers that the canary was sent before it is.
            service: Whose key is used.
            health: What was seen so far; its words go before ours.

        Raises:
            ClaimLostError: Somebody else has it; nothing was sent.
        """
        key, key_note = await self.keys.for_service(service)
        if key is None:
            return _unseen(health, f"no canary: {key_note}")
        if work.run.canary_at is not None:
            return _unseen(health, "the canary's answer was lost in a restart")
        async with self.storage() as uow:
            results = await results_of(uow, work.run.triage_id)
        call = self.canary.to_try(service.calls, results)
        price, day = self.canary.price(call), budget_day(self.clock.now())
        try:
            await self._reserve(work, price)
        except PermanentError as error:
            return _unseen(health, f"no canary: {error}")
        exchange = await self.ideogram.generate(call, key)
        async with self.storage() as uow:
            await uow.budget.release(day, price - cost(exchange, price))
        found = classify(exchange)
        said = f"{health.detail}; {call.upper()} canary: {found}"
        if found is AnswerClass.IMAGE:
            return Effect(EffectState.EFFECTIVE, said)
        return Effect(EffectState.WORSE, f"{said}; users may get errors")

    async def _reserve(self, work: Work, price: Decimal) -> None:
        """Reserve the price and remember the canary, in one transaction before it is sent."""

        async def reserve(uow: UnitOfWork, at: datetime) -> None:
            if not await uow.budget.reserve(budget_day(at), price, limit=self.limit):
                raise PermanentError("today's budget is used up")

        run = replace(work.run, canary_at=self.clock.now())
        await work.save(run, also=reserve, lease=ANSWER_WITHIN)


def _unseen(health: Effect, why: str) -> Effect:
    return Effect(EffectState.UNSEEN, f"{health.detail}; {why}")
