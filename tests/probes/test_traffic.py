"""What do users get?"""

import math

import pytest

from bot.domain.metrics import Query, Reading
from bot.domain.probe import Outcome, ProbeKind
from tests.builders import NIGHT, a_service
from tests.fakes.metrics import SOURCE, FakeMetrics, a_reading, all_minutes, minutes, outcomes


@pytest.fixture
def metrics():
    return FakeMetrics()


async def measure(bench, metrics):
    subject = bench.subject(service=a_service(metrics=SOURCE))
    return await bench.measure(ProbeKind.TRAFFIC, subject, metrics=metrics)


async def test_users_who_get_pictures_are_healthy(bench, metrics):
    result = await measure(bench, metrics)

    assert result.outcome is Outcome.HEALTHY
    assert result.detail == "0 of 412 requests failed in 5 min, P95 5.8 s"
    assert (result.facts["state"], result.facts["requests"]) == ("seen", 412)


async def test_users_who_fail_are_counted_by_the_answer_they_got(bench, metrics):
    metrics.readings[Query.OUTCOMES] = outcomes(success=2, c503=338)

    result = await measure(bench, metrics)

    assert result.outcome is Outcome.UNHEALTHY
    assert result.detail == "338 of 340 requests failed in 5 min (338 5xx), P95 5.8 s"
    assert (result.facts["failed"], result.facts["count_server-error"]) == (338, 338)


async def test_a_busy_last_minute_is_judged_alone(bench, metrics):
    metrics.readings[Query.OUTCOMES] = outcomes(success=100, c503=300)
    metrics.recent = {Query.OUTCOMES: outcomes(success=40)}

    result = await measure(bench, metrics)

    assert result.outcome is Outcome.HEALTHY
    assert result.detail.startswith("0 of 40 requests failed in 1 min")


@pytest.mark.parametrize(
    ("changed", "state", "words"),
    [
        ({Query.OUTCOMES: outcomes(success=0)}, "no-traffic", "no requests in 5 min"),
        (
            {Query.OUTCOMES: Reading(), Query.P95: a_reading(math.nan)},
            "no-traffic",
            "no requests in 5 min",
        ),
        (
            {Query.OUTCOMES: Reading()},
            "absent",
            "no series for outcomes, though p95 shows requests",
        ),
        (
            {Query.OUTCOMES: Reading(), Query.NEWEST: Reading()},
            "absent",
            "Prometheus has no such series",
        ),
        ({Query.NEWEST: Reading()}, "stale", "the last scrape failed"),
        (
            {Query.NEWEST: a_reading(NIGHT.timestamp() - 600)},
            "stale",
            "the newest sample is 10 min old",
        ),
        ({Query.NEWEST: a_reading(1e300)}, "stale", "the newest sample is 365 d old"),
        ({Query.OUTCOMES: outcomes(success=float("nan"))}, "nan", "Prometheus answers NaN"),
        ({Query.NEWEST: a_reading(float("inf"))}, "nan", "Prometheus answers NaN"),
        ({Query.OUTCOMES: Reading(problem="400: parse error")}, "failed", "400: parse error"),
        ({Query.NEWEST: Reading(problem="no answer")}, "failed", "no answer"),
    ],
)
async def test_what_is_no_number_is_unknown_and_says_which(bench, metrics, changed, state, words):
    metrics.readings |= changed

    result = await measure(bench, metrics)

    assert (result.outcome, result.facts["state"]) == (Outcome.UNKNOWN, state)
    assert result.detail.startswith(words)
    assert "failed in" not in result.detail


async def test_a_wrong_query_beside_good_ones_is_named(bench, metrics):
    metrics.readings[Query.P95] = Reading(problem="400 in 0.1 s: parse error")

    result = await measure(bench, metrics)

    assert result.outcome is Outcome.HEALTHY
    assert result.facts["gaps"] == "p95: 400 in 0.1 s: parse error"
    assert result.detail.endswith("not read: p95: 400 in 0.1 s: parse error")


async def test_a_low_balance_hurts_even_when_nobody_asks_for_pictures(bench, metrics):
    metrics.readings |= {Query.OUTCOMES: outcomes(success=0), Query.BALANCE: a_reading(8.5)}

    result = await measure(bench, metrics)

    assert (result.outcome, result.facts["balance_usd"]) == (Outcome.UNHEALTHY, "8.50")
    assert result.detail == "no requests in 5 min, balance $8.50"


async def test_only_the_configured_prometheus_is_asked(bench, metrics):
    await measure(bench, metrics)

    assert {url for url, _ in metrics.asked} == {SOURCE.url}
    # Five count over a window, and over its end; one asks for the past.
    assert len(metrics.asked) == len(Query) + 5
    assert not any("$window" in expression for _, expression in metrics.asked)


async def test_without_prometheus_nothing_is_asked(bench, metrics):
    result = await bench.measure(ProbeKind.TRAFFIC, metrics=metrics)

    assert (result.outcome, result.ran, metrics.asked) == (Outcome.UNKNOWN, False, [])
    assert result.detail == "no Prometheus is configured"


FAILS = {Query.OUTCOMES: outcomes(success=2, c503=338)}


async def test_since_when_users_fail_is_a_fact_beside_the_counts(bench, metrics):
    metrics.readings |= FAILS
    metrics.past = minutes({"success": 60}, {"success": 30, "c503": 30}, {"c503": 60})

    result = await measure(bench, metrics)

    assert {name: found for name, found in result.facts.items() if name.startswith("onset")} == {
        "onset_at": "2026-11-20T03:02:30+00:00",
        "onset_sign": "failing",
        "onset_before": False,
        "onset_hit": 90,
        "onset_requests": 90,
        "onset_until": "2026-11-20T03:04:00+00:00",
    }


async def test_trouble_as_old_as_the_metrics_began_before_them(bench, metrics):
    metrics.readings |= FAILS
    metrics.past = all_minutes(c503=60)

    result = await measure(bench, metrics)

    assert (result.facts["onset_before"], result.facts["onset_at"][11:16]) == (True, "01:04")


async def test_the_past_is_asked_once_for_two_hours_of_minutes(bench, metrics):
    await measure(bench, metrics)

    (span,) = metrics.spans
    assert (len(span.moments), span.moments[-1]) == (121, NIGHT)
    assert any("[60s]" in one and "label_replace" in one for _, one in metrics.asked)


@pytest.mark.parametrize(
    "past", [Reading(), Reading(problem="400: parse error"), minutes({"c503": float("nan")})]
)
async def test_a_past_that_cannot_be_read_claims_nothing_and_hides_nothing(bench, metrics, past):
    metrics.readings |= FAILS
    metrics.past = past

    result = await measure(bench, metrics)

    assert result.outcome is Outcome.UNHEALTHY
    assert not any(name.startswith("onset") for name in result.facts)
    assert ("not read: history: 400: parse error" in result.detail) == bool(past.problem)


async def test_a_past_that_cannot_be_read_is_no_gap_while_users_are_seen_fine(bench, metrics):
    metrics.past = Reading(problem="400: parse error")

    result = await measure(bench, metrics)

    assert result.outcome is Outcome.HEALTHY
    assert "gaps" not in result.facts
    assert result.detail.endswith("not read: history: 400: parse error")


async def test_users_who_are_fine_now_have_no_onset(bench, metrics):
    metrics.past = all_minutes(c503=60)

    result = await measure(bench, metrics)

    assert not any(name.startswith("onset") for name in result.facts)
