"""What a table of all services costs: by keys, reserved before it is spent."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot.domain.answer import ApiKey, SecretText
from bot.domain.diagnosis import Cause, Mode
from bot.domain.ids import ServiceName
from bot.domain.message import TriageState
from bot.domain.money import budget_day
from bot.domain.probe import CANARIES, ProbeKind
from bot.domain.request import TriageAll
from bot.domain.service import Call
from bot.domain.triage_table import But, TriageTable
from bot.ports import Keys
from tests.builders import NIGHT, a_service, asked
from tests.usecases.nights import Night, until

DAY = budget_day(NIGHT)
ONE_FULL = Decimal("0.08")
BOTH = (Call.LEGACY, Call.V3)


class KeyPerService(Keys):
    """Gives every service a key of its own."""

    async def for_service(self, service):
        return ApiKey(SecretText("k"), service.name, f"secret of {service.name}"), ""


def a_night(*, left=ONE_FULL, keys=None, calls=(BOTH, BOTH, BOTH)):
    """Build some services and an outage; this much of the day's budget is left."""
    night = Night()
    night.break_ideogram()
    night.storage.tables.days[DAY] = night.limit - left
    night.measure = replace(night.measure, keys=keys or night.keys)
    night.examine = replace(night.examine, measure=night.measure)
    names = [ServiceName(f"service-{at}") for at in range(len(calls))]
    services = [a_service(name=name, calls=used) for name, used in zip(names, calls, strict=True)]
    night.triage_all = replace(night.triage_all, services=services, examine=night.examine)
    return night


async def triaged(night, mode=None):
    await night.triage_all(TriageAll(asked(), mode), None, night.heard)
    (table,) = [one for one in night.storage.messages if isinstance(one, TriageTable)]
    return table


def sent(night):
    return sum(len(night.probes[kind].subjects) for kind in CANARIES)


def used(night):
    """Tell what of the day is used beside what was used before."""
    return night.storage.tables.days[DAY]


async def test_services_on_one_key_need_the_price_of_one_triage():
    night = a_night()

    table = await triaged(night)

    assert [one.diagnosis.cause for one in table.lines] == [Cause.OUTAGE] * 3
    assert [one.card.mode for one in night.storage.triages] == [Mode.FULL] * 3
    assert sent(night) == len(CANARIES)


async def test_only_what_is_really_sent_is_reserved():
    night = a_night(left=Decimal("0.50"))
    slow = night.probes[ProbeKind.GENERATE_V3]
    slow.waits_for, before = asyncio.Event(), used(night)

    async with asyncio.TaskGroup() as group:
        group.create_task(triaged(night))
        await until(lambda: len(night.probes[ProbeKind.WORKLOAD].subjects) == 3 and slow.subjects)
        reserved = [one.reserved for one in night.storage.triages]
        meanwhile = used(night)
        slow.waits_for.set()

    assert sorted(reserved) == [0, 0, ONE_FULL]
    assert meanwhile == before + ONE_FULL
    assert used(night) == before, "a 503 costs nothing"
    assert [one.card.cost for one in night.storage.triages] == reserved


async def test_a_key_whose_price_is_not_left_gets_free_probes_and_the_line_says_why():
    night = a_night(keys=KeyPerService(), calls=(BOTH, BOTH), left=Decimal("0.10"))
    for kind in CANARIES:
        night.probes[kind].waits_for = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        running = group.create_task(triaged(night))
        await until(lambda: sent(night) == len(CANARIES))
        for kind in CANARIES:
            night.probes[kind].waits_for.set()
    paid, free = running.result().lines

    why = "$0.02 of today's $1.00 left, a full triage costs $0.08"
    assert (paid.diagnosis.cause, paid.mode_reason) == (Cause.OUTAGE, None)
    assert (But.NOT_TRIED in free.buts, free.mode_reason) == (True, why)
    cards = {one.service: one.card for one in night.storage.triages}
    assert (cards[free.service].mode, cards[free.service].mode_reason) == (Mode.QUICK, why)
    assert cards[paid.service].mode_reason == "today's last full one: $0.02 left after it"
    assert sent(night) == len(CANARIES)


async def test_a_triage_is_never_half_paid():
    night = a_night(left=Decimal("0.07"), calls=((Call.LEGACY,), BOTH))

    await triaged(night)

    first, second = (one.card for one in night.storage.triages)
    assert (first.mode, second.mode) == (Mode.FULL, Mode.QUICK)
    seen = {one.kind: (one.ran, one.detail) for one in second.results}
    assert {seen[kind] for kind in CANARIES} == {(False, "not sent: free probes only")}
    assert seen[ProbeKind.DOWNLOAD] == (False, "no picture was made")


async def test_where_one_cannot_pay_for_both_calls_a_cheaper_service_still_can():
    night = a_night(left=Decimal("0.04"), calls=(BOTH, (Call.V3,), (Call.V3,)))

    await triaged(night)

    assert [one.card.mode for one in night.storage.triages] == [Mode.QUICK, Mode.FULL, Mode.FULL]
    assert len(night.probes[ProbeKind.GENERATE_V3].subjects) == 1


async def test_without_a_key_nothing_is_reserved():
    night = a_night(left=Decimal(0))
    night.keys.key = None

    await triaged(night)

    assert {one.card.mode for one in night.storage.triages} == {Mode.FULL}
    assert {one.card.cost for one in night.storage.triages} == {Decimal(0)}


async def test_quick_reserves_nothing():
    night = a_night(left=Decimal(0))

    table = await triaged(night, Mode.QUICK)

    assert [one.mode_reason for one in table.lines] == [None] * 3
    assert sent(night) == 0


async def test_nothing_is_sent_when_the_database_is_away_before_it_is_paid_for():
    night = a_night(calls=(BOTH,))
    night.storage.busy_in(3)  # after the table, and the line

    table = await triaged(night, Mode.FULL)

    why = "the database did not answer in time: free probes only"
    assert (table.lines[0].buts[0], table.lines[0].mode_reason) == (But.NOT_TRIED, why)
    assert sent(night) == 0


async def test_a_verdict_that_cannot_be_remembered_is_shown_with_what_it_cost():
    night = a_night(calls=(BOTH,))
    v3 = night.probes[ProbeKind.GENERATE_V3]
    v3.result = replace(v3.result, cost=Decimal("0.03"))
    night.storage.busy_in(4)  # after the table, the line, and its payment

    table = await triaged(night)

    (line,) = table.lines
    assert (line.diagnosis.cause, line.failure, line.triage_id) == (Cause.OUTAGE, "", None)
    assert (table.spent, table.duration is not None) == (Decimal("0.03"), True)


async def test_a_table_that_is_complete_stays_so_when_a_forgotten_line_is_closed():
    night = a_night(calls=(BOTH,))
    night.storage.busy_in(4)
    table = await triaged(night)
    night.clock.advance(timedelta(minutes=10))

    await night.interrupted()

    (triage,) = night.storage.triages
    assert (triage.card.state, triage.card.spent) == (TriageState.INTERRUPTED, ONE_FULL)
    assert night.storage.messages == [table]
