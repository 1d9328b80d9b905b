"""Two reckonings of one balance that lie far apart: told where money may be the reason."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.answer import AnswerClass as Answer
from bot.domain.diagnose import diagnose
from bot.domain.probe import Outcome
from tests.domain.measured import OWN_KEY, all_well, auth, legacy, traffic, v3

APART = "balance $300.00 by the metrics, $500.00 by our own estimate"


def rich(*others, requests=None):
    seen = traffic(balance_usd=Decimal(300), **(requests or {}))
    return replace(all_well(seen, *others), balance=Decimal(500))


@pytest.mark.parametrize(
    "measured",
    [
        rich(),
        rich(v3(Answer.SERVER_ERROR, 503), legacy(Answer.SERVER_ERROR, 503)),
        rich(requests={"success": 0, "rate_limited": 100}),
        rich(requests={"success": 50, "denied": 50}),
    ],
    ids=["all well", "an outage", "a rate limit", "users with another key than the good one"],
)
def test_plenty_by_both_is_told_to_nobody_who_has_other_trouble(measured):
    assert APART not in diagnose(measured).contradictions


@pytest.mark.parametrize(
    "measured",
    [
        rich(v3(Answer.UNFUNDED, 402), legacy(Answer.UNFUNDED, 402)),
        rich(
            v3(Answer.DENIED, 401),
            legacy(Answer.DENIED, 401),
            auth(Outcome.UNHEALTHY, Answer.DENIED, 401),
        ),
        rich(v3(None), legacy(None), auth(Outcome.UNHEALTHY, Answer.DENIED, 401)),
        rich(requests={"success": 50, "unfunded": 50}),
        rich(OWN_KEY, requests={"success": 50, "denied": 50}),
    ],
    ids=["unfunded", "refused", "quote refused", "users unfunded", "users refused"],
)
def test_plenty_by_both_is_told_where_somebody_is_refused_as_one_who_cannot_pay(measured):
    assert APART in diagnose(measured).contradictions


@pytest.mark.parametrize(
    ("gauge", "words"),
    [
        (Decimal(3), ("balance $3.00 by the metrics, $50.00 by our own estimate",)),
        (Decimal(45), ()),
        (None, ()),
    ],
)
def test_two_balances_are_shown_where_they_are_far_apart(gauge, words):
    seen = replace(all_well(traffic(balance_usd=gauge)), balance=Decimal(50))

    assert diagnose(seen).contradictions == words
