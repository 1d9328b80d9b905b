"""What an incident keeps of since when users suffer, and of what they get now."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.incident import Status, clocks
from bot.domain.message import IncidentCard
from bot.domain.onset import Counted, Onset, Sign, to_facts
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.timeline import EventKind
from tests.builders import NIGHT, a_result, an_incident
from tests.usecases.nights import Night

BEGAN = NIGHT - timedelta(minutes=8)
ONSET = Onset(Sign.FAILING, BEGAN, before=False, hit=338, requests=340, until=NIGHT)


def traffic(onset=ONSET, *, requests=340, failed=338, state="seen"):
    outcome = Outcome.UNHEALTHY if failed else Outcome.HEALTHY
    counts = {"count_server-error": failed, "count_image": requests - failed}
    facts = {"state": state, "window_seconds": 300.0, **counts, **to_facts(onset)}
    return a_result(ProbeKind.TRAFFIC, outcome, facts=facts)


def a_night(result=None):
    night = Night()
    night.probes[ProbeKind.TRAFFIC].result = result or traffic()
    return night


def lines(night, kind):
    return [one for one in night.storage.events if one.kind is kind]


async def test_an_incident_began_with_its_users_and_not_with_its_triage():
    incident = await a_night().at_night()

    assert (incident.onset, incident.began_at) == (ONSET, BEGAN)
    assert incident.started_at >= NIGHT
    assert incident.impact == "99 % of requests failed since 02:56 UTC"


async def test_the_timeline_begins_with_the_onset_and_its_evidence():
    night = a_night()
    await night.at_night()

    (began,) = lines(night, EventKind.BEGAN)
    assert (began.at, began.evidence.ref) == (BEGAN, "T-1")
    assert began.facts == {"sign": "failing", "known": ""}


async def test_without_an_onset_nothing_is_claimed_of_the_begin():
    night = a_night(traffic(None))
    incident = await night.at_night()

    assert (incident.onset, incident.began_at) == (None, incident.started_at)
    assert lines(night, EventKind.BEGAN) == []


async def test_an_incident_declared_by_hand_learns_its_begin_from_the_next_triage():
    night = a_night()
    await night.declared(title="No pictures")
    await night.triaged()

    (incident,) = night.storage.incidents
    (began,) = lines(night, EventKind.BEGAN)
    assert (incident.began_at, began.evidence.ref) == (BEGAN, "T-1")
    card = night.message("INC-1/card")
    assert isinstance(card, IncidentCard)
    assert card.incident == incident


async def test_the_first_onset_stays():
    night = a_night()
    await night.at_night()
    later = replace(ONSET, at=BEGAN - timedelta(minutes=2), hit=999, requests=999)
    night.probes[ProbeKind.TRAFFIC].result = traffic(later)
    await night.triaged()

    assert night.storage.incidents[-1].onset == ONSET
    assert len(lines(night, EventKind.BEGAN)) == 1


async def test_trouble_that_began_after_an_incident_is_not_its_begin():
    night = a_night(traffic(replace(ONSET, at=NIGHT + timedelta(hours=1))))
    await night.declared(title="No pictures")
    await night.triaged()

    assert night.storage.incidents[-1].onset is None


async def test_a_triage_after_a_mitigation_says_what_users_get_now():
    night = a_night()
    incident = await night.at_night()
    night.probes[ProbeKind.TRAFFIC].result = traffic(None, requests=120, failed=0)
    await night.triaged()
    assert night.storage.incidents[-1].users is None

    async with night.storage() as uow:
        await uow.incidents.save(incident.moved(Status.MITIGATED, NIGHT))
    await night.triaged()

    assert night.storage.incidents[-1].users == Counted(0, 120, NIGHT)


async def test_users_who_cannot_be_seen_leave_what_was_seen_of_them():
    night = a_night(traffic(None, state="stale"))
    seen = Counted(0, 120, NIGHT)
    async with night.storage() as uow:
        await uow.incidents.save(an_incident(mitigated_at=NIGHT, users=seen))
    await night.triaged()

    assert night.storage.incidents[-1].users == seen


def test_a_response_is_due_from_when_somebody_could_know():
    times = clocks(
        an_incident(
            onset=ONSET,
            started_at=NIGHT,
            acknowledged_at=NIGHT + timedelta(minutes=1),
            mitigated_at=NIGHT + timedelta(minutes=3),
        )
    )

    assert (times.to_notice, times.to_acknowledge) == (timedelta(minutes=8), timedelta(minutes=1))
    assert (times.to_mitigate, times.to_resolve) == (timedelta(minutes=11), None)
