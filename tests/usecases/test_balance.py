"""What is left: shown, recorded by a person, and weighed by a triage."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain import facts
from bot.domain.answer import AnswerClass
from bot.domain.balance_report import BalanceReport
from bot.domain.ledger import HOUR, Anchor, Spend, Usage, week_before
from bot.domain.message import Answer
from bot.domain.money import budget_day
from bot.domain.probe import CANARIES, Outcome, ProbeKind
from bot.domain.request import AllowQuotes, RunTriage, SetBalance, ShowBalance
from bot.usecases.balance import AllowQuoting, SetBalances, ShowBalances
from bot.usecases.read_usage import ReadUsage
from tests.builders import ANA, BEN, NIGHT, a_result, asked
from tests.usecases.nights import DELIVERY, QUOTE_PATH, Night

DAY = timedelta(days=1)
AMOUNT = Decimal("42.10")


class Money(Night):
    """A night with somebody who looks after the money."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.read_usage = self.examine.read_usage
        self.show_balance = ShowBalances(
            storage=self.storage,
            clock=self.clock,
            services=[self.service],
            read_usage=self.read_usage,
            limit=self.limit,
            quote_path=QUOTE_PATH,
        )
        self.set_balance = SetBalances(
            storage=self.storage, clock=self.clock, show=self.show_balance
        )
        self.allow_quotes = AllowQuoting(
            storage=self.storage, clock=self.clock, quote_path=QUOTE_PATH
        )

    async def report(self) -> BalanceReport:
        await self.show_balance(ShowBalance(asked()), None, self.heard)
        found = self.heard.said[-1]
        assert isinstance(found, BalanceReport)
        return found

    async def anchored(self, amount: Decimal = AMOUNT, age: timedelta = HOUR) -> None:
        async with self.storage() as uow:
            await uow.ledger.add(Anchor(amount, self.clock.now() - age, ANA))

    def spend(self, usd: str, ago: timedelta) -> None:
        """Charge one hour."""
        start = NIGHT.replace(minute=0) - ago
        spent = Spend(start, start + HOUR, Decimal(usd))
        self.ideogram.charged = Usage((*self.ideogram.charged.spends, spent))


@pytest.fixture
def money():
    return Money()


async def test_without_a_recorded_balance_nothing_is_estimated_or_asked(money):
    report = await money.report()

    assert (report.estimate, report.runway, money.ideogram.asked) == (None, None, [])
    assert (report.used, report.limit, report.reserve) == (0, 1, Decimal("0.24"))


async def test_a_budget_below_the_reserve_is_all_for_people():
    assert (await Money(limit=Decimal("0.10")).report()).reserve == Decimal("0.10")


async def test_the_estimate_takes_off_what_was_spent_since(money):
    money.spend("6.00", ago=2 * HOUR)
    await money.anchored(age=DAY)

    report = await money.report()

    assert report.estimate.balance == Decimal("36.10")
    assert report.runway.unknown == "spending began 2 h ago, a projection needs 5 days"


async def test_recording_keeps_who_and_when_and_answers_with_what_follows(money):
    request = SetBalance(asked(by=BEN), AMOUNT)

    await money.set_balance(request, DELIVERY, money.heard)

    (report,) = money.heard.said
    assert report.recorded
    assert report.estimate.anchor == Anchor(AMOUNT, NIGHT, BEN)
    assert money.storage.tables.anchors == [Anchor(AMOUNT, NIGHT, BEN)]


async def test_recording_is_audited_with_the_amount_before(money):
    for amount in (Decimal(10), AMOUNT):
        await money.set_balance(SetBalance(asked(), amount), None, money.heard)

    changes = [(one.what, one.before, one.after) for one in money.storage.audit]
    assert changes == [("balance", "unknown", "$10.00"), ("balance", "$10.00", "$42.10")]


async def test_an_anchor_older_than_a_week_asks_for_the_days_before_it_too(money):
    await money.anchored(age=20 * DAY)
    money.ideogram.charged = Usage()

    await money.report()

    week = week_before(NIGHT)
    midnight = (week + DAY).replace(hour=0)
    assert money.ideogram.spans == [(week, NIGHT), (NIGHT - 20 * DAY, midnight)]


