"""Every service at once: one table, one run per service, and what failures cost."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain import facts
from bot.domain.diagnosis import Cause, Mode
from bot.domain.errors import UnavailableError
from bot.domain.ids import TriageId
from bot.domain.ledger import Anchor
from bot.domain.message import TriageState
from bot.domain.money import budget_day
from bot.domain.probe import ProbeKind
from bot.domain.request import TriageAll
from bot.domain.triage_table import But, TriageTable
from bot.ports import Storage
from tests.builders import ANA, NIGHT, a_service, asked
from tests.usecases.nights import DELIVERY, Night, until

DAY = budget_day(NIGHT)


def several(night, *names):
    """Configure these services."""
    services = [a_service(name=name) for name in names]
    return replace(night.triage_all, services=services)


def table(night):
    (found,) = [one for one in night.storage.messages if isinstance(one, TriageTable)]
    return found


async def run(night, *names, mode=Mode.QUICK):
    await several(night, *names)(TriageAll(asked(), mode), DELIVERY, night.heard)
    return table(night)


async def test_every_service_is_a_line_of_one_table():
    night = Night()

    found = await run(night, "one", "two")

    assert [(one.service, one.is_healthy) for one in found.lines] == [
        ("one", True),
        ("two", True),
    ]
    assert (found.waiting, found.asked_by, found.seen_from) == (0, ANA, "prod-eu")
    assert found.duration is not None
    assert len(night.storage.messages) == 1


async def test_each_run_is_remembered_with_its_verdict():
    night = Night()
    night.break_ideogram()

    found = await run(night, "one", mode=Mode.FULL)

    (triage,) = night.storage.triages
    assert triage.ended_at is not None
    assert (triage.card.state, triage.card.diagnosis) == (
        TriageState.FINAL,
        found.lines[0].diagnosis,
    )
    assert found.lines[0].triage_id == triage.id


async def test_each_run_keeps_the_balance_it_was_judged_with():
    night = Night()
    night.storage.tables.anchors.append(Anchor(Decimal(42), NIGHT, ANA))

    await run(night, "one")

    assert night.storage.triages[0].card.beside.balance == Decimal(42)


async def test_money_not_spent_is_given_back():
    night = Night()
    priced = replace(night.probes[ProbeKind.GENERATE_V3].result, cost=Decimal("0.03"))
    night.probes[ProbeKind.GENERATE_V3].result = priced

    found = await run(night, "one", mode=Mode.FULL)

    assert found.spent == night.storage.tables.days[DAY] == Decimal("0.03")


async def test_a_line_says_that_users_see_placeholders():
    night = Night()
    pods = night.probes[ProbeKind.WORKLOAD]
    pods.result = replace(pods.result, facts={facts.FALLBACK: "on"})

    found = await run(night, "one", mode=Mode.FULL)

    assert found.lines[0].buts == (But.FALLBACK_ON,)


async def test_a_service_that_is_measured_already_is_not_run_twice():
    night = Night()
    last = night.probes[ProbeKind.GENERATE_V3]
    last.waits_for = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        group.create_task(night.triaged())
        await until(lambda: last.subjects)
        found = await run(night, night.service.name)
        last.waits_for.set()

    assert (found.lines[0].running, found.lines[0].diagnosis) == (TriageId(1), None)
    assert len(night.storage.triages) == 1


async def test_the_table_fills_in_while_services_are_measured():
    night = Night()
    last = night.probes[ProbeKind.DNS]
    last.waits_for = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        group.create_task(run(night, "one"))
        await until(lambda: last.subjects)
        shown = table(night)
        last.waits_for.set()

    assert (shown.waiting, shown.lines[0].diagnosis, shown.duration) == (1, None, None)
    assert table(night).waiting == 0


async def test_what_cannot_be_measured_costs_its_line_only():
    night = Night()
    everything = several(night, "one")
    broken = replace(everything, examine=_Broken())

    await broken(TriageAll(asked()), None, night.heard)

    assert table(night).lines[0].failure == "no database"


class _Broken:
    """An examination for which nothing can be planned."""

    async def intend(self, *_: object) -> None:
        raise UnavailableError("no database")


async def test_services_take_turns_with_the_database():
    night = Night()
    crowd = _Crowd(night.storage)
    everything = replace(several(night, *(f"service-{at}" for at in range(9))), storage=crowd)

    await everything(TriageAll(asked(), Mode.QUICK), None, night.heard)

    assert len(night.storage.triages) == 9
    assert crowd.most <= 2  # one service, and the table


class _Crowd(Storage):
    """Counts who wants the database at the same time."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.now = self.most = 0

    @asynccontextmanager
    async def __call__(self):
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)  # noqa: TID251  let the others come
        try:
            async with self.storage() as uow:
                yield uow
        finally:
            self.now -= 1

    async def wait_for_outbox(self, within):
        await self.storage.wait_for_outbox(within)


