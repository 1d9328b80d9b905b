"""The table of all services in words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.diagnosis import Cause, HumanStep
from bot.domain.ids import ServiceName, TriageId
from bot.domain.severity import Severity
from bot.domain.triage_table import TriageLine, TriageTable
from tests.builders import NIGHT
from tests.sayings import HOSTILE, WORDS, a_diagnosis

FINE = TriageLine(ServiceName("fine"), TriageId(1), a_diagnosis(Cause.HEALTHY, None))
DOWN = TriageLine(ServiceName("down"), TriageId(2), a_diagnosis(steps=(HumanStep(1, "Wait."),)))


def worded(*lines, **changes):
    """Word a table of these services."""
    return WORDS.wording(replace(TriageTable(NIGHT, lines, 0, "prod-eu"), **changes))


def test_a_line_says_name_severity_verdict_and_what_to_do():
    said = worded(DOWN, FINE, duration=timedelta(seconds=6.2))

    assert said.header == "1 of 2 services needs attention"
    assert said.text == "1 of 2 services needs attention: down (P1)."
    assert said.rows == ("*down*  P1 · Ideogram is down, not us · Wait", "*fine*  fine")
    assert said.context.endswith(" · 6.2 s · $0.00 spent")


def test_without_a_step_of_its_own_a_verdict_says_what_its_cause_asks_for():
    slow = replace(DOWN, diagnosis=a_diagnosis(Cause.SLOW, Severity.P2))

    assert worded(slow).rows == (
        "*down*  P2 · Ideogram is slow, not us · Wait, or show placeholders",
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (replace(FINE, diagnosis=None), "*fine*  measuring"),
        (replace(FINE, diagnosis=None, failure="no database"), "*fine*  not measured: no database"),
        (
            replace(FINE, diagnosis=None, running=TriageId(5)),
            "*fine*  T-5 is measuring it already",
        ),
    ],
)
def test_a_line_without_a_verdict_says_why(line, says):
    assert worded(line).rows == (says,)


@pytest.mark.parametrize(
    ("lines", "waiting", "says"),
    [
        ((FINE, FINE), 0, "All 2 services are fine"),
        ((DOWN, DOWN), 0, "2 of 2 services need attention"),
        ((DOWN, replace(FINE, diagnosis=None)), 1, "Measuring 1 of 2 services"),
        ((replace(FINE, failure="x", diagnosis=None),), 0, "No fault found, not every service was"),
    ],
)
def test_the_headline_counts(lines, waiting, says):
    assert worded(*lines, waiting=waiting).header.startswith(says)


def test_an_interrupted_table_says_what_is_missing_and_what_to_do():
    said = worded(DOWN, replace(FINE, diagnosis=None), waiting=1, is_interrupted=True)

    assert said.header == "Cut short by a restart, 1 of 2 services not measured"
    assert said.lead == "What was measured stands. Run /ideogram triage all again."
    assert said.rows[1] == "*fine*  not measured"


def test_a_table_cut_short_before_the_first_verdict_claims_nothing():
    said = worded(replace(FINE, diagnosis=None), waiting=1, is_interrupted=True)

    assert said.lead == "Run /ideogram triage all again."


def test_a_long_table_names_how_many_more_there_are():
    rows = worded(*[DOWN] * 130).rows

    assert (len(rows), rows[-1]) == (101, "and 30 more, the least urgent ones")


def test_foreign_words_in_a_table_stay_text():
    assert "<!channel>" not in worded(replace(FINE, diagnosis=None, failure=HOSTILE)).rows[0]
