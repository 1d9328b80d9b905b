"""The order of a table of services, and which of them ask for something."""

import pytest

from bot.domain.diagnosis import Cause, HumanStep, Part
from bot.domain.ids import ServiceName, TriageId
from bot.domain.severity import Severity
from bot.domain.triage_table import But, TriageLine, TriageTable, worst_first
from tests.builders import NIGHT
from tests.sayings import a_diagnosis


def a_line(name, cause=None, severity=None, **changes):
    """Build one service; without a cause it has no verdict."""
    diagnosis = None if cause is None else a_diagnosis(cause, severity)
    return TriageLine(ServiceName(name), TriageId(1), diagnosis, **changes)


def test_the_worst_service_stands_first_and_what_is_fine_last():
    lines = [
        a_line("fine", Cause.HEALTHY),
        a_line("failed", failure="no database"),
        a_line("back", Cause.HEALTHY, fallback_on=True),
        a_line("slow", Cause.SLOW, Severity.P2),
        a_line("down", Cause.OUTAGE, Severity.P1),
    ]

    ordered = [one.service for one in worst_first(lines)]
    assert ordered == ["down", "slow", "failed", "back", "fine"]


def test_only_a_verdict_other_than_healthy_asks_for_something():
    lines = [a_line("a"), a_line("b", Cause.HEALTHY), a_line("c", Cause.UNDETERMINED, Severity.P1)]

    assert [one.is_faulty for one in lines] == [False, False, True]
    assert [one.is_healthy for one in lines] == [False, True, False]


def a_healthy_line(*fine, steps=(), **changes):
    """Build a service without fault of which this much was seen fine."""
    found = a_diagnosis(Cause.HEALTHY, None, fine=fine, steps=steps)
    return TriageLine(ServiceName("a"), TriageId(1), found, **changes)


@pytest.mark.parametrize(
    ("line", "buts"),
    [
        (a_healthy_line(*Part), ()),
        (a_healthy_line(Part.IDEOGRAM, Part.US), (But.USERS_UNSEEN,)),
        (a_healthy_line(Part.IDEOGRAM, Part.USERS), (But.US_UNSEEN,)),
        (a_healthy_line(Part.US, Part.USERS), (But.NOT_TRIED,)),
        (a_healthy_line(*Part, steps=(HumanStep(2, "Mend our DNS"),)), (But.OWN_DNS,)),
        (a_healthy_line(Part.IDEOGRAM, Part.US, fallback_on=True), (But.FALLBACK_ON,)),
        (a_line("a", Cause.OUTAGE, Severity.P1, fallback_on=True), ()),
        (a_line("a"), ()),
    ],
)
def test_a_healthy_service_is_fine_as_far_as_it_was_seen_and_nothing_is_left_to_do(line, buts):
    assert line.buts == buts


def test_a_table_counts_what_its_healthy_services_lack():
    quick, back = a_healthy_line(), a_healthy_line(Part.IDEOGRAM, Part.US, fallback_on=True)

    counted = TriageTable(NIGHT, (quick, back, a_healthy_line(Part.US)), 0, "prod-eu").buts

    assert list(counted.items()) == [
        (But.FALLBACK_ON, 1),
        (But.NOT_TRIED, 2),
        (But.US_UNSEEN, 1),
        (But.USERS_UNSEEN, 2),
    ]
