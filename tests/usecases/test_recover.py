"""While a mitigation is in force: checks, one message that Ideogram is back, reminders."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.answer import Failure
from bot.domain.errors import MissingError, UnavailableError
from bot.domain.in_force import IdeogramIsBack, StillInForce
from bot.domain.incident import Status
from bot.domain.message import IncidentCard
from bot.domain.mitigation import MitigationKind, State
from bot.domain.money import Canary, budget_day
from bot.domain.service import Call
from bot.domain.thresholds import Thresholds
from bot.domain.timeline import EventKind
from bot.usecases.check import Check
from bot.usecases.recover import Recover
from tests.builders import ANA, BEN, NIGHT, a_service
from tests.fakes.ideogram import an_exchange
from tests.usecases.nights import until
from tests.usecases.pressing import TARGET, World

DISABLE, REDUCE = MitigationKind.DISABLE_FALLBACK, MitigationKind.REDUCE_CONCURRENCY
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


@pytest.fixture
def watch():
    return Watch()


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


async def test_ideogram_is_not_back_before_the_call_that_failed_gets_images(watch):
    await watch.found_legacy_down()
    watch.ideogram.answers[Call.LEGACY.value] = an_exchange(503)
    await watch.enabled()

    await watch.after(times=3)

    assert watch.ideogram.asked == ["legacy"] * 3
    assert watch.said(IdeogramIsBack) == []


@pytest.mark.parametrize(
    ("limit", "took", "is_back"), [(20, 25, False), (45, 35, True)], ids=["too slow", "in time"]
)
async def test_how_slow_an_image_may_be_is_the_configured_limit(watch, limit, took, is_back):
    watch.limits = Thresholds(slow_after=timedelta(seconds=limit))
    image = replace(watch.ideogram.answers["v3"], latency=timedelta(seconds=took))
    watch.ideogram.all_generations(image)
    await watch.enabled()

    await watch.after(times=3)

    assert bool(watch.said(IdeogramIsBack)) is is_back


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


async def test_after_three_images_in_a_row_it_is_said_once_with_what_ends_it(watch):
    run = await watch.enabled()

    await watch.after(times=2)
    assert watch.said(IdeogramIsBack) == []
    await watch.after(times=3)

    (said,) = watch.said(IdeogramIsBack)
    assert (said.parent, said.message.run.id, said.message.person) == ("INC-42/card", run.id, ANA)
    assert said.message.recovery.in_a_row == 3
    assert (said.message.offer.kind, said.message.offer.undoes) == (DISABLE, None)


async def test_the_timeline_names_the_evidence(watch):
    run = await watch.enabled()

    await watch.after(times=3)

    (event,) = [one for one in watch.storage.events if one.kind is EventKind.IDEOGRAM_BACK]
    assert event.evidence.ref == run.name
    assert event.evidence.message == watch.said(IdeogramIsBack)[0].key
    assert event.facts == {"images in a row": "3", "last": "image in 0.4 s"}


async def test_the_cards_primary_becomes_what_ends_it_and_the_undo_leaves(watch):
    await watch.enabled()
    assert watch.card.primary == "update"

    await watch.after(times=3)

    assert watch.card.primary == DISABLE
    assert [(one.kind, one.undoes) for one in watch.card.offers] == [(DISABLE, None)]


async def test_a_failure_begins_the_row_anew(watch):
    await watch.enabled()
    await watch.after(times=2)
    image = watch.ideogram.answers["v3"]
    watch.ideogram.all_generations(an_exchange(503))
    await watch.after()
    watch.ideogram.all_generations(image)

    await watch.after(times=2)
    assert watch.said(IdeogramIsBack) == []
    await watch.after()
    assert len(watch.said(IdeogramIsBack)) == 1


async def test_a_slow_image_is_no_success(watch):
    await watch.enabled()
    slow = replace(watch.ideogram.answers["v3"], latency=timedelta(seconds=31))
    watch.ideogram.all_generations(slow)

    await watch.after(times=3)

    assert watch.said(IdeogramIsBack) == []


async def test_when_it_fails_again_the_card_takes_its_button_back_and_nothing_more_is_said(watch):
    await watch.enabled()
    await watch.after(times=3)
    image = watch.ideogram.answers["v3"]
    watch.ideogram.all_generations(an_exchange(503))
    await watch.after()
    assert watch.card.primary == "update"
    watch.ideogram.all_generations(image)

    await watch.after(times=3)

    assert watch.card.primary == DISABLE
    assert len(watch.said(IdeogramIsBack)) == 1


async def test_pressing_the_offer_ends_the_checks(watch):
    await watch.enabled()
    await watch.after(times=3)
    watch.health_says("ok")
    await watch.press_on(watch.said(IdeogramIsBack)[0].message.offer)
    await watch.to_the_end(watch.storage.runs[-1])
    sent = watch.canaries

    await watch.after(times=2)

    assert watch.canaries == sent
    assert watch.recovery.ended_at is not None
    assert watch.card.recovery is None


async def test_what_an_undo_of_the_end_put_back_is_looked_after(watch):
    await watch.enabled()
    watch.health_says("ok")
    ended = await watch.through(DISABLE)
    watch.health_says("fallback")
    await watch.press_on(await watch.offer.undo(watch.service, ended))
    undo = await watch.to_the_end(watch.storage.runs[-1])
    await watch.recover()

    await watch.after()

    standing = [row.recovery for row in watch.storage.tables.recoveries.values()]
    assert [(one.mitigation_id, one.ended_at is None) for one in standing] == [
        (ended.preview.undoes or watch.storage.runs[0].id, False),
        (undo.id, True),
    ]


async def test_what_ended_and_holds_again_is_looked_after_anew(watch):
    run = await watch.enabled()
    watch.cluster.set_env(TARGET, "IDEOGRAM_FALLBACK", "false")
    await watch.after()
    assert watch.recovery.ended_at is not None
    watch.cluster.set_env(TARGET, "IDEOGRAM_FALLBACK", "true")

    await watch.after()

    assert (watch.recovery.mitigation_id, watch.recovery.ended_at) == (run.id, None)


async def test_an_offer_that_cannot_run_says_why_and_what_to_type(watch):
    await watch.enabled()
    await watch.after(times=2)
    watch.cluster.may = False

    await watch.after()

    (said,) = watch.said(IdeogramIsBack)
    assert said.message.offer is None
    assert "may not patch" in said.message.why_not
    assert said.message.by_hand.startswith("kubectl")


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


async def test_a_resolved_incidents_card_is_left_alone(watch):
    await watch.enabled()
    async with watch.storage() as uow:
        resolved = watch.storage.incidents[0].moved(Status.RESOLVED, watch.clock.now())
        await uow.incidents.save(resolved)
    before = watch.card

    await watch.after()

    assert watch.canaries == 1
    assert watch.card == before


async def test_reduced_concurrency_is_reminded_of_and_not_checked(watch):
    await watch.through(REDUCE)
    await watch.recover()

    await watch.after(45 * MINUTE)

    assert watch.canaries == 0
    assert watch.said(StillInForce)[0].message.recovery.next_check_at is None


async def test_what_somebody_else_switched_off_is_over(watch):
    await watch.enabled()
    watch.cluster.set_env(TARGET, "IDEOGRAM_FALLBACK", "false")

    await watch.after()

    assert watch.canaries == 0
    assert watch.recovery.ended_at is not None


async def test_what_somebody_else_switched_off_is_left_alone_for_ten_minutes(watch):
    await watch.enabled()
    watch.cluster.set_env(TARGET, "IDEOGRAM_FALLBACK", "false")
    await watch.after()
    ended = watch.recovery

    await watch.after(timedelta(seconds=15), times=39)

    assert watch.recovery == ended


async def test_a_cluster_that_does_not_answer_proves_nothing(watch):
    await watch.enabled()
    watch.cluster.fail("deployment", UnavailableError("The API server does not answer."))

    await watch.after()

    assert watch.canaries == 1


async def test_a_deployment_that_is_gone_is_over(watch):
    await watch.enabled()
    watch.cluster.fail("deployment", MissingError("There is no such Deployment."))

    await watch.after()

    assert watch.recovery.ended_at is not None


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


async def test_a_service_that_is_gone_is_over(watch):
    await watch.enabled()
    watch.service = a_service(name="other")

    await watch.after()

    assert watch.recovery.ended_at is not None


async def test_a_service_on_another_deployment_is_over(watch):
    await watch.enabled()
    watch.service = a_service(target=replace(TARGET, deployment="other"))

    await watch.after()

    assert watch.recovery.ended_at is not None


async def test_a_stopped_press_is_not_looked_after(watch):
    run = await watch.through()
    row = watch.storage.tables.presses[run.id]
    watch.storage.tables.presses[run.id] = replace(row, run=replace(run, state=State.STOPPED))

    await watch.recover()

    assert watch.storage.tables.recoveries == {}
