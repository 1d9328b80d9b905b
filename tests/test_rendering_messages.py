"""The words of everything that is no card, and hostile values in all of them."""

from datetime import timedelta

import pytest

from bot.domain.draft import Seen
from bot.domain.ids import IncidentId, MitigationId, ServiceName
from bot.domain.incident import Status
from bot.domain.message import (
    Answer,
    AnswerKind,
    IncidentCard,
    Message,
    MitigationOffers,
    MitigationOutcome,
    MitigationProgress,
    Note,
    NoteKind,
    NotOffered,
    StatusUpdate,
    Trouble,
)
from bot.domain.mitigation import EnvChange, MitigationKind, State
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.severity import Severity
from tests.builders import ANA, NIGHT, a_preview, a_result, a_run, an_incident
from tests.sayings import HOSTILE, WORDS, a_card, a_diagnosis, a_line, a_postmortem


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (State.PRESSED, "Checking once more, then one patch."),
        (State.APPLYING, "Sending the patch."),
        (State.WATCHING, "Rolling: 2 of 4 pods are new, 3 of them ready."),
        (State.VERIFYING, "All pods replaced. Checking that it helps."),
        (State.EFFECTIVE, "Effective in 47 s."),
        (State.NO_EFFECT, "No effect seen within 47 s."),
        (State.WORSE, "It got worse."),
        (State.UNVERIFIED, "Applied; whether it helps could not be seen."),
        (State.STUCK, "The rollout is stuck."),
        (State.REPLACED, "Someone else changed the Deployment meanwhile."),
        (State.STOPPED, "Stopped."),
    ],
)
def test_progress_says_where_a_mitigation_stands(state, says):
    done = NIGHT + timedelta(seconds=47)
    run = a_run(state=state, updated_seen=2, ready_seen=3, replicas=4, finished_at=done)

    assert WORDS.wording(MitigationProgress(run)).lead == f"*{says}*"


def test_an_outcome_mentions_the_presser_and_the_time_it_took():
    run = a_run(state=State.EFFECTIVE, finished_at=NIGHT + timedelta(seconds=47))

    said = WORDS.wording(MitigationOutcome(run))

    assert said.text == (
        "<@U0ANA> Effective in 47 s: Enable Fallback on ideogram-service. Users see placeholders."
    )


def test_a_mitigation_without_effect_asks_for_its_undo():
    run = a_run(state=State.NO_EFFECT, detail="health says down")

    said = WORDS.wording(MitigationOutcome(run, undo=a_preview(undoes=MitigationId("m1"))))

    assert said.rows == (
        "*Seen*  health says down",
        "*Do now*  Undo, then try something else.",
    )


def test_a_rollout_out_of_sight_is_said_with_the_command_that_shows_it():
    run = a_run(state=State.UNVERIFIED, unseen="the API server does not answer")

    said = WORDS.wording(MitigationOutcome(run, look="kubectl rollout status deployment/app"))

    assert "is live" not in said.text
    assert "nobody could see whether its rollout ended" in said.text
    assert said.rows == (
        "*Not seen*  the end of the rollout: the API server does not answer",
        "*Do now*  See whether the pods are replaced: `kubectl rollout status deployment/app`",
    )


def test_a_rollout_out_of_sight_is_not_shown_as_done():
    run = a_run(state=State.VERIFYING, unseen="away")
    card = IncidentCard(an_incident(), running=run)

    assert "All pods replaced" not in WORDS.wording(MitigationProgress(run)).lead
    assert "rolled out" not in WORDS.wording(card).lead


def test_a_stuck_rollout_says_nothing_of_pods_that_nobody_looked_at():
    said = WORDS.wording(MitigationOutcome(a_run(state=State.STUCK)))

    assert said.text.endswith("The new pods do not become ready.")


def test_offers_name_each_change_and_each_reason_against():
    without = NotOffered(MitigationKind.DISABLE_FALLBACK, "It is off.")

    said = WORDS.wording(
        MitigationOffers(ServiceName("ideogram-service"), (a_preview(),), (without,))
    )

    assert said.rows == (
        "*Enable Fallback*  IDEOGRAM_FALLBACK false → true on 4 pods, never tried here",
        "*No Disable Fallback button*  It is off.",
    )


@pytest.mark.parametrize(
    ("note", "says"),
    [
        (NoteKind.DECLARED, "<@U0ANA> declared INC-42."),
        (NoteKind.ACKNOWLEDGED, "<@U0ANA> has INC-42."),
        (NoteKind.RESOLVED, "<@U0ANA> resolved INC-42."),
    ],
)
def test_a_note_is_one_line(note, says):
    assert WORDS.wording(Note(note, IncidentId(42), ANA)).lead == says


