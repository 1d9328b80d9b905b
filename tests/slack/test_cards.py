"""Which buttons a message carries, where they stand, and that each message is within limits."""

from dataclasses import replace

import pytest

from bot.domain.beside import Beside
from bot.domain.diagnosis import Cause, Mode, Origin
from bot.domain.ids import IncidentId, MitigationId, PreviewId, ServiceName, TriageId
from bot.domain.incident import Status
from bot.domain.message import (
    Answer,
    AnswerKind,
    IncidentCard,
    MitigationOffers,
    MitigationOutcome,
    MitigationProgress,
    Note,
    NoteKind,
    TriageState,
    Trouble,
)
from bot.domain.mitigation import MitigationKind, State
from bot.domain.person import Sight, Witness
from bot.domain.severity import Severity
from bot.domain.triage_table import TriageLine, TriageTable
from bot.slack import ids
from bot.slack.cards import draw
from tests.builders import ANA, NIGHT, a_preview, a_run, an_incident
from tests.sayings import (
    BILLING,
    HOSTILE,
    VERIFIED,
    WORDS,
    a_card,
    a_diagnosis,
    a_healthy_card,
    a_line,
    a_postmortem,
)
from tests.slack_limits import check_call

ENABLE = a_preview()
DISABLE = a_preview(id=PreviewId("p2"), kind=MitigationKind.DISABLE_FALLBACK)
UNDO = replace(DISABLE, id=PreviewId("p3"), undoes=MitigationId("m1"))
REDUCE = a_preview(id=PreviewId("p4"), kind=MitigationKind.REDUCE_CONCURRENCY)


def drawn(message, **options):
    made = draw(message, WORDS.wording(message), WORDS, **options)
    check_call("chat.postMessage", {"channel": "C1", "text": made.text, "blocks": made.blocks})
    return made


def elements(message, **options):
    rows = [block for block in drawn(message, **options).blocks if block["type"] == "actions"]
    return rows[0]["elements"] if rows else []


def labels(message, **options):
    return [one["text"]["text"] for one in elements(message, **options) if one["type"] == "button"]


def menu(message):
    found = [one for one in elements(message) if one["type"] == "overflow"]
    return [option["text"]["text"] for option in found[0]["options"]] if found else []


def test_a_card_is_header_sentence_evidence_buttons_and_one_small_line():
    kinds = [block["type"] for block in drawn(a_card(offers=(ENABLE,))).blocks]

    assert kinds == ["header", "section", "section", "actions", "context"]


def test_the_first_mitigation_leads_and_declare_and_evidence_keep_a_place():
    card = a_card(offers=(ENABLE, REDUCE))

    assert labels(card) == ["Enable Fallback", "Declare Incident", "Show Evidence"]
    assert menu(card) == ["Reduce Concurrency", "Run Again", "Copy Report for Ideogram"]


def test_only_a_runnable_mitigation_is_primary_and_it_asks_before():
    first, second, *_ = elements(a_card(offers=(ENABLE,)))

    assert (first["style"], first["action_id"]) == ("primary", "press-enable-fallback")
    assert first["confirm"]["title"]["text"] == "Enable Fallback on ideogram-service?"
    assert first["value"] == '{"do":"press","p":"p1"}'
    assert "style" not in second


def test_a_mitigation_in_the_menu_is_offered_before_it_can_be_pressed():
    card = a_card(offers=(ENABLE, REDUCE))
    options = elements(card)[-1]["options"]

    assert ids.decode(options[0]["value"]) == ids.Value(
        "offer", kind=MitigationKind.REDUCE_CONCURRENCY
    )


@pytest.mark.parametrize("state", [TriageState.RUNNING, TriageState.SO_FAR, TriageState.JUDGED])
def test_there_are_no_buttons_before_a_verdict_and_what_it_offers(state):
    assert labels(a_card(state=state, offers=(ENABLE,))) == []


def test_buttons_stay_where_they_are_from_the_early_to_the_final_verdict():
    early = a_card(state=TriageState.EARLY, offers=(ENABLE,))

    assert elements(early) == elements(replace(early, state=TriageState.FINAL))


def test_an_interrupted_triage_can_only_be_run_again():
    assert labels(a_card(state=TriageState.INTERRUPTED, diagnosis=None)) == ["Run Again"]


