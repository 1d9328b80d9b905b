"""The table of all services in words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.diagnosis import Cause, HumanStep, Part
from bot.domain.ids import ServiceName, TriageId
from bot.domain.severity import Severity
from bot.domain.triage_table import TriageLine, TriageTable
from tests.builders import NIGHT
from tests.sayings import HOSTILE, WORDS, a_diagnosis


def a_healthy_line(*fine, steps=(), **changes):
    """Build a service without fault of which this much was seen fine."""
    found = a_diagnosis(Cause.HEALTHY, None, fine=fine, steps=steps)
    return TriageLine(ServiceName("fine"), TriageId(1), found, **changes)


FINE = a_healthy_line(*Part)
QUICK = a_healthy_line(Part.US)
UNSEEN = a_healthy_line(Part.IDEOGRAM)
BACK = a_healthy_line(Part.IDEOGRAM, Part.US, fallback_on=True)
DNS = a_healthy_line(*Part, steps=(HumanStep(2, "Mend our DNS: 10.0.0.2 is silent"),))
DOWN = TriageLine(ServiceName("down"), TriageId(2), a_diagnosis(steps=(HumanStep(1, "Wait."),)))


def worded(*lines, **changes):
    """Word a table of these services."""
    return WORDS.wording(replace(TriageTable(NIGHT, lines, 0, "prod-eu"), **changes))


def test_a_line_says_name_severity_verdict_and_what_to_do():
    said = worded(DOWN, FINE, duration=timedelta(seconds=6.2))

    assert said.header == "1 of 2 services needs attention"
    assert said.text == "1 of 2 services needs attention: down (P1)."
    assert said.rows == (
        "*down*  P1 · Ideogram is down, not us · Wait",
        "*fine*  All fine: Ideogram, us, users",
    )
    assert said.context.endswith(" · 6.2 s · $0.00 spent")


def test_without_a_step_of_its_own_a_verdict_says_what_its_cause_asks_for():
    slow = replace(DOWN, diagnosis=a_diagnosis(Cause.SLOW, Severity.P2))

    assert worded(slow).rows == (
        "*down*  P2 · Ideogram is slow, not us · Wait, or show placeholders",
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (UNSEEN, "Ideogram works; users not seen"),
        (a_healthy_line(Part.IDEOGRAM, Part.US), "All fine as far as seen: Ideogram, us"),
        (QUICK, "No fault found by free checks"),
        (replace(QUICK, fallback_on=True), "No fault found by free checks, fallback still on"),
        (
            replace(QUICK, mode_reason="$0.02 of today's $1.00 left"),
            "No fault found by free checks ($0.02 of today's $1.00 left)",
        ),
        (BACK, "Ideogram is back, fallback still on"),
        (DNS, "Ideogram works, but trouble with our DNS"),
    ],
)
def test_a_line_without_fault_claims_no_more_than_was_seen(line, says):
    assert worded(line).rows == (f"*fine*  {says}",)


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
    ],
)
def test_the_headline_counts(lines, waiting, says):
    assert worded(*lines, waiting=waiting).header == says


AWAY = replace(FINE, failure="x", diagnosis=None)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ((FINE,), "The service is fine"),
        ((QUICK, QUICK), "No fault found: generation was not tried, users not seen"),
        (
            (UNSEEN, FINE),
            "No fault found: our pods and health not seen (1 of 2), users not seen (1 of 2)",
        ),
        ((BACK, FINE), "No fault found: fallback still on (1 of 2)"),
        ((DNS,), "No fault found: trouble with our DNS"),
        ((FINE, AWAY), "No fault found: not every service was seen"),
        ((BACK, AWAY), "No fault found: not every service was seen, fallback still on (1 of 2)"),
        ((AWAY, AWAY), "No verdict on any service"),
        ((AWAY,), "No verdict on the service"),
    ],
)
def test_the_headline_claims_no_more_than_was_seen(lines, says):
    said = worded(*lines)

    assert (said.header, said.text) == (says, f"{says}.")


def test_a_headline_that_is_cut_stands_in_full_on_the_lock_screen():
    dns = replace(QUICK, fallback_on=True, diagnosis=DNS.diagnosis)

    said = worded(*[dns, QUICK] * 400, UNSEEN, AWAY)

    start = "No fault found: not every service was seen, fallback still on (400 of 802), trouble"
    assert said.header.startswith(start)
    assert said.text.endswith(", users not seen (401 of 802).")


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
