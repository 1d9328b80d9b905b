"""The JSON document of a triage."""

import pytest

from bot.terminal import document
from tests.builders import BEN
from tests.sayings import WORDS, a_card, a_diagnosis


@pytest.mark.parametrize(
    ("owner", "said"), [(BEN, f"the billing owner, {BEN}"), (None, "the billing owner")]
)
def test_whom_to_contact_is_named_where_it_is_configured(owner, said):
    found = a_diagnosis(contact="the billing owner", contact_id=owner)

    assert document(a_card(diagnosis=found), WORDS, [])["diagnosis"]["contact"] == said