def test_a_declared_triage_keeps_its_evidence_alone():
    taken = a_card(incident_id=IncidentId(42), offers=(ENABLE,))

    assert labels(taken) == ["Show Evidence"]
    assert labels(replace(taken, triage_id=None)) == []


def test_while_an_incident_is_open_no_second_one_is_declared():
    assert "Declare Incident" not in labels(a_card(open_incident=IncidentId(7), offers=(ENABLE,)))


def test_healthy_offers_another_look_and_the_evidence():
    assert labels(a_healthy_card()) == ["Images Look Bad", "Run Again", "Show Evidence"]


def test_fallback_still_on_leads_with_disabling_it():
    card = a_healthy_card(fallback_on=True, offers=(DISABLE,))

    assert labels(card) == ["Disable Fallback", "Run Again", "Show Evidence"]


@pytest.mark.parametrize("cause", [Cause.AUTH, Cause.CREDITS_EXHAUSTED, Cause.CREDITS_LOW])
def test_where_money_may_be_the_reason_the_billing_owner_is_asked(cause):
    assert "Ask Billing Owner" in labels(a_card(diagnosis=a_diagnosis(cause)))


def test_a_reduction_still_on_offers_to_end_it_without_urging():
    restore = a_preview(kind=MitigationKind.RESTORE_CONCURRENCY)
    card = a_healthy_card(fallback_on=False, offers=(restore,))

    assert labels(card) == ["Restore Concurrency", "Run Again", "Show Evidence"]
    assert menu(card) == ["Images Look Bad"]
    assert "style" not in elements(card)[0]


def test_after_free_checks_a_full_triage_is_offered():
    assert labels(a_healthy_card(mode=Mode.QUICK))[0] == "Run Full Triage"


@pytest.mark.parametrize("cause", [Cause.UNDETERMINED, Cause.OWN_NETWORK])
def test_where_users_are_out_of_sight_a_person_is_asked(cause):
    card = a_card(diagnosis=a_diagnosis(cause, Severity.P1))

    assert labels(card) == ["Users Are Failing", "Users Are Fine", "Run Again"]
    assert menu(card) == ["Declare Incident", "Show Evidence"]


def test_the_questions_stay_after_an_answer():
    unsaid = a_card(diagnosis=a_diagnosis(Cause.UNDETERMINED, Severity.P1))
    said = Beside(person=Witness(Sight.FINE, ANA, NIGHT))

    assert elements(replace(unsaid, beside=said)) == elements(unsaid)


def test_undetermined_without_a_database_can_be_declared_or_looked_at_again():
    card = a_card(triage_id=None, diagnosis=a_diagnosis(Cause.UNDETERMINED, Severity.P1))

    assert labels(card) == ["Declare Incident", "Run Again"]


MONEY = [Cause.AUTH, Cause.CREDITS_EXHAUSTED]


@pytest.mark.parametrize("cause", MONEY)
def test_where_money_may_cure_its_owner_is_asked_and_an_image_verifies(cause):
    card = a_card(offers=(ENABLE,), diagnosis=a_diagnosis(cause, origin=Origin.ACCOUNT))

    assert labels(card) == ["Enable Fallback", "Ask Billing Owner", "Declare Incident"]
    assert menu(card) == [
        "Verify Generation",
        "Show Evidence",
        "Copy Report for Ideogram",
        "Run Again",
    ]


@pytest.mark.parametrize("cause", MONEY)
def test_an_incident_about_money_keeps_what_its_triage_could_do(cause):
    card = an_open_card(
        incident=an_incident(cause=cause, acknowledged_at=NIGHT, triage_id=TriageId(118)),
        offers=(UNDO, DISABLE),
    )

    assert menu(card) == [
        "Disable Fallback",
        "Verify Generation",
        "Ask Billing Owner",
        "Show Timeline",
        "Show Evidence",
    ]


@pytest.mark.parametrize("origin", [Origin.US, Origin.NETWORK, None])
def test_there_is_nothing_to_report_of_faults_that_are_not_theirs(origin):
    card = a_card(diagnosis=a_diagnosis(Cause.REQUEST_BUG, origin=origin))

    assert "Copy Report for Ideogram" not in menu(card)


