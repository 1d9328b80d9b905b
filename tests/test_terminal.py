"""What a terminal prints of a triage."""

import pytest

from bot.domain.diagnosis import HumanStep
from bot.domain.mitigation import MitigationKind
from bot.terminal import document, next_steps
from tests.builders import BEN
from tests.sayings import WORDS, a_card, a_diagnosis


@pytest.mark.parametrize(
    ("owner", "said"), [(BEN, f"the billing owner, {BEN}"), (None, "the billing owner")]
)
def test_whom_to_contact_is_named_where_it_is_configured(owner, said):
    found = a_diagnosis(contact="the billing owner", contact_id=owner)

    assert document(a_card(diagnosis=found), WORDS, [])["diagnosis"]["contact"] == said


def test_next_steps_are_buttons_and_what_people_do_by_their_place():
    found = a_diagnosis(steps=(HumanStep(2, "Send nothing twice"), HumanStep(1, "Ask users")))

    merged = next_steps(found, {MitigationKind.ENABLE_FALLBACK: 1}, WORDS)

    assert merged == ["Enable Fallback", "Ask users", "Send nothing twice"]
