"""The checks of a mitigation in force: one canary every ten minutes, paid once."""

import asyncio
from dataclasses import replace
from decimal import Decimal

from bot.domain.answer import Failure
from bot.domain.incident import Status
from bot.domain.service import Call
from tests.builders import a_service
from tests.fakes.ideogram import an_exchange
from tests.usecases.in_force import MINUTE, TEN, Watch
from tests.usecases.nights import until


async def test_a_canary_is_sent_every_ten_minutes_by_the_cheapest_call(watch):
    await watch.enabled()

    await watch.after(9 * MINUTE)
    assert watch.ideogram.asked == []
    await watch.after(MINUTE)
    await watch.after(MINUTE)
    assert watch.ideogram.asked == ["v3"]
    assert await watch.used() == Decimal("0.03")


async def test_only_calls_that_the_service_uses_are_sent():
    watch = Watch(service=a_service(calls=(Call.LEGACY,)))
    await watch.enabled()

    await watch.after()

    assert watch.ideogram.asked == ["legacy"]


async def test_nothing_is_looked_after_before_it_is_on(watch):
    await watch.pressed()

    await watch.recover()

    assert watch.storage.tables.recoveries == {}


async def test_a_failed_check_costs_nothing_and_stands_on_the_card(watch):
    await watch.enabled()
    watch.ideogram.all_generations(an_exchange(503))

    await watch.after()

    assert await watch.used() == 0
    assert watch.card.recovery == watch.recovery
    assert (watch.recovery.last_said, watch.recovery.in_a_row) == ("503 in 0.4 s", 0)


async def test_a_timeout_counts_as_spent(watch):
    await watch.enabled()
    watch.ideogram.all_generations(an_exchange(None, failure=Failure.TIMED_OUT, sent=True))

    await watch.after()

    assert await watch.used() == Decimal("0.03")


async def test_automatic_canaries_leave_the_last_of_the_day_to_people():
    watch = Watch(limit=Decimal("0.30"))
    await watch.enabled()

    await watch.after(times=3)

    assert await watch.used() == Decimal("0.06")
    assert watch.canaries == 2
    assert watch.recovery.last_said == "not sent: today's budget for automatic checks is used up"
    assert watch.recovery.in_a_row == 2


async def test_without_a_key_nothing_is_sent_and_it_is_said(watch):
    await watch.enabled()
    watch.keys.key = None

    await watch.after()

    assert watch.canaries == 0
    assert watch.card.recovery.last_said == "not sent: no key may be used"


async def test_several_replicas_send_one_canary(watch):
    await watch.enabled()
    watch.clock.advance(TEN)

    await asyncio.gather(*(watch.recover() for _ in range(4)))

    assert watch.canaries == 1


async def test_who_lost_the_claim_records_nothing(watch):
    await watch.enabled()
    watch.clock.advance(TEN)
    watch.ideogram.gate.clear()

    async with asyncio.TaskGroup() as group:
        group.create_task(watch.recover())
        await until(lambda: watch.ideogram.asked)
        row = watch.storage.tables.recoveries[watch.recovery.mitigation_id]
        rows = watch.storage.tables.recoveries
        rows[row.recovery.mitigation_id] = replace(row, epoch=row.epoch + 1)
        watch.ideogram.gate.set()

    assert watch.recovery.last_at is None


async def test_a_resolved_incidents_card_is_left_alone(watch):
    await watch.enabled()
    async with watch.storage() as uow:
        resolved = watch.storage.incidents[0].moved(Status.RESOLVED, watch.clock.now())
        await uow.incidents.save(resolved)
    before = watch.card

    await watch.after()

    assert watch.canaries == 1
    assert watch.card == before


async def test_a_database_that_is_busy_for_a_moment_cuts_off_no_check(watch):
    await watch.enabled()
    watch.clock.advance(TEN)
    watch.storage.busy_in(3)  # after the begin and the claim: the look for a second one

    await watch.recover()

    assert watch.canaries == 1


async def test_a_database_that_goes_away_meanwhile_costs_one_check(watch):
    await watch.enabled()
    watch.clock.advance(TEN)
    watch.ideogram.gate.clear()

    async with asyncio.TaskGroup() as group:
        group.create_task(watch.recover())
        await until(lambda: watch.ideogram.asked)
        watch.storage.is_away = True
        watch.ideogram.gate.set()
    watch.storage.is_away = False
    await watch.after()

    assert (watch.canaries, watch.recovery.in_a_row) == (2, 1)
    assert await watch.used() == Decimal("0.06")
