"""Reminders of a mitigation that is still in force: when, how often, to whom and where."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.in_force import IdeogramIsBack, StillInForce
from bot.domain.mitigation import MitigationKind
from tests.builders import ANA, BEN
from tests.usecases.in_force import MINUTE

REDUCE = MitigationKind.REDUCE_CONCURRENCY


async def test_a_reminder_comes_after_45_min_and_then_hourly(watch):
    await watch.enabled()

    await watch.after(44 * MINUTE)
    assert watch.said(StillInForce) == []
    await watch.after(MINUTE)
    await watch.after(59 * MINUTE)
    assert len(watch.said(StillInForce)) == 1
    await watch.after(MINUTE)

    first, second = watch.said(StillInForce)
    assert (first.parent, first.message.person) == ("INC-42/card", ANA)
    assert [one.message.recovery.reminders for one in (first, second)] == [1, 2]


async def test_reminders_that_were_slept_through_are_not_made_up_for(watch):
    await watch.enabled()

    await watch.after(timedelta(hours=9))
    await watch.after(59 * MINUTE)

    assert len(watch.said(StillInForce)) == 1


async def test_reminders_end(watch):
    await watch.enabled()

    await watch.after(timedelta(hours=1), times=40)

    assert len(watch.said(StillInForce)) == 12
    assert watch.said(StillInForce)[-1].message.recovery.next_reminder_at is None


async def test_the_owner_of_the_incident_is_reminded(watch):
    await watch.enabled()
    incident = watch.storage.incidents[0]
    async with watch.storage() as uow:
        await uow.incidents.save(replace(incident, owner=BEN))

    await watch.after(45 * MINUTE)

    assert watch.said(StillInForce)[0].message.person == BEN


async def test_without_an_incident_it_is_said_in_the_channel(watch):
    run = await watch.enabled()
    row = watch.storage.tables.presses[run.id]
    alone = replace(run, incident_id=None)
    watch.storage.tables.presses[run.id] = replace(row, run=alone)

    await watch.after(15 * MINUTE, times=3)

    (said,), (reminder,) = watch.said(IdeogramIsBack), watch.said(StillInForce)
    assert (said.parent, said.channel, reminder.parent) == (None, run.channel, None)
    assert said.message.person == ANA


async def test_reduced_concurrency_is_reminded_of_and_not_checked(watch):
    await watch.through(REDUCE)
    await watch.recover()

    await watch.after(45 * MINUTE)

    assert watch.canaries == 0
    assert watch.said(StillInForce)[0].message.recovery.next_check_at is None
