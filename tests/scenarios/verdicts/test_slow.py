"""`slow`: images come, and take too long."""

import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio(loop_scope="session")

SLOW = ("slow", "provider", "P2", "slow")


def easily_slow(config):
    config["thresholds"] = {"slow_seconds": 0.3}  # a canary takes 0.5 s in this fault


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def strict(shared_place):
    async with shared_place.a_bot("strict", easily_slow) as bot:
        yield bot


async def test_a_p95_above_30_s_is_slow_though_the_canaries_are_fast(place):
    place.prometheus.sees(success=400, p95=41)

    found = await place.triage()

    assert found.verdict == SLOW
    assert found.evidence == ["traffic"]
    assert found.next_steps == ["Enable Fallback", "Or wait: pictures still come"]
    assert found.would_change == "images in less than 30 s"
    assert found.row("traffic")[0] == "unhealthy"
    assert "P95 41.0 s" in found.row("traffic")[1]


async def test_where_users_are_not_seen_a_slow_canary_is_enough(place, strict):
    await place.break_("slow")

    found = await strict.triage("no-metrics")

    assert found.verdict == SLOW
    assert found.evidence == ["generate-legacy", "generate-v3"]
    assert found.row("generate-v3")[0] == "unhealthy"


async def test_a_slow_canary_of_ours_is_not_what_users_get(place, strict):
    await place.break_("slow")
    place.prometheus.sees(success=400, p95=0.1)

    found = await strict.triage()

    assert found.cause == "healthy"


async def test_a_p95_that_is_no_number_says_nothing(place):
    place.prometheus.sees(success=400, p95="NaN")

    found = await place.triage()

    assert found.cause == "monitoring-gap"
    assert "p95: not a number" in found.row("traffic")[1]
