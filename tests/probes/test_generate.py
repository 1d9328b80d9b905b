"""Do the generation calls make an image? Both probes keep the same claims."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.answer import AnswerClass, Failure, Phase
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.service import Call
from tests.fakes.ideogram import IMAGE_BODY, PICTURE_URL, an_exchange

PRICES = {ProbeKind.GENERATE_LEGACY: Decimal("0.05"), ProbeKind.GENERATE_V3: Decimal("0.03")}
CALLS = {ProbeKind.GENERATE_LEGACY: Call.LEGACY, ProbeKind.GENERATE_V3: Call.V3}


@pytest.fixture(params=list(PRICES))
def kind(request):
    return request.param


async def test_an_image_is_healthy_and_counts_its_price(bench, kind):
    result = await bench.measure(kind)

    assert (result.outcome, result.answer) == (Outcome.HEALTHY, AnswerClass.IMAGE)
    assert (result.detail, result.cost) == ("image in 0.4 s", PRICES[kind])
    assert bench.ideogram.asked == [CALLS[kind].value]
    assert result.request_id == "req-1"


async def test_the_url_goes_to_the_run_and_not_into_the_result(bench, kind):
    subject = bench.subject(canaries={kind})

    result = await bench.measure(kind, subject)

    assert subject.first_picture.result().value == PICTURE_URL
    assert "sig=" not in repr(result)


@pytest.mark.parametrize(
    ("seen", "expected", "detail"),
    [
        (an_exchange(503), AnswerClass.SERVER_ERROR, "503 in 0.4 s"),
        (an_exchange(200, "<html>"), AnswerClass.SERVER_ERROR, "200 in 0.4 s, no image"),
        (
            an_exchange(402, {"error": "Add credits", "reject_reason": "insufficient_funds"}),
            AnswerClass.UNFUNDED,
            "402 in 0.4 s: insufficient_funds",
        ),
        (an_exchange(None), AnswerClass.NO_ANSWER, "refused at connect"),
    ],
    ids=["503", "no-image", "402", "refused"],
)
async def test_a_failed_canary_is_unhealthy_and_says_how(bench, kind, seen, expected, detail):
    bench.ideogram.all_generations(seen)
    subject = bench.subject(canaries={kind})

    result = await bench.measure(kind, subject)

    assert (result.outcome, result.answer) == (Outcome.UNHEALTHY, expected)
    assert result.detail == detail
    assert subject.first_picture.result() is None


async def test_an_image_after_more_than_30_seconds_is_unhealthy(bench, kind):
    bench.ideogram.all_generations(an_exchange(200, IMAGE_BODY, latency=timedelta(seconds=31)))

    result = await bench.measure(kind)

    assert (result.outcome, result.answer) == (Outcome.UNHEALTHY, AnswerClass.IMAGE)
    assert result.detail == "image in 31.0 s"


async def test_a_429_tells_the_limit(bench, kind):
    bench.ideogram.all_generations(an_exchange(429, {"max_inflight_requests": 10}))

    result = await bench.measure(kind)

    assert result.facts["max_inflight"] == 10


async def test_a_timeout_tells_the_phase_and_counts_as_spent(bench, kind):
    bench.ideogram.all_generations(
        an_exchange(None, failure=Failure.TIMED_OUT, phase=Phase.FIRST_BYTE, sent=True)
    )

    result = await bench.measure(kind)

    assert (result.answer, result.cost) == (AnswerClass.TIMED_OUT, PRICES[kind])
    assert result.facts["phase"] == result.facts["slow_phase"] == "first byte"


async def test_without_a_key_nothing_is_sent_and_nobody_waits(bench, kind):
    subject = bench.subject(key=None, no_key="set X", canaries={kind})

    result = await bench.measure(kind, subject)

    assert (result.outcome, result.ran, result.answered) == (Outcome.UNKNOWN, False, None)
    assert bench.ideogram.asked == []
    assert subject.first_picture.result() is None


async def test_a_canary_that_is_given_up_lets_the_download_go(bench, kind):
    bench.ideogram.gate.clear()
    subject = bench.subject(canaries={kind})

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await bench.measure(kind, subject)

    assert subject.first_picture.result() is None
