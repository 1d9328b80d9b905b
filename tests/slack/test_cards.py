"""Which buttons the card of a triage carries, and where they stand."""

from dataclasses import replace

import pytest

from bot.domain.beside import Beside
from bot.domain.diagnosis import Cause, Mode, Origin
from bot.domain.ids import IncidentId, TriageId
from bot.domain.message import TriageState
from bot.domain.mitigation import MitigationKind
from bot.domain.person import Sight, Witness
from bot.domain.severity import Severity
from bot.slack import ids
from tests.builders import ANA, NIGHT, a_preview, an_incident
from tests.sayings import BILLING, VERIFIED, a_card, a_diagnosis, a_healthy_card
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
    primary,
)


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


def test_the_block_of_buttons_carries_version_and_service():
    (block,) = [one for one in drawn(a_card(), revision=7).blocks if one["type"] == "actions"]

    assert block["block_id"] == "actions/7/ideogram-service"
