"""Measure a service and judge it, inside the day's budget."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

import structlog

from bot.domain import facts
from bot.domain.diagnose import diagnose
from bot.domain.diagnosis import Diagnosis, Measurements, Mode
from bot.domain.ids import ChannelId, OutboxKey
from bot.domain.ledger import Anchor, Estimate, estimate
from bot.domain.message import Trouble
from bot.domain.money import Canary, budget_day
from bot.domain.probe import ProbeKind, ProbeResult
from bot.domain.service import Service
from bot.ports import Clock, Storage, UnitOfWork
from bot.usecases.measure import Measure, OnResult
from bot.usecases.plan import Pay, Plan, Purse
from bot.usecases.read_usage import ReadUsage

log = structlog.get_logger()

ZERO: Final = Decimal(0)
DATABASE_SILENT: Final = "the database did not answer in time"


@dataclass(frozen=True, slots=True)
class Examined:
    """A judged measurement.

    Attributes:
        plan: As it was carried out.
        budget_left: Of the day, after releasing what was not spent; None without a database.
        estimate: What is left at Ideogram; None where nobody recorded a balance.
    """

    plan: Plan
    measurements: Measurements
    diagnosis: Diagnosis
    spent: Decimal
    duration: timedelta
    budget_left: Decimal | None
    estimate: Estimate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examine:
    """Plans, measures and judges.

    Attributes:
        quote_path: The operation asked for price quotes, as the budget knows it.
        limit: The day's budget, USD.
        billing_url: Where a person reads the balance and tops up.
        operations: Where the bot's own troubles are told; None only logs them.
    """

    measure: Measure
    storage: Storage
    clock: Clock
    canary: Canary
    limit: Decimal
    quote_path: str
    read_usage: ReadUsage
    operations: ChannelId | None = None
    billing_url: str = ""

    async def plan(self, uow: UnitOfWork, service: Service, wished: Mode | None) -> Plan:
        """Reserve the money for a full triage, or fall back to free probes and say why."""
        return await self.pay(uow, service, await self.intend(uow, wished))

    async def intend(self, uow: UnitOfWork, wished: Mode | None) -> Plan:
        """Plan a full triage, unless quick is wished, and leave it to `pay` to reserve."""
        mode = Mode.QUICK if wished is Mode.QUICK else Mode.FULL
        allowed = not await uow.budget.is_off(self.quote_path)
        day = budget_day(self.clock.now())
        return Plan(mode, None, ZERO, ZERO, allowed, await uow.ledger.newest(), day)

    async def pay(self, uow: UnitOfWork, service: Service, plan: Plan) -> Plan:
        """Reserve the money for a full triage, or fall back to free probes and say why."""
        if plan.mode is Mode.QUICK:
            return plan
        price, day = self.canary.price_of(service.calls), budget_day(self.clock.now())
        is_reserved = await uow.budget.reserve(day, price, limit=self.limit)
        left = await self._left(uow, day)
        if not is_reserved:
            budget = f"${left:.2f} of today's ${self.limit:.2f}"
            why = f"{budget} left, a full triage costs ${price:.2f}"
            return replace(plan, mode=Mode.QUICK, reason=why)
        near_the_end = f"today's last full one: ${left:.2f} left after it"
        reason = near_the_end if left < price else None
        return replace(plan, reason=reason, price=price, reserved=price, day=day)

    def plan_without_database(
        self, service: Service, wished: Mode | None, why: str = "no database"
    ) -> Plan:
        """Allow free probes only, unless a person insists on full.

        Args:
            service: To be measured.
            wished: What a person insists on; None when nobody does.
            why: There is no database.
        """
        if wished is Mode.FULL:
            return Plan(Mode.FULL, None, self.canary.price_of(service.calls), Decimal(0))
        reason = f"{why}: free probes only" if wished is None else None
        return Plan(Mode.QUICK, reason, Decimal(0), Decimal(0))

    async def __call__(
        self, service: Service, plan: Plan, on_result: OnResult, pay: Pay | None = None
    ) -> Examined:
        """Measure and judge; touches no database but by `pay`.

        Args:
            service: To be measured.
            plan: What may be done.
            on_result: Called with each result as soon as it is there.
            pay: Called before the first canary is sent; None when it is paid for.
        """
        began, purse = self.clock.monotonic(), Purse(plan, pay)
        async with asyncio.TaskGroup() as group:
            estimating = group.create_task(self._estimate(service, plan.anchor))
            measured = await self.measure(service, purse, on_result)
        left = estimating.result()
        measurements = replace(measured, balance=None if left is None else left.balance)
        return Examined(
            plan=purse.plan,
            measurements=measurements,
            diagnosis=diagnose(measurements),
            spent=sum((one.cost for one in measurements.results.values()), Decimal(0)),
            duration=self.clock.monotonic() - began,
            budget_left=None,
            estimate=left,
        )

    async def settle(self, uow: UnitOfWork, examined: Examined) -> Examined:
        """Give back what was not spent, and switch a quote off that cost money."""
        now, plan = self.clock.now(), examined.plan
        day = plan.day or budget_day(now)
        await uow.budget.release(day, plan.reserved - examined.spent)
        if _quote_cost_money(examined.measurements.results.get(ProbeKind.AUTH)):
            await self._stop_quoting(uow, now)
        return replace(examined, budget_left=await self._left(uow, budget_day(now)))

    async def _left(self, uow: UnitOfWork, day: date) -> Decimal:
        # A price quote that cost money was never reserved, and may exceed the day.
        return max(self.limit - await uow.budget.used(day), ZERO)

    async def _estimate(self, service: Service, anchor: Anchor | None) -> Estimate | None:
        if anchor is None:
            return None
        usage = await self.read_usage(service, anchor)
        return estimate(anchor, usage, self.clock.now())

    async def _stop_quoting(self, uow: UnitOfWork, now: datetime) -> None:
        """Never ask again until a person clears it, and tell operations once."""
        if not await uow.budget.switch_off(self.quote_path, at=now):
            return
        log.error("quote.cost_money", path=self.quote_path)
        if self.operations is not None:
            key = OutboxKey(f"quote-off/{self.quote_path}/{int(now.timestamp())}")
            await uow.outbox.post(key, self.operations, _cost_money(self.quote_path), at=now)


def _cost_money(path: str) -> Trouble:
    return Trouble(
        what=f"A price quote made an image: {path} was asked for a dry run and cost money.",
        meaning="It is no longer asked; a triage then knows the key by its canaries alone.",
        fix="Look at the account's usage. When quotes are free again: /ideogram balance quote on",
    )


def _quote_cost_money(result: ProbeResult | None) -> bool:
    return result is not None and result.facts.get(facts.SPENT) is True
