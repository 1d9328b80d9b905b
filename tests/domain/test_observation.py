"""Few words about an exchange."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import facts
from bot.domain.answer import AnswerClass, Failure, Phase
from bot.domain.observation import (
    ago,
    canary_result,
    cost,
    happened,
    happened_and_said,
    one_line,
    slow_phase,
    took,
)
from bot.domain.probe import ProbeKind
from bot.integrations.key_reading import read_key
from tests.builders import NIGHT
from tests.fakes.ideogram import an_exchange

KEY = read_key("k", "s")
PRICE = Decimal("0.05")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["data", "error", "message", "detail", "reject_reason", "url"]), inner
        )
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("milliseconds", "words"), [(18, "18 ms"), (94, "94 ms"), (95, "0.1 s"), (5_800, "5.8 s")]
)
def test_short_durations(milliseconds, words):
    assert took(timedelta(milliseconds=milliseconds)) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(-5, "0 s"), (0.5, "30 s"), (59, "59 min"), (60, "1 h"), (47 * 60, "47 h"), (48 * 60, "2 d")],
)
def test_ages(minutes, words):
    assert ago(timedelta(minutes=minutes)) == words


@pytest.mark.parametrize("failure", list(Failure))
@pytest.mark.parametrize("phase", list(Phase))
def test_every_failure_has_words(failure, phase):
    assert happened(an_exchange(None, failure=failure, phase=phase))


def test_the_other_sides_words_follow_the_status():
    seen = an_exchange(400, {"detail": "'x' is not\none of [..]"})

    assert happened_and_said(seen, KEY) == "400 in 0.4 s: 'x' is not one of [..]"


def test_a_signed_url_loses_its_query():
    assert one_line("see https://a.example/x.png?sig=secret now") == (
        "see https://a.example/x.png?… now"
    )


def test_long_words_are_cut():
    assert one_line("x" * 100) == "x" * 79 + "…"


@pytest.mark.parametrize(
    ("phases", "slowest"),
    [
        ((), None),
        (((Phase.DNS, timedelta(1)), (Phase.FIRST_BYTE, timedelta(2))), "first byte"),
    ],
)
def test_the_slow_phase_is_the_longest(phases, slowest):
    assert slow_phase(an_exchange(200, phases=phases)) == slowest


def test_the_slow_phase_of_a_timeout_is_where_it_waited():
    seen = an_exchange(
        None,
        failure=Failure.TIMED_OUT,
        phase=Phase.TLS,
        phases=((Phase.CONNECT, timedelta(seconds=9)),),
    )

    assert slow_phase(seen) == "tls"


SLOW_NAME = ((Phase.DNS, timedelta(seconds=3)), (Phase.FIRST_BYTE, timedelta(seconds=4)))


@pytest.mark.parametrize(
    ("phases", "words"),
    [
        (SLOW_NAME, "image in 7.0 s, 3.0 s of it DNS"),
        (SLOW_NAME[1:], "image in 7.0 s"),
        (((Phase.TLS, timedelta(milliseconds=999)),), "image in 7.0 s"),
    ],
    ids=["dns", "its-own-time", "not-noticed"],
)
def test_an_image_names_the_phase_that_cost_time_beside_its_making(phases, words):
    body = {"data": [{"is_image_safe": True, "url": "https://ideogram.ai/x.png"}]}
    seen = an_exchange(200, body, phases=phases, latency=timedelta(seconds=7))

    result = canary_result(ProbeKind.GENERATE_V3, seen, key=KEY, price=PRICE, at=NIGHT)

    assert result.detail == words
    assert result.facts.get("slow_part") == (words.partition(", ")[2] or None)


def test_a_free_request_that_waited_for_the_other_side_says_so():
    seen = an_exchange(200, phases=SLOW_NAME, latency=timedelta(seconds=7))

    assert happened(seen) == "200 in 7.0 s, 4.0 s of it waiting for the first byte"


@pytest.mark.parametrize("phase", list(Phase))
def test_every_phase_has_words(phase):
    seen = an_exchange(200, phases=((phase, timedelta(seconds=2)),))

    assert "2.0 s of it" in happened(seen)


@pytest.mark.parametrize(
    ("seen", "counted"),
    [
        (an_exchange(200), PRICE),
        (an_exchange(302), PRICE),
        (an_exchange(402), 0),
        (an_exchange(503), 0),
        (an_exchange(None, sent=False), 0),
        (an_exchange(None, sent=True, failure=Failure.BROKEN), PRICE),
    ],
    ids=["image", "redirect", "refused", "failed", "not-sent", "broke-after-sending"],
)
def test_what_a_paid_request_counts(seen, counted):
    assert cost(seen, PRICE) == counted


@given(
    body=ANYTHING,
    status=st.none() | st.integers(100, 599),
    failure=st.none() | st.sampled_from(Failure),
)
def test_any_answer_makes_a_result_of_one_line(body, status, failure):
    if status is None and failure is None:
        failure = Failure.BROKEN
    seen = an_exchange(status, body, failure=failure)

    result = canary_result(ProbeKind.GENERATE_V3, seen, key=KEY, price=PRICE, at=NIGHT)

    assert isinstance(result.answer, AnswerClass)
    assert result.detail.isprintable()
    assert 0 < len(result.detail) < 140


def test_a_canary_names_the_place_its_key_came_from():
    key = read_key("k", "secret ideogram-secrets")

    result = canary_result(ProbeKind.GENERATE_V3, an_exchange(503), key=key, price=PRICE, at=NIGHT)

    assert result.facts[facts.KEY_SOURCE] == "secret ideogram-secrets"
