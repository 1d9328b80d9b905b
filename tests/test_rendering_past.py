"""What an incident's words become as it goes on: impact, title, cause, what was done."""

from datetime import timedelta

import pytest

from bot.domain.diagnosis import Cause
from bot.domain.ids import MitigationId
from bot.domain.incident import Status
from bot.domain.message import IncidentCard
from bot.domain.mitigation import MitigationKind, State
from bot.domain.relief import Relief
from bot.domain.severity import Severity
from bot.domain.timeline import EventKind
from tests.builders import NIGHT, a_run, an_incident
from tests.sayings import WORDS, a_card, a_diagnosis, a_line, a_postmortem

PLACEHOLDERS = Relief(MitigationKind.ENABLE_FALLBACK, NIGHT + timedelta(minutes=6))
TO = "\u2013"
CLOCK = "<!date^{}^{{time}}|{} UTC>"
BEGAN, EASED = CLOCK.format(1795143360, "02:56"), CLOCK.format(1795144200, "03:10")
OVER = {"status": Status.RESOLVED, "resolved_at": NIGHT + timedelta(minutes=16)}


def impact(incident, relief=None):
    return WORDS.wording(IncidentCard(incident, relief=relief)).rows[0].partition("  ")[2]


@pytest.mark.parametrize(
    ("kind", "state", "said"),
    [
        (MitigationKind.DISABLE_FALLBACK, State.EFFECTIVE, "was down"),
        (MitigationKind.DISABLE_FALLBACK, State.NO_EFFECT, "is down"),
        (MitigationKind.ENABLE_FALLBACK, State.EFFECTIVE, "is down"),
    ],
)
def test_what_works_without_its_mitigation_again_is_told_as_over(kind, state, said):
    incident = an_incident(
        title="Ideogram is down, not us", cause=Cause.OUTAGE, severity=Severity.P1
    )
    last = a_run(kind=kind, state=state, finished_at=NIGHT)

    card = WORDS.wording(IncidentCard(incident, last=last))

    assert f"Ideogram {said}, not us" in card.text
    assert f"Ideogram {said}, not us" in card.lead
    assert any(row.startswith(f"*Cause*  Ideogram {said}, not us") for row in card.rows)


def test_impact_is_said_in_the_present_while_nothing_helped():
    assert impact(an_incident(impact="Users get errors.")) == "Users get errors."


def test_impact_follows_a_mitigation_and_its_end():
    eased = impact(an_incident(impact="Users get errors."), PLACEHOLDERS)
    ended = Relief(PLACEHOLDERS.kind, PLACEHOLDERS.since, PLACEHOLDERS.since)

    assert eased == f"Users got errors {BEGAN}{TO}{EASED}, then placeholders"
    over = an_incident(impact="Users get errors.", status=Status.MITIGATED)
    assert impact(over, ended) == f"{eased} until {EASED}"


def test_impact_without_a_mitigation_ends_with_the_incident():
    over = impact(an_incident(impact="Some users get errors.", **OVER))

    assert over == f"Some users got errors {BEGAN}{TO}{CLOCK.format(1795144800, '03:20')}"


def test_a_short_trouble_is_told_by_how_long_it_took():
    began = NIGHT - timedelta(minutes=8)
    soon = Relief(MitigationKind.ENABLE_FALLBACK, began + timedelta(seconds=16))

    told = impact(an_incident(impact="Users get errors."), soon)

    assert told == f"Users got errors for 16 s from {BEGAN}, then placeholders"


def test_what_a_person_typed_about_the_impact_stays():
    typed = an_incident(impact="Half of our partners wait.", **OVER)

    assert impact(typed, PLACEHOLDERS) == "Half of our partners wait."


@pytest.mark.parametrize(
    "ours",
    [
        "Users get errors.",
        "338 of 340 requests failed.",
        "Image generation is affected (degraded)",
        "Users see placeholders instead of new images",
    ],
)
def test_what_a_person_adds_to_our_sentence_stays(ours):
    typed = f"{ours} About 300 customers cannot order posters."
    before = f"Everybody waits. {ours}"

    assert impact(an_incident(impact=typed, **OVER), PLACEHOLDERS) == typed
    assert impact(an_incident(impact=before, **OVER), PLACEHOLDERS) == before


def test_a_count_of_requests_keeps_its_words_and_gets_what_came_then():
    counted = an_incident(impact="15 of 48 requests failed.", status=Status.MITIGATED)
    ended = Relief(PLACEHOLDERS.kind, PLACEHOLDERS.since, PLACEHOLDERS.since)

    assert impact(counted) == "15 of 48 requests failed."
    assert (
        impact(counted, PLACEHOLDERS)
        == f"15 of 48 requests failed; then placeholders since {EASED}"
    )
    assert impact(counted, ended).endswith(f"; then placeholders {EASED}{TO}{EASED}")


