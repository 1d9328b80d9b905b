"""Measure a service and judge it, inside the day's budget."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from bot.domain import facts
from bot.domain.diagnose import diagnose
from bot.domain.diagnosis import Diagnosis, Measurements, Mode
from bot.domain.money import Canary, budget_day
from bot.domain.probe import ProbeKind, ProbeResult
from bot.domain.service import Service
from bot.ports import Clock, Storage, UnitOfWork
from bot.usecases.measure import Measure, OnResult


@dataclass(frozen=True, slots=True)
class Plan:
    """What a triage may do, decided before it starts.

    Attributes:
        reason: Why it is quick although full was possible; None otherwise.
        reserved: USD taken from the day's budget; zero without a database.
        price: What its canaries cost, USD.
    """

    mode: Mode
    reason: str | None
    price: Decimal
    reserved: Decimal
    dry_run_allowed: bool = True


@dataclass(frozen=True, slots=True)
class Examined:
    """A judged measurement.

    Attributes:
        budget_left: Of the day, after releasing what was not spent; None without a database.
    """

    measurements: Measurements
    diagnosis: Diagnosis
    spent: Decimal
    duration: timedelta
    budget_left: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examine:
    """Plans, measures and judges.

    Attributes:
        quote_path: The operation asked for price quotes, as the budget knows it.
        limit: The day's budget, USD.
    """

    measure: Measure
    storage: Storage
    clock: Clock
    canary: Canary
    limit: Decimal
    quote_path: str

    async def plan(self, uow: UnitOfWork, service: Service, wished: Mode | None) -> Plan:
        """Reserve the money for a full triage, or fall back to free probes and say why."""
        allowed = not await uow.budget.is_off(self.quote_path)
        if wished is Mode.QUICK:
            return Plan(Mode.QUICK, None, Decimal(0), Decimal(0), allowed)
        price = self.canary.price_of(service.calls)
        day = budget_day(self.clock.now())
        if await uow.budget.reserve(day, price, limit=self.limit):
            return Plan(Mode.FULL, None, price, price, allowed)
        left = self.limit - await uow.budget.used(day)
        reason = f"${left:.2f} of today's ${self.limit:.2f} left, a full triage costs ${price:.2f}"
        return Plan(Mode.QUICK, reason, Decimal(0), Decimal(0), allowed)

    def plan_without_database(self, service: Service, wished: Mode | None) -> Plan:
        """Allow free probes only, unless a person insists on full."""
        if wished is Mode.FULL:
            return Plan(Mode.FULL, None, self.canary.price_of(service.calls), Decimal(0))
        reason = "no database: free probes only" if wished is None else None
        return Plan(Mode.QUICK, reason, Decimal(0), Decimal(0))

    async def __call__(self, service: Service, plan: Plan, on_result: OnResult) -> Examined:
        """Measure and judge; touches no database."""
        began = self.clock.monotonic()
        measurements = await self.measure(
            service, plan.mode, dry_run_allowed=plan.dry_run_allowed, on_result=on_result
        )
        return Examined(
            measurements=measurements,
            diagnosis=diagnose(measurements),
            spent=sum((one.cost for one in measurements.results.values()), Decimal(0)),
            duration=self.clock.monotonic() - began,
            budget_left=None,
        )

    async def settle(self, uow: UnitOfWork, plan: Plan, examined: Examined) -> Examined:
        """Give back what was not spent, and switch a quote off that cost money."""
        now = self.clock.now()
        day = budget_day(now)
        if plan.reserved > examined.spent:
            await uow.budget.release(day, plan.reserved - examined.spent)
        if _quote_cost_money(examined.measurements.results.get(ProbeKind.AUTH)):
            await uow.budget.switch_off(self.quote_path, at=now)
        return replace(examined, budget_left=self.limit - await uow.budget.used(day))


def _quote_cost_money(result: ProbeResult | None) -> bool:
    return result is not None and result.facts.get(facts.SPENT) is True
