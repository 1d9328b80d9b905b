"""The words of cards: every state of a triage, every cause, incidents."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.diagnosis import AlsoSeen, Cause, HumanStep, Origin
from bot.domain.ids import IncidentId
from bot.domain.incident import Status
from bot.domain.message import Answer, AnswerKind, IncidentCard, NotOffered, TriageState
from bot.domain.mitigation import MitigationKind, State
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.severity import Severity
from tests.builders import ANA, NIGHT, a_preview, a_run, an_incident
from tests.sayings import SICK, WELL, WORDS, a_card, a_diagnosis


def test_an_outage_says_what_is_broken_whose_it_is_and_what_to_do():
    card = a_card(offers=(a_preview(expected=timedelta(seconds=48)),))

    said = WORDS.wording(card)

    assert said.text == (
        "P1 ideogram-service: Ideogram is down, not us (503). "
        "Users get errors. Open to enable fallback."
    )
    assert said.header == "P1 · Ideogram is down, not us"
    assert said.lead == (
        "*Users get errors. Do now: Enable Fallback.* Ideogram answers with server errors. "
        "Enable Fallback gives users placeholders in about 48 s."
    )
    assert said.rows == (
        "*Fails*  V3 503 in 0.4 s",
        "*Hurts*  health says down in 18 ms",
        "*Works*  DNS, key accepted (secret ideogram-secrets), 4/4 pods",
        "*Not seen*  picture (no picture was made)",
    )
    assert said.context == (
        "T-118 · full · seen from prod-eu · <!date^1795143840^{time}|03:04 UTC> · 6.2 s · "
        "$0.00 spent, $1.00 left · branch 5xx on every call · a V3 200 would change this"
    )


def test_a_partial_outage_is_worded_milder():
    card = a_card(diagnosis=a_diagnosis(severity=Severity.P2))

    assert WORDS.wording(card).header == "P2 · Ideogram fails in part, not us"


@pytest.mark.parametrize("cause", list(Cause))
@pytest.mark.parametrize("state", list(TriageState)[1:-1])
def test_every_cause_has_words_for_every_slot(cause, state):
    said = WORDS.wording(a_card(diagnosis=a_diagnosis(cause), state=state))

    assert all((said.text, said.header, said.lead, said.rows, said.context))
    assert len(said.header) <= 70


def test_no_two_causes_share_a_header():
    headers = {WORDS.wording(a_card(diagnosis=a_diagnosis(cause))).header for cause in Cause}

    assert len(headers) == len(Cause)


def test_a_running_triage_says_which_checks_are_in_and_which_are_not():
    card = a_card(
        state=TriageState.RUNNING,
        diagnosis=None,
        duration=None,
        results=SICK[:2],
        pending=(ProbeKind.GENERATE_V3,),
    )

    said = WORDS.wording(card)

    assert said.lead == (
        "*ideogram-service: 2 of 3 checks answered.* The slowest may take a minute."
    )
    assert said.rows == (
        "*Works*  DNS, key accepted (secret ideogram-secrets)",
        "*Waiting for*  V3",
    )


def test_a_verdict_that_may_still_change_is_marked():
    said = WORDS.wording(a_card(state=TriageState.SO_FAR))

    assert said.header == "So far: Ideogram is down, not us"
    assert "no buttons yet" in said.lead


def test_a_verdict_without_its_buttons_yet_says_that_they_follow():
    said = WORDS.wording(a_card(state=TriageState.JUDGED))

    assert said.text.endswith(
        "Ideogram is down, not us (503). Users get errors. The buttons follow."
    )
    assert said.header == "P1 · Ideogram is down, not us"
    assert "*Users get errors. The buttons follow once the cluster answers.*" in said.lead


def test_an_interrupted_triage_says_so_and_what_to_do():
    said = WORDS.wording(a_card(state=TriageState.INTERRUPTED, cost=Decimal("0.08")))

    assert said.header == "Triage was interrupted"
    assert said.lead.endswith("A paid request may have been sent and is not repeated. "
                              "Do now: Run Again.")  # fmt: skip


def test_a_declared_triage_points_to_its_incident_and_keeps_its_evidence():
    step = HumanStep(2, "Send nothing twice")

    said = WORDS.wording(a_card(incident_id=IncidentId(42), diagnosis=a_diagnosis(steps=(step,))))

    assert said.header == "See INC-42"
    assert said.lead == "*INC-42* has taken over: Ideogram is down, not us."
    assert [row.split("  ")[0] for row in said.rows] == [
        "*Fails*", "*Hurts*", "*Works*", "*Not seen*",
    ]  # fmt: skip


def test_what_else_was_seen_and_what_cannot_run_follow_the_four_rows():
    also = AlsoSeen(Cause.RATE_LIMIT, Origin.US, Severity.P2)
    diagnosis = a_diagnosis(also_seen=(also,), contradictions=("quote refused, images come",))
    without = NotOffered(MitigationKind.ENABLE_FALLBACK, "The Role forbids it.", "kubectl x")

    said = WORDS.wording(a_card(diagnosis=diagnosis, not_offered=(without,)))

    assert said.rows[-3:] == (
        "*Also seen*  We send too many requests at once (P2)",
        "*Does not fit*  quote refused, images come",
        "*No Enable Fallback button*  The Role forbids it.",
    )


def test_a_fresh_incident_asks_for_somebody():
    said = WORDS.wording(IncidentCard(an_incident()))

    assert said.header == "INC-42 · P1 · INVESTIGATING"
    assert said.lead == "*Ideogram is down.* Nobody has it yet. Do now: Acknowledge."
    assert said.rows == ("*Owner*  nobody yet",)


def test_a_mitigated_incident_says_what_users_get_since_when():
    incident = an_incident(
        status=Status.MITIGATED,
        impact="99 % of requests failed",
        cause=Cause.OUTAGE,
        origin=Origin.PROVIDER,
        owner=ANA,
        acknowledged_at=NIGHT,
        next_update_at=NIGHT,
    )
    run = a_run(state=State.EFFECTIVE, finished_at=NIGHT + timedelta(seconds=47))

    said = WORDS.wording(IncidentCard(incident, last=run))

    assert said.text.startswith("INC-42 MITIGATED: Ideogram is down. Users see placeholders since")
    assert said.rows == (
        "*Impact*  99 % of requests failed",
        "*Cause*  Ideogram is down, not us (provider)",
        "*Action*  Enable Fallback: effective in 47 s",
        "*Next update*  <!date^1795143840^{time}|03:04 UTC>",
        "*Owner*  <@U0ANA>",
    )


def test_status_lists_open_incidents_or_says_that_there_is_none():
    full = WORDS.wording(Answer(AnswerKind.STATUS, incidents=(an_incident(owner=ANA),)))
    empty = WORDS.wording(Answer(AnswerKind.STATUS))

    assert full.text == "1 open: INC-42 INVESTIGATING"
    assert full.rows[0].startswith("*INC-42 · P1 · INVESTIGATING*  Ideogram is down")
    assert empty.text == "No open incident."


def test_an_image_that_came_too_late_has_no_status_of_a_failure():
    late = replace(WELL[0], outcome=Outcome.UNHEALTHY)

    said = WORDS.wording(a_card(results=(late,), diagnosis=a_diagnosis(Cause.SLOW, Severity.P2)))

    assert said.text.startswith("P2 ideogram-service: Ideogram is slow, not us.")


def test_nobody_calls_ideogram_down_who_got_an_image_from_it():
    seen = a_card(results=WELL, diagnosis=a_diagnosis(Cause.OUTAGE, Severity.P1))

    assert WORDS.wording(seen).header == "P1 · Ideogram fails in part, not us"
