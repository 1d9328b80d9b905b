"""What a triage costs: reserved, counted, given back, and what it does without money."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot.domain.diagnosis import Mode
from bot.domain.money import budget_day
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.service import Call
from tests.builders import NIGHT, a_result, a_service
from tests.usecases.nights import Night, until

DAY = budget_day(NIGHT)


async def test_money_not_spent_is_given_back():
    night = Night()
    priced = replace(night.probes[ProbeKind.GENERATE_V3].result, cost=Decimal("0.03"))
    night.probes[ProbeKind.GENERATE_V3].result = priced

    card = await night.triaged()

    assert (card.cost, card.spent) == (Decimal("0.08"), Decimal("0.03"))
    assert card.budget_left == Decimal("0.97")
    assert night.storage.tables.days[DAY] == Decimal("0.03")


async def test_a_triage_over_midnight_gives_back_to_the_day_it_took_from():
    night = Night()
    night.clock.advance(timedelta(hours=20, minutes=55))
    slow = night.probes[ProbeKind.GENERATE_V3]
    slow.waits_for = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        group.create_task(night.triaged())
        await until(lambda: slow.subjects)
        night.clock.advance(timedelta(minutes=10))
        slow.waits_for.set()

    assert night.storage.tables.days == {DAY: 0}


async def test_a_quote_that_cost_money_counts_against_the_day():
    night = Night()
    spent = a_result(ProbeKind.AUTH, Outcome.UNKNOWN, facts={"spent": True}, cost=Decimal("0.10"))
    night.probes[ProbeKind.AUTH].result = spent

    await night.triaged(Mode.QUICK)

    assert night.storage.tables.days == {DAY: Decimal("0.10")}


async def test_a_quote_that_cost_more_than_was_left_leaves_nothing():
    night = Night(limit=Decimal("0.05"))
    spent = a_result(ProbeKind.AUTH, Outcome.UNKNOWN, facts={"spent": True}, cost=Decimal("0.10"))
    night.probes[ProbeKind.AUTH].result = spent

    card = await night.triaged(Mode.QUICK)

    assert card.budget_left == 0


async def test_without_money_it_is_quick_and_says_why():
    night = Night(limit=Decimal("0.05"))

    card = await night.triaged()

    assert card.mode is Mode.QUICK
    assert card.mode_reason == "$0.05 of today's $0.05 left, a full triage costs $0.08"
    assert not night.probes[ProbeKind.GENERATE_V3].subjects


async def test_quick_sends_no_canary():
    night = Night()

    card = await night.triaged(Mode.QUICK)

    details = {one.kind: one.detail for one in card.results}
    assert details[ProbeKind.GENERATE_V3] == "not sent: free probes only"
    assert details[ProbeKind.DOWNLOAD] == "no picture was made"
    assert card.mode_reason is None


async def test_a_call_that_the_service_does_not_use_is_not_sent():
    night = Night(service=a_service(calls=(Call.V3,)))

    card = await night.triaged()

    assert not night.probes[ProbeKind.GENERATE_LEGACY].subjects
    assert card.cost == Decimal("0.03")


async def test_a_quote_that_cost_money_is_switched_off_for_good():
    night = Night()
    spent = a_result(ProbeKind.AUTH, Outcome.UNKNOWN, facts={"spent": True})
    night.probes[ProbeKind.AUTH].result = spent

    await night.triaged()
    await night.triaged()

    allowed = [one.dry_run_allowed for one in night.probes[ProbeKind.AUTH].subjects]
    assert allowed == [True, False]


async def test_a_terminal_may_insist_on_a_full_triage_without_a_database():
    night = Night()

    plan = night.examine.plan_without_database(night.service, Mode.FULL)

    assert (plan.mode, plan.price, plan.reserved) == (Mode.FULL, Decimal("0.08"), Decimal(0))


async def test_a_quick_triage_without_a_database_needs_no_reason():
    plan = Night().examine.plan_without_database(a_service(), Mode.QUICK)

    assert plan.reason is None