RELIEFS = [
    None,
    *(
        Relief(kind, NIGHT, until)
        for kind in (MitigationKind.ENABLE_FALLBACK, MitigationKind.REDUCE_CONCURRENCY)
        for until in (None, NIGHT + timedelta(minutes=9))
    ),
]


@pytest.mark.parametrize("state", [{}, {"status": Status.MITIGATED}, OVER])
@pytest.mark.parametrize("relief", RELIEFS)
@pytest.mark.parametrize(
    "said",
    [
        "Users get errors.",
        "Some users get errors",
        "7 of 26 requests failed.",
        "1 of 1 requests failed",
        "Users see placeholders instead of new images",
        "Image generation is affected (degraded)",
        "None: image generation works normally",
        "Partners {{ wait }} for 5 of 9 requests",
        "",
    ],
)
def test_an_incident_has_a_card_and_a_postmortem_whatever_its_impact(said, relief, state):
    incident = an_incident(impact=said, **state)

    card = WORDS.wording(IncidentCard(incident, relief=relief))

    assert any(row.startswith("*Impact*") for row in card.rows) is bool(said)
    assert WORDS.document(a_postmortem(incident=incident, relief=relief))


def test_errors_that_came_back_are_not_told_as_over():
    worse = Relief(PLACEHOLDERS.kind, PLACEHOLDERS.since, PLACEHOLDERS.since)
    back = an_incident(impact="Users get errors.", status=Status.INVESTIGATING)
    over = an_incident(impact="Users get errors.", status=Status.MITIGATED)

    assert impact(back, worse).endswith(f"until {EASED}, then the same again")
    assert impact(over, worse).endswith(f"until {EASED}")


def test_a_title_that_only_begins_like_ours_is_not_rewritten():
    typed = "Ideogram is down, not usable for partners"

    said = WORDS.wording(IncidentCard(an_incident(title=typed, **OVER)))

    assert typed in said.lead


@pytest.mark.parametrize("severity", [Severity.P1, Severity.P2, Severity.P3])
@pytest.mark.parametrize("cause", [one for one in Cause if one is not Cause.HEALTHY])
def test_every_title_of_ours_is_past_once_it_is_over(cause, severity):
    title = WORDS.wording(a_card(diagnosis=a_diagnosis(cause, severity))).header.split(" · ")[-1]
    if cause is Cause.UNDETERMINED:
        title = "Cannot judge"

    said = WORDS.wording(IncidentCard(an_incident(title=title, cause_text=title, **OVER)))

    assert title not in said.lead + said.text + "".join(said.rows)


def test_a_resolved_cause_keeps_its_details():
    cause = "Ideogram is down, not us (V3 503 in 0.4 s)"

    said = WORDS.wording(IncidentCard(an_incident(cause_text=cause, **OVER)))

    assert "*Cause*  Ideogram was down, not us (V3 503 in 0.4 s)" in said.rows


def test_while_a_rollout_runs_it_is_the_action():
    incident = an_incident(action="Investigating", updates=1)

    said = WORDS.wording(IncidentCard(incident, running=a_run(state=State.WATCHING, replicas=4)))

    assert "*Action*  Enable Fallback is being rolled out" in said.rows
    assert "of 4 pods" not in said.lead


def test_a_postmortem_names_every_outcome_and_an_undo_as_one():
    since = {"finished_at": NIGHT + timedelta(seconds=7.5)}
    enabled = a_run(state=State.EFFECTIVE, **since)
    undo = a_run(
        kind=MitigationKind.DISABLE_FALLBACK, undoes=MitigationId("x"), state=State.WORSE, **since
    )
    facts = {"mitigation": "undo.disable-fallback"}
    line = a_line(kind=EventKind.MITIGATION_PRESSED, facts=facts)

    document = WORDS.document(a_postmortem(mitigations=(enabled, undo), lines=(line,)))

    assert "Enable Fallback: effective in 8 s. Undo Fallback: worse after 8 s." in document
    assert "- 2026-11-20 03:04:00 - Mitigation pressed: Undo Fallback" in document


def test_a_postmortem_tells_the_impact_with_its_times():
    over = an_incident(impact="Users get errors.", **OVER)

    document = WORDS.document(a_postmortem(incident=over, relief=PLACEHOLDERS))

    assert f"Impact: Users got errors 02:56{TO}03:10, then placeholders." in document


def test_an_asterisk_in_a_title_does_not_end_the_bold_words_around_it():
    said = WORDS.wording(IncidentCard(an_incident(title="5 * 5 *images* fail")))

    assert said.lead.startswith("*5 \u2217 5 \u2217images\u2217 fail.* ")
    assert said.text.startswith("INC-42 INVESTIGATING: 5 \u2217 5 \u2217images\u2217 fail.")
