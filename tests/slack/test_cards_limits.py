"""Cards within limits: a table's buttons as far as they fit, and everything else that is said."""

from dataclasses import replace

import pytest

from bot.domain.diagnosis import Cause
from bot.domain.ids import IncidentId, ServiceName, TriageId
from bot.domain.message import Answer, AnswerKind, MitigationProgress, Note, NoteKind, Trouble
from bot.domain.triage_table import TriageLine, TriageTable
from bot.slack import ids
from tests.builders import NIGHT, a_run, an_incident
from tests.sayings import BILLING, HOSTILE, VERIFIED, WORDS, a_diagnosis, a_line, a_postmortem
from tests.slack.drawn import (
    DISABLE,
    ENABLE,
    REDUCE,
    UNDO,
    an_open_card,
    drawn,
    elements,
    labels,
    menu,
)


def a_table(*causes):
    """Build a table of services with these verdicts."""
    lines = tuple(
        TriageLine(ServiceName(f"service-number-{at}"), TriageId(at), a_diagnosis(cause))
        for at, cause in enumerate(causes, 1)
    )
    return TriageTable(NIGHT, lines, 0, "prod-eu")


def test_each_failing_service_of_a_table_can_be_triaged_as_far_as_buttons_fit():
    table = a_table(*[Cause.HEALTHY, *[Cause.OUTAGE] * 9])

    assert labels(table) == ["Triage service-numb…"] * 3
    assert menu(table) == [f"Triage service-number-{at}" for at in range(5, 10)]
    assert ids.decode(elements(table)[0]["value"]).service == "service-number-2"


@pytest.mark.parametrize(("is_interrupted", "buttons"), [(False, 0), (True, 1)])
def test_a_table_has_buttons_when_no_line_moves_any_more(is_interrupted, buttons):
    table = replace(a_table(Cause.OUTAGE), waiting=1, is_interrupted=is_interrupted)

    assert len(labels(table)) == buttons


def test_a_table_without_fault_has_no_button():
    assert labels(a_table(Cause.HEALTHY)) == []


def test_a_service_whose_fallback_is_still_on_can_be_triaged_from_the_table():
    table = a_table(Cause.HEALTHY)

    back = replace(table, lines=(replace(table.lines[0], fallback_on=True),))

    assert labels(back) == ["Triage service-numb…"]


MESSAGES = {
    "thousand services": a_table(*[Cause.OUTAGE] * 1000),
    "billing": BILLING,
    "verified": VERIFIED,
    "progress": MitigationProgress(a_run()),
    "note": Note(NoteKind.DECLARED, IncidentId(42)),
    "postmortem": a_postmortem(),
    "help": Answer(AnswerKind.HELP),
    "empty status": Answer(AnswerKind.STATUS),
    "empty timeline": Answer(AnswerKind.TIMELINE),
    "trouble": Trouble("x"),
    "hostile": Trouble(HOSTILE * 200, HOSTILE * 200, HOSTILE * 200, "e1"),
    "long timeline": Answer(AnswerKind.TIMELINE, lines=(a_line(facts={"text": "x " * 500}),) * 60),
    "many incidents": Answer(AnswerKind.STATUS, incidents=(an_incident(title=HOSTILE * 9),) * 80),
    "all offers": an_open_card(offers=(ENABLE, DISABLE, UNDO, REDUCE), primary="resolve"),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_is_within_slacks_limits(name):
    assert drawn(MESSAGES[name]).blocks


@pytest.mark.parametrize("label", ["enable-fallback", "undo.disable-fallback", "evidence", "full"])
def test_labels_of_buttons_fit_a_phone(label):
    assert len(WORDS.label(f"button.{label}")) <= 20
