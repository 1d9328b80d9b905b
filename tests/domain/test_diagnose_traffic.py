"""What users' requests decide: one claim per row, and per pair whose order matters."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain import facts
from bot.domain.answer import AnswerClass as Answer
from bot.domain.diagnose import diagnose
from bot.domain.diagnosis import Cause, Mode
from bot.domain.health import HealthState
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.severity import Severity
from bot.domain.thresholds import Thresholds
from bot.domain.traffic import TrafficState
from tests.builders import a_result
from tests.domain.measured import (
    IMAGE,
    NO_HEALTH,
    OLD_PODS,
    OWN_KEY,
    P95,
    all_well,
    auth,
    cut_off,
    health,
    legacy,
    no_traffic,
    traffic,
    v3,
)
from tests.domain.placeholders import BEHIND_PLACEHOLDERS

NO_QUOTE = a_result(ProbeKind.AUTH, Outcome.UNKNOWN, detail="price quotes are off", ran=False)
IMAGE_BY_SECRET = replace(v3(IMAGE), facts={facts.KEY_SOURCE: "secret ideogram-secrets"})
QUICK = {"p95": timedelta(seconds=6)}
ROWS = {
    "half-5xx-while-canaries-work": (all_well(traffic(50, server_error=50)), Cause.OUTAGE, "P1"),
    "some-5xx-while-canaries-work": (all_well(traffic(95, server_error=5)), Cause.OUTAGE, "P2"),
    "few-5xx": (all_well(traffic(96, server_error=4)), Cause.HEALTHY, None),
    "two-of-two-5xx-are-chance": (all_well(traffic(0, server_error=2)), Cause.HEALTHY, None),
    "half-timed-out": (all_well(traffic(50, timed_out=50)), Cause.TIMEOUT, "P1"),
    "5xx-beside-timeouts": (
        all_well(traffic(0, timed_out=90, server_error=10)),
        Cause.OUTAGE,
        "P1",
    ),
    "401-with-a-key-that-nothing-proves": (
        all_well(OWN_KEY, traffic(95, denied=5)),
        Cause.AUTH,
        "P1",
    ),
    "401-though-the-secrets-key-works": (
        all_well(traffic(50, denied=50)),
        Cause.OWN_SERVICE,
        "P1",
    ),
    "401-of-pods-with-an-old-key": (
        all_well(traffic(50, denied=50), OLD_PODS),
        Cause.STALE_KEY,
        "P1",
    ),
    "401-though-images-come-with-the-secrets-key-and-no-quote-is-asked": (
        all_well(NO_QUOTE, IMAGE_BY_SECRET, traffic(50, denied=50)),
        Cause.OWN_SERVICE,
        "P1",
    ),
    "401-of-pods-with-an-old-key-and-no-quote-is-asked": (
        all_well(NO_QUOTE, IMAGE_BY_SECRET, traffic(50, denied=50), OLD_PODS),
        Cause.STALE_KEY,
        "P1",
    ),
    "401-and-a-free-request-without-a-key-proves-nothing": (
        all_well(
            auth(Outcome.UNKNOWN, Answer.SERVER_ERROR, 503), traffic(50, denied=50), mode=Mode.QUICK
        ),
        Cause.AUTH,
        "P1",
    ),
    "403-while-the-key-is-good": (all_well(traffic(90, plan=10)), Cause.PLAN_LIMIT, "P2"),
    "403-while-the-key-is-good-and-our-own": (
        all_well(OWN_KEY, traffic(50, plan=50)),
        Cause.PLAN_LIMIT,
        "P1",
    ),
    "403-with-a-key-that-nothing-proves": (
        all_well(NO_QUOTE, v3(None), legacy(None), traffic(50, plan=50)),
        Cause.AUTH,
        "P1",
    ),
    "402": (all_well(traffic(50, unfunded=50)), Cause.CREDITS_EXHAUSTED, "P1"),
    "some-402": (all_well(traffic(90, unfunded=10)), Cause.CREDITS_EXHAUSTED, "P2"),
    "errors-that-nothing-explains": (
        all_well(traffic(50, unexplained=50)),
        Cause.OWN_SERVICE,
        "P1",
    ),
    "some-errors-that-nothing-explains": (
        all_well(traffic(90, unexplained=10)),
        Cause.OWN_SERVICE,
        "P2",
    ),
    "errors-that-a-failing-call-explains": (
        all_well(traffic(50, unexplained=50), v3(Answer.UNSAFE)),
        Cause.SAFETY,
        "P1",
    ),
    "bad-health-that-5xx-explain": (
        all_well(traffic(90, server_error=10), health(HealthState.DOWN)),
        Cause.OUTAGE,
        "P1",
    ),
    "slow": (all_well(traffic(**P95)), Cause.SLOW, "P2"),
    "a-slow-canary-beside-fast-users": (
        all_well(v3(IMAGE, seconds=40), traffic(**QUICK)),
        Cause.HEALTHY,
        None,
    ),
    "bad-health-beside-a-slow-canary-and-fast-users": (
        all_well(v3(IMAGE, seconds=40), traffic(**QUICK), health(HealthState.DOWN)),
        Cause.OWN_SERVICE,
        "P1",
    ),
    "a-slow-canary-where-users-are-out-of-sight": (
        all_well(v3(IMAGE, seconds=40), no_traffic(TrafficState.NO_TRAFFIC)),
        Cause.SLOW,
        "P2",
    ),
    "six-429-in-a-row": (all_well(traffic(in_a_row=6)), Cause.RATE_LIMIT, "P2"),
    "five-429-in-a-row": (all_well(traffic(in_a_row=5)), Cause.HEALTHY, None),
    "a-lasting-share-of-429": (all_well(traffic(88, rate_limited=12)), Cause.RATE_LIMIT, "P2"),
    "credits-low": (all_well(traffic(balance_usd=Decimal("9.99"))), Cause.CREDITS_LOW, "P2"),
    "credits-low-while-nobody-asks": (
        all_well(no_traffic(TrafficState.NO_TRAFFIC, balance_usd=Decimal("9.99"))),
        Cause.CREDITS_LOW,
        "P2",
    ),
    "credits-low-by-estimate": (
        replace(all_well(), balance=Decimal("9.99")),
        Cause.CREDITS_LOW,
        "P2",
    ),
    "credits-low-by-the-gauge-alone": (
        replace(all_well(traffic(balance_usd=Decimal(3))), balance=Decimal(50)),
        Cause.CREDITS_LOW,
        "P2",
    ),
    "credits-low-by-the-estimate-alone": (
        replace(all_well(traffic(balance_usd=Decimal(50))), balance=Decimal(3)),
        Cause.CREDITS_LOW,
        "P2",
    ),
    "credits-that-last": (all_well(traffic(balance_usd=Decimal(10))), Cause.HEALTHY, None),
    "half-malformed": (all_well(traffic(50, bad_request=50)), Cause.REQUEST_BUG, "P1"),
    "some-malformed": (all_well(traffic(90, bad_request=10)), Cause.REQUEST_BUG, "P2"),
    "unsafe": (all_well(traffic(89, unsafe=11)), Cause.SAFETY, "P3"),
    "a-tenth-unsafe": (all_well(traffic(90, unsafe=10)), Cause.HEALTHY, None),
    "pictures-lost": (all_well(traffic(downloads=100, lost=3)), Cause.DOWNLOAD, "P3"),
    "slow-downloads": (
        all_well(traffic(download_p95=timedelta(seconds=11))),
        Cause.DOWNLOAD,
        "P3",
    ),
    "no-traffic-is-quiet": (all_well(no_traffic(TrafficState.NO_TRAFFIC)), Cause.HEALTHY, None),
    "absent": (all_well(no_traffic(TrafficState.ABSENT)), Cause.MONITORING_GAP, "P4"),
    "stale": (all_well(no_traffic(TrafficState.STALE)), Cause.MONITORING_GAP, "P4"),
    "nan": (all_well(no_traffic(TrafficState.NAN)), Cause.MONITORING_GAP, "P4"),
    "failed": (all_well(no_traffic(TrafficState.FAILED)), Cause.MONITORING_GAP, "P4"),
    "one-wrong-query": (all_well(traffic(gaps="p95: 400")), Cause.MONITORING_GAP, "P4"),
    "a-gap-decides-nothing-where-a-call-was-not-measured": (
        all_well(v3(None), no_traffic(TrafficState.FAILED)),
        Cause.UNDETERMINED,
        "P4",
    ),
    "users-seen-failing-where-no-call-was-measured": (
        all_well(legacy(None), v3(None), traffic(0, server_error=340)),
        Cause.OUTAGE,
        "P1",
    ),
    "users-fine-by-traffic-alone": (all_well(v3(None), NO_HEALTH), Cause.UNDETERMINED, "P4"),
    "users-out-of-sight": (
        all_well(v3(None), NO_HEALTH, no_traffic(TrafficState.NO_TRAFFIC)),
        Cause.UNDETERMINED,
        "P1",
    ),
    "users-fail-behind-a-dead-network": (
        cut_off(a_result(ProbeKind.CONNECTIVITY, Outcome.UNHEALTHY), traffic(0, unexplained=50)),
        Cause.OWN_NETWORK,
        "P1",
    ),
    "failing-users-lift-a-p3": (
        all_well(v3(Answer.UNSAFE), traffic(40, server_error=0, unexplained=60)),
        Cause.SAFETY,
        "P1",
    ),
    "credits-exhausted-before-credits-low": (
        all_well(v3(Answer.UNFUNDED), traffic(balance_usd=Decimal(0))),
        Cause.CREDITS_EXHAUSTED,
        "P1",
    ),
    "outage-before-our-own-deploy": (
        all_well(traffic(0, server_error=50, unexplained=50)),
        Cause.OUTAGE,
        "P1",
    ),
    **BEHIND_PLACEHOLDERS,
}


@pytest.mark.parametrize(("seen", "cause", "severity"), ROWS.values(), ids=ROWS.keys())
def test_the_verdict(seen, cause, severity):
    diagnosis = diagnose(seen)

    assert (diagnosis.cause, diagnosis.severity) == (cause, severity)


BY_TRAFFIC = {
    name: seen
    for name, (seen, cause, _) in ROWS.items()
    if cause not in (Cause.HEALTHY, Cause.UNDETERMINED, Cause.OWN_NETWORK)
}


@pytest.mark.parametrize("name", [*BY_TRAFFIC])
def test_a_verdict_that_users_decide_rests_on_their_requests(name):
    spoken = {"canary", "lift", "call", "estimate", "exhausted", "outlast"}
    if not spoken & set(name.split("-")):
        assert ProbeKind.TRAFFIC in diagnose(BY_TRAFFIC[name]).evidence


def test_users_who_did_not_wait_say_nothing_against_a_slow_canary():
    seen = all_well(v3(IMAGE, seconds=40), traffic(0, timed_out=50, **QUICK))

    diagnosis = diagnose(seen)

    assert (diagnosis.cause, diagnosis.severity) == (Cause.TIMEOUT, "P1")
    assert [one.cause for one in diagnosis.also_seen] == [Cause.SLOW]


def test_thresholds_may_be_set():
    strict = replace(all_well(traffic(99, server_error=1)), thresholds=Thresholds(0.01, 0.01, 1))
    slow = replace(all_well(), thresholds=Thresholds(slow_after=timedelta(milliseconds=1)))

    assert diagnose(strict).severity is Severity.P1
    assert diagnose(replace(slow, results=_unseen(slow.results))).cause is Cause.SLOW


def test_the_figures_in_words_are_those_in_force():
    limits = Thresholds(slow_after=timedelta(seconds=20.5), low_balance_usd=Decimal("7.5"))
    seen = replace(all_well(traffic(p95=timedelta(seconds=25))), thresholds=limits)

    found = diagnose(seen)

    assert (found.cause, found.would_change) == (Cause.SLOW, "images in less than 20.5 s")
    assert found.limits == limits
    assert limits.in_words == {"slow": "20.5 s", "low_balance": "$7.50"}
    assert Thresholds().in_words == {"slow": "30 s", "low_balance": "$10"}


def _unseen(results):
    return {kind: one for kind, one in results.items() if kind is not ProbeKind.TRAFFIC}


def test_a_gauge_that_is_not_low_is_no_evidence_of_a_low_balance():
    seen = replace(all_well(traffic(balance_usd=Decimal(50))), balance=Decimal(3))

    assert diagnose(seen).evidence == ()
