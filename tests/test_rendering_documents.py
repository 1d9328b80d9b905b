"""Plain words: confirm dialogs, drafts, labels, postmortems, own templates."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.diagnosis import Cause, HumanStep
from bot.domain.draft import Seen, UpdateDraft
from bot.domain.ids import IncidentId, MitigationId
from bot.domain.incident import Status
from bot.domain.message import (
    MitigationOffers,
    Note,
    NoteKind,
    Trouble,
)
from bot.domain.mitigation import MitigationKind, State
from bot.rendering.escaping import markdown
from bot.rendering.templates import Templates
from tests.builders import ANA, NIGHT, a_preview, a_run, an_incident
from tests.sayings import HOSTILE, SICK, WORDS, a_diagnosis, a_line, a_postmortem

SHIPPED = Path(__file__).parents[1] / "templates"


def test_every_shipped_template_can_be_read():
    assert Templates(SHIPPED).problems() == WORDS.problems() == ()


def test_the_confirm_says_exactly_what_changes():
    preview = a_preview(
        expected=timedelta(seconds=50), last_worked_at=NIGHT, warnings=("Flux puts it back.",)
    )

    confirm = WORDS.confirm(preview)

    assert confirm.title == "Enable Fallback on ideogram-service?"
    assert confirm.text == (
        "Users get placeholders instead of errors.\n"
        "prod-eu/default: IDEOGRAM_FALLBACK false → true.\n"
        "Replaces 4 pods in about 50 s; 4 ready now.\n"
        "Opens an incident with you as owner.\n"
        "Note: Flux puts it back.\n"
        "Undo: one press. Last worked: 20 Nov, 50 s."
    )
    assert (confirm.confirm, confirm.deny) == ("Enable Fallback", "Cancel")


def test_the_confirm_says_the_most_important_warning_where_not_all_fit():
    warnings = ("5 pods × 3 = 15, limit 10: choose 2.", *(f"{'x' * 60}{n}." for n in range(3)))

    text = WORDS.confirm(a_preview(warnings=warnings)).text

    assert len(text) <= 300
    assert "Note: 5 pods × 3 = 15, limit 10: choose 2. xxx" in text


def test_what_can_be_done_lists_every_warning():
    preview = a_preview(warnings=("Flux may put this back.", "app has envFrom, too; this wins."))

    rows = WORDS.wording(MitigationOffers(preview.service, (preview,))).rows

    assert rows[1:3] == tuple(f"Note: {one}" for one in preview.warnings)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Joins INC-7."),
        ({"kind": MitigationKind.DISABLE_FALLBACK}, "Recorded in INC-7."),
        ({"undoes": MitigationId("3f2a91c4d5e6")}, "Recorded in INC-7."),
    ],
)
def test_the_confirm_names_the_incident_that_is_there(changes, said):
    text = WORDS.confirm(a_preview(incident_id=IncidentId(7), **changes)).text

    assert said in text.splitlines()
    assert "Opens an incident" not in text


def test_a_namespace_without_a_context_is_called_one():
    text = WORDS.confirm(a_preview(where="default")).text

    assert "namespace default: IDEOGRAM_FALLBACK false → true." in text


def test_a_long_confirm_is_cut_where_it_matters_least():
    preview = a_preview(where="w" * 200, warnings=("long " * 60, "longer " * 60))

    text = WORDS.confirm(preview).text

    assert len(text) <= 300
    assert "Opens an incident" in text
    assert text.endswith("…")


def test_a_draft_can_be_sent_without_typing():
    run = a_run(state=State.EFFECTIVE, finished_at=NIGHT + timedelta(seconds=47))

    full = WORDS.draft(Seen(an_incident(), a_diagnosis(), SICK, run))
    empty = WORDS.draft(Seen(an_incident()))

    assert full == UpdateDraft(
        impact="Users see placeholders instead of new images",
        cause="Ideogram is down, not us (V3 503 in 0.4 s)",
        action="Enable Fallback effective in 47 s, monitoring for resolution",
        title="Ideogram is down, not us",
    )
    assert empty == UpdateDraft(
        impact="Image generation is affected (unreachable or all requests failing)",
        cause="Under investigation",
        action="Investigating",
        title="Trouble with image generation",
    )


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("INC-1, 50% (of 2026-11-20): it's 3/4.", "INC-1, 50% (of 2026-11-20): it's 3/4."),
        ("two  spaces", "two spaces"),
        ("1. item", r"1\. item"),
        ("12) item", r"12\) item"),
        ("- item", r"\- item"),
        ("*bold*", r"\*bold\*"),
        ("&lt;", r"\&lt;"),
        ("a\nb", "a b"),
    ],
)
def test_a_value_stays_words_in_a_document(typed, written):
    assert markdown(typed) == written


UNDEFINED = {
    "name": ("{{ mesage.text }}", "nothing is called mesage"),
    "field": ("{{ message.txet }}", "message has no txet"),
    "macro": ("{{ m.durration(1) }}", "m has no durration"),
}


@pytest.mark.parametrize(("text", "what"), UNDEFINED.values(), ids=UNDEFINED.keys())
def test_a_name_that_nobody_gives_is_found_before_anything_is_sent(tmp_path, text, what):
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "note.j2").write_text("{% block lead %}\n" + text + "{% endblock %}")

    (problem,) = Templates(tmp_path).problems()

    assert problem.message == f"Template messages/note.j2, line 2: {what}."


def test_own_templates_lie_over_ours_file_by_file(tmp_path):
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "note.j2").write_text("{% block lead %}Mine{% endblock %}")

    words = Templates(tmp_path)

    assert words.wording(Note(NoteKind.RESOLVED, IncidentId(1))).lead == "Mine"
    assert words.label("button.declare") == "Declare Incident"


def test_a_broken_own_template_is_named_with_its_line(tmp_path):
    (tmp_path / "confirm.j2").write_text("\n{% block %}")

    (problem,) = Templates(tmp_path).problems()

    assert problem.message.startswith("Template confirm.j2, line 2:")


def test_a_full_postmortem_holds_every_field_of_the_runbook():
    incident = an_incident(
        cause=Cause.OUTAGE,
        impact="Images failed.",
        owner=ANA,
        acknowledged_at=NIGHT,
        resolved_at=NIGHT + timedelta(minutes=36),
        status=Status.RESOLVED,
    )

    document = WORDS.document(
        a_postmortem(
            incident=incident,
            diagnosis=a_diagnosis(steps=(HumanStep(1, "Ask Ideogram for a report"),)),
            people=((ANA, "Ana"),),
            results=SICK[2:3],
            mitigations=(a_run(state=State.EFFECTIVE, finished_at=NIGHT + timedelta(seconds=47)),),
            gaps=("no update for 52 min, promised 30",),
        )
    )

    assert document == FULL


FULL = """\
## Incident: Ideogram outage
**Date:** 2026-11-20 | **Duration:** 0h 44m | **Severity:** P1