async def test_without_a_key_usage_is_unknown_and_says_why(money):
    money.keys.key = None
    await money.anchored()

    report = await money.report()

    assert report.estimate.why_not == "no key may be used"
    assert report.estimate.balance == AMOUNT


async def test_usage_is_read_once_for_all_who_ask_within_20_s(money):
    await money.anchored()

    await asyncio.gather(*(money.triaged() for _ in range(3)))
    money.clock.advance(timedelta(seconds=20))
    await money.report()
    assert money.ideogram.counts["v3"] == 0
    assert money.ideogram.asked.count("usage") == 1

    money.clock.advance(timedelta(seconds=1))
    await money.report()
    assert money.ideogram.asked.count("usage") == 2


async def test_an_answer_that_does_not_come_is_not_waited_for(money):
    read = ReadUsage(
        ideogram=money.ideogram, keys=money.keys, clock=money.clock, within=timedelta(seconds=0.01)
    )
    money.ideogram.gate.clear()

    usage = await read(money.service, None)

    assert usage == Usage(why_not="usage: no answer in 0.01 s")


def refuse_key(night):
    for kind in CANARIES:
        night.probes[kind].result = a_result(
            kind, Outcome.UNHEALTHY, status=401, answer=AnswerClass.DENIED, answered=True
        )


async def test_a_refused_key_with_nothing_left_is_paused_rather_than_revoked(money):
    money.spend("1.60", ago=HOUR)
    await money.anchored(Decimal(2), age=DAY)
    refuse_key(money)

    card = await money.triaged()

    assert card.diagnosis.contradictions == ("balance about $0.40: paused rather than revoked",)


async def test_without_an_estimate_the_gauge_says_whether_it_is_paused(money):
    gauge = {facts.BALANCE_USD: "0.15"}
    money.probes[ProbeKind.TRAFFIC].result = a_result(ProbeKind.TRAFFIC, facts=gauge)
    refuse_key(money)

    card = await money.triaged()

    assert card.diagnosis.contradictions == ("balance about $0.15: paused rather than revoked",)


async def test_a_refused_key_with_money_left_says_nothing_of_it(money):
    await money.anchored()
    refuse_key(money)

    card = await money.triaged()

    assert card.diagnosis.contradictions == ()


async def test_the_last_full_triage_of_the_day_says_so(money):
    async with money.storage() as uow:
        await uow.budget.reserve(budget_day(NIGHT), Decimal("0.90"), limit=Decimal(1))

    card = await money.triaged()

    assert card.mode_reason == "today's last full one: $0.02 left after it"


async def test_operations_hear_once_of_a_quote_that_cost_money(money):
    money.probes[ProbeKind.AUTH].result = a_result(ProbeKind.AUTH, facts={"spent": True})

    for _ in range(2):
        await money.triaged()

    (told,) = [one for one in money.storage.sendings if one.channel == "C0OPERATIONS"]
    assert told.message.fix.endswith("/ideogram balance quote on")
    assert (await money.report()).quote_off == QUOTE_PATH


async def test_without_an_operations_channel_it_is_only_logged(money):
    money.probes[ProbeKind.AUTH].result = a_result(ProbeKind.AUTH, facts={"spent": True})
    silent = replace(money.examine, operations=None)

    await replace(money.triage, examine=silent)(RunTriage(asked()), DELIVERY, money.heard)

    assert [one.channel for one in money.storage.sendings] == ["C0INCIDENTS"]
    assert (await money.report()).quote_off == QUOTE_PATH


async def test_a_person_clears_what_was_switched_off(money):
    async with money.storage() as uow:
        await uow.budget.switch_off(QUOTE_PATH, at=NIGHT)

    await money.allow_quotes(AllowQuotes(asked()), DELIVERY, money.heard)

    assert money.heard.said == [Answer("done", f"{QUOTE_PATH} is asked for a price again.")]
    assert [(one.what, one.before, one.after) for one in money.storage.audit] == [
        ("price quotes", "off", "on")
    ]
    assert (await money.report()).quote_off == ""


async def test_clearing_what_is_not_off_changes_nothing(money):
    await money.allow_quotes(AllowQuotes(asked()), None, money.heard)

    assert money.heard.said == [Answer("done", f"{QUOTE_PATH} was not switched off.")]
    assert money.storage.audit == []
