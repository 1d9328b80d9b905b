"""Which buttons an incident's card carries, and what is said of its mitigations."""

import pytest

from bot.domain.incident import Status
from bot.domain.message import IncidentCard, MitigationOffers, MitigationOutcome
from bot.domain.mitigation import MitigationKind, State
from tests.builders import a_run, an_incident
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
