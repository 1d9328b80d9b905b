"""States, clocks and gaps of an incident."""

from datetime import timedelta

import pytest

from bot.domain.errors import InvalidTransitionError
from bot.domain.gaps import gaps
from bot.domain.incident import Status, clocks, shortened
from bot.domain.severity import RESPOND_WITHIN, Severity, worst
from bot.domain.timeline import EventKind, Evidence, TimelineEvent
from tests.builders import ANA, BEN, NIGHT, an_incident

MINUTE = timedelta(minutes=1)


def test_acknowledging_stops_the_clock_once():
    incident = an_incident().acknowledged(ANA, NIGHT + MINUTE)

    handed_over = incident.acknowledged(BEN, NIGHT + 9 * MINUTE)

    assert (handed_over.owner, handed_over.acknowledged_at) == (BEN, NIGHT + MINUTE)


def test_a_resolved_incident_cannot_be_taken():
    with pytest.raises(InvalidTransitionError):
        an_incident(status=Status.RESOLVED).acknowledged(ANA, NIGHT)


def test_the_first_mitigation_keeps_its_time():
    incident = an_incident().moved(Status.MITIGATED, NIGHT + MINUTE)
    again = incident.moved(Status.INVESTIGATING, NIGHT).moved(Status.MITIGATED, NIGHT + 5 * MINUTE)

    assert again.mitigated_at == NIGHT + MINUTE


def test_moving_to_the_same_status_changes_nothing():
    incident = an_incident()

    assert incident.moved(Status.INVESTIGATING, NIGHT) is incident


@pytest.mark.parametrize("status", [Status.INVESTIGATING, Status.MITIGATED])
def test_resolved_is_the_end(status):
    resolved = an_incident().moved(Status.RESOLVED, NIGHT + MINUTE)

    with pytest.raises(InvalidTransitionError):
        resolved.moved(status, NIGHT)

    assert resolved.resolved_at == NIGHT + MINUTE


def test_clocks_count_from_the_start_of_the_trouble():
    incident = an_incident(mitigated_at=NIGHT + 2 * MINUTE).acknowledged(ANA, NIGHT)

    measured = clocks(incident)

    assert measured.to_acknowledge == 8 * MINUTE
    assert measured.to_mitigate == 10 * MINUTE
    assert measured.to_resolve is None


def test_names_are_written_for_people():
    incident = an_incident()

    assert (incident.name, incident.card, incident.is_open) == ("INC-42", "INC-42/card", True)


def test_long_titles_are_cut_visibly():
    assert shortened("a  b\nc", 10) == "a b c"
    assert shortened("abcdef ghij", 8) == "abcdef…"


def update_at(minutes):
    at = NIGHT + minutes * MINUTE
    return TimelineEvent(an_incident().id, at, EventKind.UPDATE_POSTED, Evidence("u"))


def test_a_broken_promise_of_updates_is_a_gap():
    every = {Severity.P1: 30 * MINUTE}

    found = gaps(an_incident(), [update_at(20), update_at(72)], every, NIGHT + 80 * MINUTE)

    assert found == ("no update for 52 min, promised every 30 min",)


def test_silence_until_the_end_counts():
    every = {Severity.P1: 30 * MINUTE}

    assert len(gaps(an_incident(), [], every, NIGHT + 45 * MINUTE)) == 1


def test_a_late_response_is_a_gap():
    incident = an_incident().acknowledged(ANA, NIGHT + 10 * MINUTE)

    assert gaps(incident, [], {}, NIGHT) == ("acknowledged after 18 min, due within 15 min",)


def test_a_response_in_time_is_none():
    incident = an_incident().acknowledged(ANA, NIGHT)

    assert gaps(incident, [], {}, NIGHT) == ()
    assert gaps(an_incident(severity=Severity.P4), [], {}, NIGHT) == ()


def test_p1_is_worst():
    assert worst(Severity.P3, Severity.P1, Severity.P2) is Severity.P1
    assert RESPOND_WITHIN[Severity.P1] == 15 * MINUTE