def test_a_status_update_is_the_runbooks_template_word_for_word():
    update = StatusUpdate(
        incident_id=IncidentId(42),
        severity=Severity.P1,
        status=Status.MITIGATED,
        impact="Image generation unavailable for users",
        cause="API returning 500",
        action="Fallback enabled, monitoring for resolution",
        next_update_at=NIGHT,
        owner=ANA,
        number=3,
        by=ANA,
    )

    said = WORDS.wording(update)

    assert said.header == "P1 INCIDENT: Ideogram Integration"
    assert said.rows == (
        "Status: MITIGATED",
        "Impact: Image generation unavailable for users",
        "Cause: API returning 500",
        "Action: Fallback enabled, monitoring for resolution",
        "Next update: <!date^1795143840^{time}|03:04 UTC>",
        "Owner: <@U0ANA>",
    )


def test_a_pasted_newline_cannot_forge_a_line_of_the_template():
    update = StatusUpdate(
        IncidentId(42), Severity.P1, Status.RESOLVED, "a\nStatus: FAKE", "", "", None, None, 1, ANA
    )

    rows = WORDS.wording(update).rows

    assert rows[1] == "Impact: a Status: FAKE"
    assert len(rows) == 6


def test_help_names_every_command_and_the_services():
    said = WORDS.wording(Answer(AnswerKind.HELP, services=(ServiceName("images"),)))

    assert all(row.startswith("`/ideogram ") for row in said.rows)
    assert said.context == "services: images"


def test_a_timeline_links_its_evidence_and_escapes_its_values():
    said = WORDS.wording(
        Answer(AnswerKind.TIMELINE, lines=(a_line(facts={"verdict": "it's <x> & y"}),))
    )

    assert said.rows == (
        (
            "<!date^1795143840^{date_short_pretty} {time}|2026-11-20 03:04 UTC>  Triage: it's "
            "&lt;x&gt; &amp; y · <@U0ANA> · <https://x.slack.com/archives/C0/p1|T-118>"
        ),
    )


def test_trouble_says_what_happened_what_to_do_and_its_id():
    said = WORDS.wording(Trouble("It broke.", "Nothing changed.", "Try again.", "e1", (ANA,)))

    assert said.lead == "*It broke.* Nothing changed."
    assert said.rows == ("*Do now*  Try again.", "*Ask*  <@U0ANA>")
    assert said.context == "error e1: it stands in the log too"


def hostile_messages() -> list[Message]:
    incident = an_incident(title=HOSTILE, impact=HOSTILE, cause_text=HOSTILE, action=HOSTILE)
    line = a_line(facts={"text": HOSTILE}, link="javascript:alert(1)")
    return [
        a_card(results=(a_result(ProbeKind.DNS, Outcome.UNKNOWN, detail=HOSTILE),)),
        IncidentCard(incident),
        MitigationProgress(a_run(detail=HOSTILE)),
        MitigationOffers(ServiceName("x"), (), (), reason=HOSTILE),
        Note(NoteKind.DECLARED, IncidentId(42), text=HOSTILE),
        a_postmortem(incident=incident),
        Answer(AnswerKind.STATUS, incidents=(incident,)),
        Answer(AnswerKind.TIMELINE, lines=(line,)),
        Trouble(HOSTILE, HOSTILE, HOSTILE),
    ]


@pytest.mark.parametrize("message", hostile_messages(), ids=range(9))
def test_a_hostile_value_stays_text_on_one_line(message):
    said = WORDS.wording(message)

    everything = "\n".join((said.text, said.lead, *said.rows, said.context))
    assert "<!channel>" not in everything
    assert "javascript:alert(1)|" not in everything
    assert "49" not in said.lead
    assert "&lt;!channel&gt; \u2217&amp;\u2217 [x]" in everything
    assert "# it's over" in everything  # the apostrophe stays, the turn of direction goes


def test_a_value_opens_no_block_of_code_and_strikes_nothing_out():
    said = WORDS.wording(a_card(service=ServiceName("```x~y~"), diagnosis=None))

    assert "\u02cb\u02cb\u02cbx\u223cy\u223c" in said.text
    assert "`" not in said.text + said.lead


def test_plain_slots_are_not_escaped():
    said = WORDS.wording(a_card(service=ServiceName("a&b"), diagnosis=None))
    confirm = WORDS.confirm(a_preview(where="a&b"))

    assert "a&amp;b" in said.text
    assert "a&b: IDEOGRAM_FALLBACK" in confirm.text


def test_plain_slots_are_not_escaped_where_the_output_of_a_macro_is_cut():
    said = """it's "on" & <now>"""
    sick = a_result(ProbeKind.GENERATE_V3, Outcome.UNHEALTHY, detail=said)

    confirm = WORDS.confirm(a_preview(changes=(EnvChange("A", said, "x" * 200),)))
    draft = WORDS.draft(Seen(an_incident(), a_diagnosis(), (sick,)))

    assert f"A {said} → xxx" in confirm.text
    assert said in draft.cause
