"""People as probes: what an answer changes on the card and the timeline, and what it does not."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.diagnosis import Cause, Mode
from bot.domain.errors import ForbiddenError, UserError
from bot.domain.facts import FALLBACK
from bot.domain.ids import IncidentId, TriageId
from bot.domain.incident import Status
from bot.domain.message import TriageState
from bot.domain.mitigation import MitigationKind
from bot.domain.person import Sight
from bot.domain.probe import CANARIES, Outcome, ProbeKind
from bot.domain.request import AskQuality, TellTriage
from bot.domain.severity import Severity
from bot.domain.timeline import EventKind
from tests.builders import ANA, BEN, NIGHT, a_result, a_service, an_incident, asked
from tests.fakes.cluster import FakeCluster
from tests.fakes.cluster_objects import a_container, a_deployment
from tests.usecases.nights import DELIVERY, Night, until
from tests.usecases.pressing import TARGET


def blinded(night):
    """Let nobody look at calls or users."""
    for kind in (*CANARIES, ProbeKind.APP_HEALTH):
        night.probes[kind].result = a_result(kind, Outcome.UNKNOWN, ran=False)
    return night


async def tell(night, card, sight, **asking):
    request = TellTriage(asked(**asking), card.triage_id, sight)
    await night.judge(request, DELIVERY, night.heard)
    return night.message(f"T-{card.triage_id}/card")


async def test_an_answer_changes_severity_and_names_the_person_on_the_same_card():
    night = blinded(Night())
    card = await night.triaged()

    told = await tell(night, card, Sight.FINE, by=BEN)

    assert (card.diagnosis.severity, told.diagnosis.severity) == (Severity.P1, Severity.P4)
    assert told.beside.person.by == BEN
    assert night.storage.triages[-1].card == told
    assert (told.state, told.results) == (TriageState.FINAL, card.results)
    assert night.heard.said[-1].text == "T-1 is judged again with what you saw."


async def test_the_newest_answer_counts():
    night = blinded(Night())
    card = await night.triaged()

    await tell(night, card, Sight.FINE, by=BEN)
    told = await tell(night, card, Sight.FAILING)

    assert (told.beside.person.by, told.diagnosis.severity) == (ANA, Severity.P1)


async def test_no_probe_runs_again():
    night = blinded(Night())
    card = await night.triaged()

    await tell(night, card, Sight.FAILING)

    assert [len(one.subjects) for one in night.probes.values()] == [1] * len(night.probes)


async def test_an_open_incident_gets_a_line():
    night = blinded(Night())
    card = await night.triaged()
    incident = await night.declared(triage_id=card.triage_id)

    told = await tell(night, card, Sight.FAILING, by=BEN)

    event = night.storage.events[-1]
    assert (event.incident_id, event.kind, event.by) == (incident.id, EventKind.PERSON_SAW, BEN)
    assert event.facts == {"sight": "failing", "cause": "undetermined"}
    assert told.incident_id == incident.id


async def test_an_answer_to_what_is_not_known_is_refused():
    night = Night()

    with pytest.raises(UserError, match="not known any more"):
        await night.judge(TellTriage(asked(), TriageId(9), Sight.FINE), DELIVERY, night.heard)


async def test_an_answer_to_an_old_triage_is_refused():
    night = blinded(Night())
    card = await night.triaged()
    night.clock.advance(timedelta(hours=2))

    with pytest.raises(UserError, match="T-1 is 2 h old"):
        await tell(night, card, Sight.FINE)


async def test_an_answer_before_the_verdict_is_refused():
    night = blinded(Night())
    card = await night.triaged()
    running = replace(night.storage.triages[-1], ended_at=None)
    async with night.storage() as uow:
        await uow.triages.save(running, claimed_until=NIGHT)

    with pytest.raises(UserError, match="no verdict yet"):
        await tell(night, card, Sight.FINE)


async def test_buttons_stay_with_a_cause_that_stays():
    night = Night()
    night.break_ideogram()
    card = await night.triaged()

    told = await tell(night, card, Sight.FAILING)

    assert told.offers == card.offers != ()


async def test_a_new_cause_brings_its_own_buttons():
    night = Night()
    await night.through()
    night.probes[ProbeKind.WORKLOAD].result = a_result(ProbeKind.WORKLOAD, facts={FALLBACK: "on"})
    card = await night.triaged()

    bad = await tell(night, card, Sight.LOOKS_BAD)
    fine = await tell(night, card, Sight.FINE)

    assert (bad.offers, bad.not_offered) == ((), ())
    assert [one.kind for one in fine.offers] == [MitigationKind.DISABLE_FALLBACK]


async def restyled(night):
    """Deploy another style, as an owner does."""
    app = a_container(IDEOGRAM_MODEL="V_3", IDEOGRAM_STYLE="AUTO")
    night.cluster.add(TARGET, a_deployment(containers=(app, a_container("sidecar"))))
    night.cluster.set_env(TARGET, "IDEOGRAM_STYLE", "REALISTIC")
    night.cluster.will_roll(TARGET)
    while night.cluster.advance(TARGET):
        pass


async def test_pictures_that_look_bad_name_the_deploy_that_changed_a_variable():
    night = Night()
    await restyled(night)

    told = await tell(night, await night.triaged(), Sight.LOOKS_BAD)

    assert (told.diagnosis.cause, told.diagnosis.severity) == (Cause.QUALITY, Severity.P2)
    (one,) = told.beside.quality.changes
    assert (one.change.before, one.change.after, one.revision) == ("AUTO", "REALISTIC", 15)


async def test_a_cluster_that_refuses_costs_only_the_comparison():
    night = Night()
    card = await night.triaged()
    night.cluster.fail("revisions", ForbiddenError("may not list replicasets"))

    told = await tell(night, card, Sight.LOOKS_BAD)

    assert told.diagnosis.cause is Cause.QUALITY
    assert told.beside.quality.why_not == "may not list replicasets"


@pytest.mark.parametrize(
    ("target", "why"),
    [
        (None, "no deployment is configured"),
        (replace(TARGET, container="x"), "it is not clear which container is meant"),
    ],
)
async def test_what_cannot_be_compared_says_why(target, why):
    night = Night(service=a_service(target=target))

    told = await tell(night, await night.triaged(), Sight.LOOKS_BAD)

    assert told.beside.quality.why_not == why


async def test_a_later_answer_keeps_the_comparison():
    night = Night()
    card = await night.triaged()
    bad = await tell(night, card, Sight.LOOKS_BAD)

    told = await tell(night, card, Sight.FINE)

    assert told.beside.quality == bad.beside.quality
    assert told.diagnosis.cause is Cause.HEALTHY


async def test_the_command_measures_for_free_and_judges():
    night = Night()

    await night.quality(AskQuality(asked()), DELIVERY, night.heard)

    told = night.message("T-1/card")
    assert (told.mode, told.diagnosis.cause) == (Mode.QUICK, Cause.QUALITY)
    assert told.beside.person.by == ANA


async def test_a_command_that_is_pointed_to_a_running_triage_judges_no_old_one():
    night = Night()
    await night.triaged()
    last = night.probes[ProbeKind.GENERATE_V3]
    last.waits_for = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        group.create_task(night.triaged())
        await until(lambda: len(last.subjects) > 1)
        await night.quality(AskQuality(asked()), DELIVERY, night.heard)
        last.waits_for.set()

    assert [one.card.beside.person for one in night.storage.triages] == [None, None]
    assert "has been measuring" in night.heard.said[-1].text


async def test_the_same_trouble_before_is_remembered():
    night = Night()
    old = an_incident(id=IncidentId(17), cause=Cause.QUALITY, status=Status.RESOLVED)
    async with night.storage() as uow:
        await uow.incidents.save(old)

    told = await tell(night, await night.triaged(), Sight.LOOKS_BAD)

    assert told.beside.earlier.incident_id == old.id


async def test_a_cluster_that_does_not_answer_in_time_costs_only_the_comparison():
    night = Night()
    card = await night.triaged()
    night.judge = replace(night.judge, compare_within=timedelta(0), cluster=_Silent())

    told = await tell(night, card, Sight.LOOKS_BAD)

    assert told.beside.quality.why_not == "the cluster did not answer in time"


class _Silent(FakeCluster):
    """A cluster that never answers."""

    async def deployment(self, target):
        await asyncio.Event().wait()
