"""Every class of answer, every body shape that was seen, and anything else."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import AnswerClass as Answer
from bot.domain.answer import ApiKey, Exchange, Failure, Phase, SecretText
from bot.domain.classes import (
    classify,
    error_text,
    has_spent,
    image_url,
    is_below_500,
    max_inflight,
    quoted_micros,
)

PICTURE = {"url": "https://ideogram.ai/x.png?exp=1&sig=2", "is_image_safe": True}


def answered(status, body=None):
    return Exchange("POST /generate", status, body, None, Phase.BODY, timedelta(seconds=1))


def failed(failure):
    return Exchange("POST /generate", None, None, failure, Phase.CONNECT, timedelta(seconds=1))


CASES = {
    "image": (200, {"data": [PICTURE]}, Answer.IMAGE),
    "image-among-unsafe": (200, {"data": [{"is_image_safe": False, "url": ""}, PICTURE]}, "image"),
    "image-without-the-flag": (200, {"data": [{"url": "https://x"}]}, Answer.IMAGE),
    "unsafe-200": (200, {"data": [{"is_image_safe": False, "url": ""}]}, Answer.UNSAFE),
    "empty-data": (200, {"data": []}, Answer.SERVER_ERROR),
    "html-200": (200, "<html>", Answer.SERVER_ERROR),
    "null-200": (200, None, Answer.SERVER_ERROR),
    "data-is-no-list": (200, {"data": "x"}, Answer.SERVER_ERROR),
    "items-are-no-objects": (200, {"data": [1, None]}, Answer.SERVER_ERROR),
    "402-without-reason": (402, {"error": "x"}, Answer.UNFUNDED),
    "402-insufficient": (402, {"reject_reason": "insufficient_funds"}, Answer.UNFUNDED),
    "402-unknown-reason": (402, {"reject_reason": "new"}, Answer.UNFUNDED),
    "402-plan": (402, {"reject_reason": "subscription_required"}, Answer.PLAN),
    "429-daily-limit": (429, {"reject_reason": "daily_limit"}, Answer.PLAN),
    "429-unfunded": (429, {"reject_reason": "insufficient_funds"}, Answer.UNFUNDED),
    "400-unfunded": (400, {"reject_reason": "insufficient_funds"}, Answer.UNFUNDED),
    "403-unfunded": (403, {"reject_reason": "insufficient_funds"}, Answer.UNFUNDED),
    "422-unfunded": (422, {"reject_reason": "insufficient_funds"}, Answer.UNFUNDED),
    "503-unfunded": (503, {"reject_reason": "insufficient_funds"}, Answer.UNFUNDED),
    "200-unfunded": (200, {"reject_reason": "insufficient_funds"}, Answer.UNFUNDED),
    "image-whatever-the-reason-beside-it": (
        200,
        {"data": [PICTURE], "reject_reason": "insufficient_funds"},
        Answer.IMAGE,
    ),
    "403-daily-limit": (403, {"reject_reason": "daily_limit"}, Answer.DENIED),
    "429-inflight": (429, {"reject_reason": "inflight_limit"}, Answer.RATE_LIMITED),
    "429-reason-is-no-text": (429, {"reject_reason": 7}, Answer.RATE_LIMITED),
    "401": (401, {"message": "Access denied."}, Answer.DENIED),
    "403": (403, None, Answer.DENIED),
    "422-safety": (422, {"error": "failed safety check"}, Answer.UNSAFE),
    "422-field-errors": (422, {"detail": [{"loc": ["prompt"]}]}, Answer.BAD_REQUEST),
    "400": (400, {"detail": "x"}, Answer.BAD_REQUEST),
    "404": (404, None, Answer.BAD_REQUEST),
    "415": (415, None, Answer.BAD_REQUEST),
    "500": (500, "<html>", Answer.SERVER_ERROR),
    "503": (503, None, Answer.SERVER_ERROR),
    "302": (302, None, Answer.SERVER_ERROR),
}


@pytest.mark.parametrize(("status", "body", "expected"), CASES.values(), ids=CASES.keys())
def test_the_class_of_an_answer(status, body, expected):
    assert classify(answered(status, body)) == expected


def test_a_timeout_is_a_class_of_its_own():
    assert classify(failed(Failure.TIMED_OUT)) is Answer.TIMED_OUT


@pytest.mark.parametrize("failure", [Failure.DNS, Failure.REFUSED, Failure.TLS, Failure.BROKEN])
def test_every_other_failure_is_no_answer(failure):
    assert classify(failed(failure)) is Answer.NO_ANSWER


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "url", "error", "detail", "reject_reason", "is_image_safe"]),
            inner,
        )
    ),
)


@given(st.integers(100, 599), json_values)
def test_no_status_and_no_body_crashes_the_reader(status, body):
    exchange = answered(status, body)

    assert classify(exchange) in Answer
    assert error_text(body) is None or isinstance(error_text(body), str)
    assert has_spent(exchange) in (True, False)
    assert type(max_inflight(body)) in (int, type(None))
    assert image_url(exchange) is None or classify(exchange) is Answer.IMAGE or status >= 300


def test_the_signed_address_of_a_picture_is_never_shown():
    url = image_url(answered(200, {"data": [PICTURE]}))

    assert url is not None
    assert url.value == PICTURE["url"]
    assert "sig" not in f"{url} {url!r}"


def test_a_key_is_never_shown():
    key = ApiKey(SecretText("a-very-secret-key"), "1a2b3c4d", "secret ideogram-secrets")

    assert "very-secret" not in f"{key} {key!r}"


def test_the_limit_of_a_429_is_read():
    assert max_inflight({"max_inflight_requests": 10}) == 10
    assert max_inflight({"max_inflight_requests": True}) is None
    assert max_inflight("x") is None


def test_the_error_text_is_the_first_string():
    assert error_text({"error": 1, "message": "", "detail": "why"}) == "why"
    assert error_text(["x"]) is None


def test_a_price_quote_is_read():
    quote = {"object": "price_quote", "usd_micros": 60000}

    assert quoted_micros(answered(200, quote)) == 60000
    assert quoted_micros(answered(200, {"object": "image", "usd_micros": 1})) is None
    assert quoted_micros(answered(401, quote)) is None
    assert quoted_micros(answered(200, {"object": "price_quote"})) is None


def test_a_dry_run_that_made_an_image_is_seen():
    assert has_spent(answered(200, {"generation_id": "g"}))
    assert not has_spent(answered(200, {"object": "price_quote"}))
    assert not has_spent(answered(500, {"data": []}))


def test_any_answer_below_500_shows_that_somebody_is_there():
    assert is_below_500(404)
    assert not is_below_500(500)
    assert not is_below_500(None)


@given(st.integers(100, 599), json_values)
def test_only_a_whole_number_is_a_price(status, micros):
    quote = {"object": "price_quote", "usd_micros": micros}
    is_price = type(micros) is int and 200 <= status < 300

    assert quoted_micros(answered(status, quote)) == (micros if is_price else None)
