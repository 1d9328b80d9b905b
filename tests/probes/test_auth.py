"""Is the key accepted?"""

from decimal import Decimal

import pytest

from bot.domain.answer import AnswerClass
from bot.domain.probe import Outcome, ProbeKind
from tests.fakes.ideogram import IMAGE_BODY, an_exchange


async def test_a_price_quote_is_healthy_and_names_the_key_by_fingerprint(bench):
    result = await bench.measure(ProbeKind.AUTH, bench.subject(key_note="two keys"))

    assert (result.outcome, result.cost) == (Outcome.HEALTHY, 0)
    assert result.facts == {
        "key": bench.subject().key.fingerprint,
        "key_source": "secret ideogram-secrets",
        "key_note": "two keys",
        "quote_usd": "0.06",
    }


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_is_unhealthy(bench, status):
    bench.ideogram.answers["quote"] = an_exchange(status, {"message": "Access denied."})

    result = await bench.measure(ProbeKind.AUTH)

    assert (result.outcome, result.answer) == (Outcome.UNHEALTHY, AnswerClass.DENIED)
    assert result.detail == f"{status} in 0.4 s: Access denied."


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (an_exchange(503), AnswerClass.SERVER_ERROR),
        (an_exchange(429), AnswerClass.RATE_LIMITED),
        (an_exchange(404), AnswerClass.BAD_REQUEST),
        (an_exchange(200, {"object": "other"}), AnswerClass.SERVER_ERROR),
        (an_exchange(None), AnswerClass.NO_ANSWER),
    ],
    ids=["503", "429", "404", "200-without-a-quote", "refused"],
)
async def test_every_other_answer_is_unknown_and_keeps_its_class(bench, seen, expected):
    bench.ideogram.answers["quote"] = seen

    result = await bench.measure(ProbeKind.AUTH)

    assert (result.outcome, result.answer) == (Outcome.UNKNOWN, expected)
    assert result.answered is (seen.status is not None)


@pytest.mark.parametrize("body", [IMAGE_BODY, {"generation_id": "g"}], ids=["data", "id"])
async def test_an_image_instead_of_a_quote_was_paid_for(bench, body):
    bench.ideogram.answers["quote"] = an_exchange(200, body)

    result = await bench.measure(ProbeKind.AUTH)

    assert (result.outcome, result.cost) == (Outcome.UNKNOWN, Decimal("0.10"))
    assert result.facts["spent"] is True


async def test_a_path_that_cost_money_once_is_not_asked(bench):
    result = await bench.measure(ProbeKind.AUTH, bench.subject(dry_run_allowed=False))

    assert (result.outcome, result.ran, bench.ideogram.asked) == (Outcome.UNKNOWN, False, [])
    assert "/v2/image/generate/ideogram-4-5" in result.detail


async def test_without_a_key_nothing_is_asked(bench):
    result = await bench.measure(ProbeKind.AUTH, bench.subject(key=None, no_key="set X"))

    assert (result.outcome, result.ran, bench.ideogram.asked) == (Outcome.UNKNOWN, False, [])
    assert result.detail == "no key: set X"
    assert result.answered is None
