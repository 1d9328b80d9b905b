"""Values of buttons: small, of ids only, and tolerant of garbage."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import IncidentId, PreviewId, ServiceName, TriageId
from bot.domain.mitigation import MitigationKind
from bot.slack import ids

FULL = ids.Value(
    "offer", TriageId(118), IncidentId(42), PreviewId("p1"), MitigationKind.REDUCE_CONCURRENCY
)


def test_a_value_comes_back_equal():
    assert ids.decode(FULL.encode()) == FULL
    assert ids.decode(ids.Value("again").encode()) == ids.Value("again")


def test_absent_ids_take_no_room():
    assert ids.Value("evidence", triage=TriageId(118)).encode() == '{"do":"evidence","t":118}'


def test_an_offer_fits_an_option_of_the_menu():
    longest = max(MitigationKind, key=len)

    value = ids.Value("offer", incident=IncidentId(999_999_999), kind=longest)

    assert len(value.encode()) <= 75


@pytest.mark.parametrize("text", [None, "", "x", "[]", "{}", '{"do":1}', "null"])
def test_garbage_is_no_value(text):
    assert ids.decode(text) is None


def test_wrong_ids_are_left_out():
    found = ids.decode('{"do":"press","t":"x","i":true,"p":7,"k":"rm -rf"}')

    assert found == ids.Value("press")


@given(
    st.text()
    | st.integers(0, 5000).map("[".__mul__)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["do", "t", "i", "p", "k", "s"]), inner)
        ),
    ).map(json.dumps)
)
def test_no_text_makes_reading_fail(text):
    ids.decode(text)
    ids.service_of(text)


def test_a_block_names_version_and_service():
    name = ids.block_id(3, ServiceName("ideogram-service"))

    assert name == "actions/3/ideogram-service"
    assert ids.service_of(name) == "ideogram-service"
    assert ids.service_of(ids.block_id(1)) is None
    assert ids.service_of("actions/1/Not A Name") is None


def test_a_press_and_an_undo_of_one_kind_have_different_names():
    kind = MitigationKind.DISABLE_FALLBACK

    assert ids.press_id(kind, is_undo=False) != ids.press_id(kind, is_undo=True)
