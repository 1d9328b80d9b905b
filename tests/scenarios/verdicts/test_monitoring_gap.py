"""`monitoring-gap`: Ideogram works, and what Prometheus should tell of users cannot be read."""

import pytest

from bot.domain.diagnosis import Mode
from bot.domain.metrics import Query

pytestmark = pytest.mark.asyncio(loop_scope="session")

GAP = ("monitoring-gap", "us", "P4", "users unseen")


def absent(prometheus):
    prometheus.forget()


def stale(prometheus):
    prometheus.sees(success=400, age_seconds=600)


def scrape_failed(prometheus):
    del prometheus.series[Query.NEWEST]


def nan(prometheus):
    prometheus.series[Query.OUTCOMES] = [({}, "NaN")]


def failing(prometheus):
    prometheus.answer = (503, '{"status": "error", "error": "starting up"}', "application/json")


def one_query_nan(prometheus):
    prometheus.series[Query.P95] = [({}, "NaN")]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (absent, "Prometheus has no such series"),
        (stale, "the newest sample is 10 min old"),
        (scrape_failed, "the last scrape failed"),
        (nan, "Prometheus answers NaN"),
        (failing, "starting up"),
        (one_query_nan, "p95: not a number"),
    ],
)
async def test_metrics_that_say_nothing_are_a_gap_of_ours(place, broken, words):
    broken(place.prometheus)

    found = await place.triage()

    assert found.verdict == GAP
    assert found.evidence == ["traffic"]
    assert words in found.row("traffic")[1]
    assert found.next_steps == ["Mend the query or the scrape named under Not seen"]
    assert found.would_change == "requests of users in the metrics"


async def test_a_prometheus_that_is_away_is_a_gap(place):
    await place.prometheus.close()
    try:
        found = await place.triage()
    finally:
        await place.prometheus.reopen()

    assert found.verdict == GAP
    assert found.row("traffic") == ("unknown", "refused at connect")


async def test_a_wrong_query_in_the_config_is_a_gap_with_prometheus_own_words(place):
    found = await place.triage("wrong-query")

    assert found.verdict == GAP
    assert "400" in found.row("traffic")[1]
    assert "parse error: unclosed left parent" in found.row("traffic")[1]


async def test_it_is_seen_by_free_checks_too(place):
    absent(place.prometheus)

    assert (await place.triage(mode=Mode.QUICK)).verdict == GAP


async def test_quiet_hours_are_no_gap(place):
    place.prometheus.sees(success=0)

    found = await place.triage()

    assert found.cause == "healthy"
    assert found.row("traffic") == ("unknown", "no requests in 1 min")


async def test_beside_a_fault_it_is_only_not_looked_at(place):
    absent(place.prometheus)
    await place.break_("outage-503")

    found = await place.triage()

    assert (found.cause, found.also_seen) == ("outage", ["monitoring-gap"])
    assert "traffic" in {one["probe"] for one in found.not_looked_at}
