"""The order of a table of services, and which of them ask for something."""

from bot.domain.diagnosis import Cause
from bot.domain.ids import ServiceName, TriageId
from bot.domain.severity import Severity
from bot.domain.triage_table import TriageLine, worst_first
from tests.sayings import a_diagnosis


def a_line(name, cause=None, severity=None, **changes):
    """Build one service; without a cause it has no verdict."""
    diagnosis = None if cause is None else a_diagnosis(cause, severity)
    return TriageLine(ServiceName(name), TriageId(1), diagnosis, **changes)


def test_the_worst_service_stands_first_and_what_is_fine_last():
    lines = [
        a_line("fine", Cause.HEALTHY),
        a_line("failed", failure="no database"),
        a_line("slow", Cause.SLOW, Severity.P2),
        a_line("down", Cause.OUTAGE, Severity.P1),
    ]

    assert [one.service for one in worst_first(lines)] == ["down", "slow", "failed", "fine"]


def test_only_a_verdict_other_than_healthy_asks_for_something():
    lines = [a_line("a"), a_line("b", Cause.HEALTHY), a_line("c", Cause.UNDETERMINED, Severity.P1)]

    assert [one.is_faulty for one in lines] == [False, False, True]
    assert [one.is_fine for one in lines] == [False, True, False]
