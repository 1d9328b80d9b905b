"""A triage while a part is away: a probe that breaks or hangs, no key, no database."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.diagnosis import Cause, Mode
from bot.domain.message import TriageCard, TriageState
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.request import RunTriage
from bot.ports import Keys
from bot.usecases.measure import TRIAGE_WITHIN
from tests.builders import asked
from tests.usecases.nights import DELIVERY, Night, until


async def test_a_probe_that_breaks_leaves_the_others_alone():
    night = Night()
    night.probes[ProbeKind.DNS].error = RuntimeError("boom")

    card = await night.triaged()

    assert card.results[0].outcome is Outcome.UNKNOWN
    assert card.results[0].detail == "could not look: RuntimeError"
    assert card.diagnosis is not None
    assert card.diagnosis.cause is Cause.HEALTHY


async def test_a_probe_that_hangs_is_cut_off_and_unknown():
    night = Night()
    hanging = night.probes[ProbeKind.WORKLOAD]
    hanging.waits_for, hanging.within = asyncio.Event(), timedelta(seconds=-2)

    card = await night.triaged()

    details = {one.kind: one.detail for one in card.results}
    assert details[ProbeKind.WORKLOAD] == "could not look: TimeoutError"


async def test_time_spent_on_the_key_is_not_given_to_the_probes_again():
    night = Night()
    hanging = night.probes[ProbeKind.GENERATE_V3]
    hanging.waits_for = asyncio.Event()

    class LateKeys(Keys):
        async def for_service(self, service):
            night.clock.advance(TRIAGE_WITHIN)
            return night.keys.key, ""

    night.measure = replace(night.measure, keys=LateKeys())
    night.triage = replace(night.triage, examine=replace(night.examine, measure=night.measure))

    card = await night.triaged()

    details = {one.kind: one.detail for one in card.results}
    assert details[ProbeKind.GENERATE_V3] == "could not look: TimeoutError"


async def test_without_a_key_the_probes_hear_why():
    night = Night()
    night.keys.key = None

    await night.triaged()

    assert night.probes[ProbeKind.AUTH].subjects[0].no_key == "no key may be used"


async def test_a_database_that_goes_away_meanwhile_costs_only_the_picture():
    night = Night()
    last = night.probes[ProbeKind.GENERATE_V3]
    last.waits_for = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        running = group.create_task(night.triaged())
        await until(lambda: last.subjects)
        night.storage.is_away = True
        await asyncio.sleep(0.4)  # noqa: TID251  until the painter has tried
        night.storage.is_away = False
        last.waits_for.set()

    assert running.result().state is TriageState.FINAL


async def test_a_verdict_that_cannot_be_kept_is_told_to_who_asked():
    night = Night()
    night.break_ideogram()
    last = night.probes[ProbeKind.GENERATE_V3]
    last.waits_for = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        group.create_task(night.triage(RunTriage(asked()), DELIVERY, night.heard))
        await until(lambda: last.subjects)
        night.storage.is_away = True
        last.waits_for.set()

    (card,) = night.heard.said
    assert isinstance(card, TriageCard)
    assert (card.state, card.triage_id, card.offers) == (TriageState.FINAL, None, ())
    assert (card.diagnosis.cause, card.spent) == (Cause.OUTAGE, 0)
    assert [one.by_hand for one in card.not_offered]


@pytest.mark.parametrize(("is_away", "delivery"), [(True, DELIVERY), (False, None)])
async def test_what_cannot_be_remembered_runs_free_probes_and_answers_the_person(is_away, delivery):
    night = Night()
    night.break_ideogram()
    night.storage.is_away = is_away  # or back again, right after the command was not recorded

    await night.triage(RunTriage(asked()), delivery, night.heard)

    card = night.heard.said[0]
    assert night.storage.messages == []
    assert isinstance(card, TriageCard)
    assert (card.mode, card.mode_reason) == (Mode.QUICK, "no database: free probes only")
    assert (card.triage_id, card.budget_left) == (None, None)


async def test_a_key_that_cannot_be_read_in_time_is_no_key():
    night = Night()
    night.measure = replace(night.measure, keys=SlowKeys(), key_within=timedelta(0))
    night.examine = replace(night.examine, measure=night.measure)
    night.triage = replace(night.triage, examine=night.examine)

    await night.triaged()

    told = night.probes[ProbeKind.AUTH].subjects[0].no_key
    assert told == "the key could not be read in time"


class SlowKeys(Keys):
    """Never answers."""

    async def for_service(self, service):
        await asyncio.Event().wait()