async def test_verdicts_come_worst_first():
    night = Night()
    night.break_ideogram()

    found = await run(night, "one", "two", mode=Mode.FULL)

    assert [one.diagnosis.cause for one in found.lines if one.diagnosis] == [Cause.OUTAGE] * 2


async def test_what_is_in_is_shown_while_others_are_measured():
    night = Night()
    everything, probe = _halfway(night)

    async with asyncio.TaskGroup() as group:
        group.create_task(everything(TriageAll(asked(), Mode.QUICK), None, night.heard))
        await until(lambda: night.storage.messages and table(night).waiting == 1)
        shown = table(night)
        probe.waits_for.set()

    assert sum(one.is_healthy for one in shown.lines) == 1
    assert table(night).waiting == 0


async def test_a_database_that_goes_away_meanwhile_costs_only_the_picture():
    night = Night()
    everything, probe = _halfway(night)

    async with asyncio.TaskGroup() as group:
        group.create_task(everything(TriageAll(asked(), Mode.QUICK), None, night.heard))
        await until(lambda: len(night.storage.triages) == 2 and _ended(night) == 1)
        night.storage.is_away = True
        await asyncio.sleep(0.1)  # noqa: TID251  until the painter has tried
        night.storage.is_away = False
        probe.waits_for.set()

    assert table(night).waiting == 0


class _AwayAtTheEnd(Storage):
    """A storage that goes away once everything is measured, for some tries."""

    def __init__(self, night, tries):
        self.night, self.tries = night, tries

    def __call__(self):
        if _ended(self.night) and self.tries:
            self.tries -= 1
            raise UnavailableError("away")
        return self.night.storage()

    async def wait_for_outbox(self, within):
        raise AssertionError("nobody waits")


async def test_a_database_that_comes_back_after_the_end_is_told_the_verdicts():
    night = Night()
    everything = replace(several(night, "one"), storage=_AwayAtTheEnd(night, 29))

    await everything(TriageAll(asked(), Mode.QUICK), None, night.heard)

    assert (table(night).waiting, table(night).lines[0].is_healthy) == (0, True)


async def test_a_database_that_stays_away_is_said():
    night = Night()
    everything = replace(several(night, "one"), storage=_AwayAtTheEnd(night, 99))

    with pytest.raises(UnavailableError):
        await everything(TriageAll(asked(), Mode.QUICK), None, night.heard)


def _halfway(night):
    """Measure two services, of which the second waits for its pods."""
    everything = replace(several(night, "one", "two"), show_every=timedelta(milliseconds=30))
    probe = night.probes[ProbeKind.WORKLOAD]
    probe.waits_for, first = asyncio.Event(), type(probe).__call__

    async def answer_one(subject):
        if subject.service.name == "one":
            return probe.result
        return await first(probe, subject)

    examine = night.examine
    others = [one for one in examine.measure.probes if one is not probe]
    measure = replace(examine.measure, probes=[*others, _Ordered(probe, answer_one)])
    return replace(everything, examine=replace(examine, measure=measure)), probe


class _Ordered:
    """A probe that answers by the service asked for."""

    def __init__(self, probe, answer):
        self.kind, self.timeout, self._answer = probe.kind, probe.timeout, answer

    async def __call__(self, subject):
        return await self._answer(subject)


def _ended(night):
    return sum(one.ended_at is not None for one in night.storage.triages)
