"""Health documents in every shape."""

import pytest

from bot.domain.health import HealthState as State
from bot.domain.health import read_health
from tests.fakes.ideogram import an_exchange

PATH = "services.ideogram"


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


def test_no_answer_means_down():
    reading = read_health(an_exchange(None), PATH, {})

    assert (reading.state, reading.said) == (State.DOWN, "no answer")
