"""The provider's status page: read tolerantly, any document."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.status_page import StatusReading, read_status

EVERY = re.compile(".*")
API = re.compile("api", re.IGNORECASE)
WORDS = ["operational", "degraded_performance", "partial_outage", "major_outage", "new_word"]

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,  # a larger document only takes longer
)


def a_page(indicator="none", **components):
    listed = [{"name": name, "status": status} for name, status in components.items()]
    return {"status": {"indicator": indicator, "description": "…"}, "components": listed}


@pytest.mark.parametrize(
    ("page", "is_fine", "said"),
    [
        (a_page(API="operational"), True, "all operational"),
        (a_page(), True, "all operational"),
        (a_page("major", API="major_outage"), False, "API major outage"),
        (a_page("minor", API="operational"), False, "reports minor trouble"),
        (a_page("none", API="under_maintenance"), False, "API under maintenance"),
        ({"components": [{"name": "API", "status": "operational"}]}, True, "all operational"),
        ({"status": {"indicator": "critical"}}, False, "reports critical trouble"),
        (a_page("sideways", API="new_word"), None, "no component of ours"),
    ],
)
def test_components_and_indicator_tell_how_it_is(page, is_fine, said):
    reading = read_status(page, EVERY)

    assert reading.is_fine is is_fine
    assert reading.said.startswith(said)


@pytest.mark.parametrize(
    ("page", "is_fine"),
    [
        (a_page("major", API="operational", Website="major_outage"), True),
        (a_page("major", API="partial_outage", Website="operational"), False),
        (a_page("major", Website="major_outage"), None),
    ],
)
def test_only_components_that_concern_us_count(page, is_fine):
    assert read_status(page, API).is_fine is is_fine


def test_many_affected_components_are_counted_and_few_named():
    page = a_page(**{f"c{n}": "major_outage" for n in range(5)})

    reading = read_status(page, EVERY)

    assert reading == StatusReading(
        is_fine=False,
        said="c0 major outage, c1 major outage, c2 major outage and 2 more",
        affected=5,
    )


@pytest.mark.parametrize(
    "page", [None, [], "<html>", 7, {}, {"status": []}, {"components": [None, {"name": 1}]}]
)
def test_a_document_without_a_known_word_says_nothing(page):
    assert read_status(page, EVERY).is_fine is None


@given(json | st.fixed_dictionaries({"status": json, "components": st.lists(json)}))
def test_any_document_is_read(page):
    assert read_status(page, EVERY).said


@given(st.lists(st.tuples(st.text(), st.sampled_from(WORDS))))
def test_an_affected_component_is_never_called_fine(listed):
    page = {"components": [{"name": name, "status": status} for name, status in listed]}
    affected = [word for _, word in listed if word not in ("operational", "new_word")]

    reading = read_status(page, EVERY)

    assert reading.affected == len(affected)
    assert (reading.is_fine is False) == bool(affected)
