"""Health documents in every shape."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.health import HealthState as State
from bot.domain.health import read_health
from tests.fakes.ideogram import an_exchange

PATH = "services.ideogram"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["services", "ideogram", "status", "fallback"]), inner)
    ),
)


def document(value):
    return {"services": {"ideogram": value}}


CASES = {
    "ok": (document("OK"), State.HEALTHY),
    "object": (document({"status": "degraded"}), State.DEGRADED),
    "down": (document("unhealthy"), State.DOWN),
    "fallback-flag": (document({"status": "ok", "fallback": True}), State.FALLBACK),
    "fallback-word": (document("disabled"), State.FALLBACK),
    "own-word": (document("groovy"), State.HEALTHY),
    "own-word-wins": (document("warn"), State.DOWN),
    "unknown-word": (document("purple"), State.UNKNOWN),
    "no-word": (document({"status": 3}), State.UNKNOWN),
    "path-missing": ({"services": {}}, State.UNKNOWN),
    "no-document": ("<html>", State.UNKNOWN),
}


@pytest.mark.parametrize(("body", "expected"), CASES.values(), ids=CASES.keys())
def test_a_health_document(body, expected):
    own = {"healthy": ("Groovy",), "down": ("warn",)}

    assert read_health(an_exchange(200, body), PATH, own).state is expected


def test_without_a_path_the_status_decides():
    assert read_health(an_exchange(204), None, {}).state is State.HEALTHY
    assert read_health(an_exchange(503), None, {}).state is State.DOWN
    redirected = read_health(an_exchange(302), None, {})
    assert (redirected.state, redirected.said) == (State.UNKNOWN, "302, a redirect")


def test_no_answer_means_down():
    reading = read_health(an_exchange(None), PATH, {})

    assert (reading.state, reading.said) == (State.DOWN, "no answer")


@pytest.mark.parametrize(("body", "status"), [(None, 302), ("Not found", 404), ({}, 503)])
def test_a_document_that_does_not_say_it_names_the_status_too(body, status):
    reading = read_health(an_exchange(status, body), PATH, {})

    assert (reading.state, reading.said) == (
        State.UNKNOWN,
        f"{status}, no {PATH} in the health document",
    )


@given(st.integers(100, 599), JSON, st.sampled_from([PATH, "services", "", "..", "services.0"]))
def test_any_document_is_read_as_some_state_in_few_words(status, body, path):
    reading = read_health(an_exchange(status, body), path, {"down": ("x",)})

    assert reading.state in State
    assert reading.said or reading.state is State.UNKNOWN
    assert len(reading.said) < 100
