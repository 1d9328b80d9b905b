"""What people may see of a request and its answer, and what never."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import ApiKey, Phase, SecretText
from bot.domain.evidence import EXCERPT_MAX_CHARS, excerpt, traced
from tests.builders import a_result
from tests.fakes.ideogram import IMAGE_BODY, an_exchange

KEY = ApiKey(SecretText("short-key"), "0a1b2c3d", "secret ideogram-secrets")
PHASES = ((Phase.DNS, timedelta(milliseconds=12)), (Phase.BODY, timedelta(milliseconds=400)))


def test_a_result_tells_request_phases_and_how_the_answer_begins():
    seen = an_exchange(503, {"error": "overloaded"}, phases=PHASES)

    result = traced(a_result(), seen)

    assert (result.request, result.phases) == ("POST /generate", PHASES)
    assert result.excerpt == '{"error": "overloaded"}'


def test_an_answer_to_a_paid_request_is_never_shown():
    assert traced(a_result(), an_exchange(200, "<html>"), paid=True).excerpt is None


def test_an_image_that_nobody_asked_for_is_not_shown_either():
    assert traced(a_result(), an_exchange(200, IMAGE_BODY)).excerpt is None


def test_a_refusal_of_a_paid_request_is_shown():
    seen = an_exchange(402, {"reject_reason": "insufficient_funds"})

    assert "insufficient_funds" in (traced(a_result(), seen, paid=True).excerpt or "")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (None, None),
        ("", None),
        ({"prompt": "a cat", "status": 400}, '{"prompt": "…", "status": 400}'),
        ({"image_url": ["https://x/y"]}, '{"image_url": "…"}'),
        ({"a": [{"user_email": "ana@example.com"}]}, '{"a": [{"user_email": "…"}]}'),
        ("see https://x/y.png?exp=1&sig=abc now", "see https://x/y.png?… now"),
        ("write to ana.b@example.com", "write to …"),
        ("key aB3-" + "x" * 40, "key …"),
        ('{"prompt": "a cat on a', '{"prompt": "…"'),
        ('{"Api-Key":12345,"x":1}', '{"Api-Key":"…","x":1}'),
        ("bad short-key here", "bad … here"),
        ("two\nlines\x00", "two lines"),
        ([1, [2, [3, [4, [5]]]]], '[1, [2, [3, [4, "…"]]]]'),
    ],
)
def test_an_excerpt_holds_no_secret(body, shown):
    assert excerpt(body, KEY) == shown


def test_an_excerpt_is_cut_and_says_so():
    found = excerpt("word " * 200)

    assert found is not None
    assert (len(found), found[-1]) == (EXCERPT_MAX_CHARS, "…")


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(json)
def test_any_body_becomes_one_short_line_without_a_query(body):
    found = excerpt(body) or ""

    assert len(found) <= EXCERPT_MAX_CHARS
    assert found.isprintable()
    assert not re.search(r"\?[^\s…\"'<>]", found)
