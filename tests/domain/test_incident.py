"""States, clocks and gaps of an incident."""

from datetime import timedelta

import pytest

from bot.domain.errors import InvalidTransitionError
from bot.domain.gaps import gaps
from bot.domain.incident import Status, clocks, shortened
from bot.domain.severity import RESPOND_WITHIN, Severity, worst
from bot.domain.timeline import EventKind, Evidence, TimelineEvent, promise
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


def said_at(minutes, promised=None, kind=EventKind.UPDATE_POSTED):
    """Build an update, or the declaration; the next one is promised that many minutes on."""
    at = NIGHT + minutes * MINUTE
    then = None if promised is None else at + promised * MINUTE
    return TimelineEvent(an_incident().id, at, kind, Evidence("u"), facts=promise(then))


DECLARED = said_at(0, 30, EventKind.DECLARED)


def test_a_broken_promise_of_updates_is_a_gap():
    events = [DECLARED, said_at(20, 30), said_at(72, 30)]

    found = gaps(an_incident(), events, NIGHT + 80 * MINUTE)

    assert found == ("no update for 52 min, promised 30",)


def test_each_update_is_held_to_what_was_promised_before_it():
    kept = [DECLARED, said_at(20, 240), said_at(220, 15)]
    events = [*kept, said_at(275, 60)]

    assert gaps(an_incident(), kept, NIGHT + 230 * MINUTE) == ()
    found = gaps(an_incident(), events, NIGHT + 280 * MINUTE)
    assert found == ("no update for 55 min, promised 15",)


def test_who_promised_nothing_broke_nothing():
    assert gaps(an_incident(), [said_at(0)], NIGHT + 600 * MINUTE) == ()


def test_silence_until_the_end_counts():
    found = gaps(an_incident(), [DECLARED], NIGHT + 45 * MINUTE)

    assert found == ("no update for 45 min, promised 30",)


def test_a_late_response_is_a_gap():
    incident = an_incident().acknowledged(ANA, NIGHT + 10 * MINUTE)

    assert gaps(incident, [], NIGHT) == ("acknowledged after 18 min, due within 15 min",)


def test_a_response_in_time_is_none():
    incident = an_incident().acknowledged(ANA, NIGHT)

    assert gaps(incident, [], NIGHT) == ()
    assert gaps(an_incident(severity=Severity.P4), [], NIGHT) == ()


def test_p1_is_worst():
    assert worst(Severity.P3, Severity.P1, Severity.P2) is Severity.P1
    assert RESPOND_WITHIN[Severity.P1] == 15 * MINUTE