def test_the_request_to_the_billing_owner_opens_the_page_for_it():
    (button,) = elements(BILLING)

    assert button["text"]["text"] == "Open Billing"
    assert (button["url"], ids.decode(button["value"]).do) == (BILLING.billing_url, ids.LINK)


def test_a_verified_image_leads_with_ending_the_fallback():
    assert primary(replace(VERIFIED, offers=(DISABLE,))) == ["Disable Fallback"]
    assert labels(VERIFIED) == []


def test_without_a_database_there_is_no_evidence_to_open():
    assert labels(a_card(triage_id=None)) == ["Declare Incident"]


LATE_POSTS = [
    (MitigationOutcome(a_run(state=State.EFFECTIVE), undo=UNDO), ["Run Again"]),
    (MitigationOffers(ENABLE.service, (ENABLE, REDUCE)), ["Run Again"]),
    (MitigationOutcome(a_run(state=State.STOPPED)), []),
]


@pytest.mark.parametrize(("post", "kept"), LATE_POSTS)
def test_a_late_post_says_so_and_what_could_be_pressed_can_only_be_asked_anew(post, kept):
    made = drawn(post, late="Written 03:04, delivered 03:41")

    assert labels(post, late="x") == kept
    assert made.blocks[-1]["elements"][0]["text"].startswith("Written 03:04, delivered 03:41 · ")


def test_the_block_of_buttons_carries_version_and_service():
    (block,) = [one for one in drawn(a_card(), revision=7).blocks if one["type"] == "actions"]

    assert block["block_id"] == "actions/7/ideogram-service"


def an_open_card(**changes):
    values = {"incident": an_incident(acknowledged_at=NIGHT, triage_id=TriageId(118))}
    return IncidentCard(**(values | changes))


def primary(message):
    return [one["text"]["text"] for one in elements(message) if one.get("style") == "primary"]


def test_an_unowned_incident_asks_to_be_taken():
    assert "Acknowledge" in labels(IncidentCard(an_incident()))


def test_the_primary_button_of_an_incident_follows_its_state():
    first = an_open_card(offers=(ENABLE,), primary=MitigationKind.ENABLE_FALLBACK)
    mitigated = an_open_card(offers=(UNDO,))
    back = an_open_card(offers=(UNDO, DISABLE), primary=MitigationKind.DISABLE_FALLBACK)
    over = an_open_card(primary="resolve")

    assert labels(first) == ["Enable Fallback", "Post Update", "Resolve"]
    assert labels(mitigated) == ["Post Update", "Resolve", "Undo Fallback"]
    assert labels(back) == ["Disable Fallback", "Post Update", "Resolve"]
    assert labels(over) == ["Resolve", "Post Update"]
    assert [primary(one) for one in (first, mitigated, back, over)] == [
        ["Enable Fallback"],
        ["Post Update"],
        ["Disable Fallback"],
        ["Resolve"],
    ]


def test_the_menu_of_an_incident_holds_the_rest():
    card = an_open_card(offers=(UNDO, DISABLE))

    assert menu(card) == ["Disable Fallback", "Acknowledge", "Show Timeline", "Show Evidence"]


def test_a_resolved_incident_leads_to_its_postmortem():
    card = IncidentCard(an_incident(status=Status.RESOLVED), offers=(UNDO,))

    assert labels(card) == ["Rewrite Postmortem", "Show Timeline"]


def test_an_outcome_offers_the_undo_and_leads_with_it_when_it_failed():
    good = MitigationOutcome(a_run(state=State.EFFECTIVE), undo=UNDO)
    bad = MitigationOutcome(a_run(state=State.STUCK), undo=UNDO)

    assert (labels(good), primary(good)) == (["Undo Fallback"], [])
    assert primary(bad) == ["Undo Fallback"]


def test_an_outcome_without_undo_has_no_button():
    assert labels(MitigationOutcome(a_run(state=State.STOPPED))) == []


def test_offers_are_buttons_with_dialogs():
    offered = elements(MitigationOffers(ENABLE.service, (ENABLE, REDUCE)))

    assert [one["text"]["text"] for one in offered] == ["Enable Fallback", "Reduce Concurrency"]
    assert all("confirm" in one for one in offered)


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