**Started:** not known | **First seen:** 2026-11-20 02:56:00 | **Declared:** 2026-11-20 03:04:00

INC-42, Ideogram is down. Service: ideogram-service. Status: RESOLVED. Owner: Ana. \
All times are UTC.

### Summary
Impact: Images failed. Ideogram was down, not us (origin: Ideogram). Enable Fallback: effective \
in 47 s.

| Time to | |
|---|---|
| acknowledge | 8 min |
| mitigate | not mitigated |
| resolve | 44 min |

### Timeline
- 2026-11-20 03:04:00 - Triage: provider, P1 - Ana - [T-118](https://x.slack.com/archives/C0/p1)

### Root Cause
**Draft, from the diagnosis; no person has confirmed it.** Ideogram was down, not us. Ideogram \
answers with server errors. Branch taken: 5xx on every call. What would have changed the verdict: \
a V3 200.

### Evidence
- generate-v3: unhealthy - 503 in 0.4 s (status 503) - 2026-11-20 03:04:00

### Mitigations
- 2026-11-20 03:04:00 - Enable Fallback: effective in 47 s, pressed by Ana - prod-eu/default: \
IDEOGRAM_FALLBACK false → true - M-3f2a91

### Gaps
- no update for 52 min, promised 30

### Action Items
- [ ] Fix: Let the service fall back by itself after repeated 5xx - Owner: Ana - Due: 2026-12-04
- [ ] Prevention: close the gap "no update for 52 min, promised 30" - Owner: Ana - Due: 2026-12-04

Drafted 2026-11-20 03:04:00 UTC from the records of the bot.
"""


def test_an_almost_empty_postmortem_says_what_is_not_known():
    document = WORDS.document(a_postmortem(incident=an_incident(), lines=()))

    assert "## Incident: Ideogram trouble" in document
    assert "**Duration:** ongoing" in document
    assert "Declared by hand; no triage led to this incident." in document
    assert "- Nothing was recorded." in document
    assert "**Not known yet.**" in document
    assert "- [ ] Fix: what keeps this from happening again?" in document


def test_a_persons_root_cause_is_no_draft():
    document = WORDS.document(a_postmortem(incident=an_incident(root_cause="The key ended")))

    assert "### Root Cause\nThe key ended\n" in document


def test_a_hostile_title_stays_text_in_the_document():
    incident = an_incident(title=HOSTILE, root_cause="# " + HOSTILE)

    document = WORDS.document(a_postmortem(incident=incident))

    neutral = (
        "\\<!channel\\> \\*&\\* \\[x\\](javascript:alert(1)) \\`q\\` {{ 7\\*7 }} {% x %} # it's"
    )
    assert f"INC-42, {neutral} over" in document
    assert f"### Root Cause\n\\# {neutral} over" in document


def test_a_link_that_is_no_web_address_becomes_its_id():
    document = WORDS.document(a_postmortem(lines=(a_line(link="javascript:alert(1)"),)))

    assert "- Ana" not in document
    assert document.count("- T-118\n") == 1


def test_other_messages_have_no_document():
    with pytest.raises(TypeError, match="trouble has no document"):
        WORDS.document(Trouble("x"))
