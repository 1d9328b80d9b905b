"""`credits-low`: pictures still come, and the money will not last."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOW = ("credits-low", "account", "P2", "balance low")


async def test_a_gauge_below_10_dollars_is_low(place):
    place.prometheus.sees(success=400, balance=8.5)

    found = await place.triage()

    assert found.verdict == LOW
    assert found.evidence == ["traffic"]
    assert "balance $8.50" in found.row("traffic")[1]
    assert found.next_steps == ["Ask the billing owner to top up before pictures stop"]
    assert found.would_change == "a top-up"


async def test_our_own_estimate_is_low_below_10_dollars_and_the_smaller_of_two_counts(place):
    async with place.a_bot("poor") as bot:
        await bot.recorded("9.00")
        found = await bot.triage("no-metrics")

        # No probe speaks for it: the estimate is no measurement, and stands beside with its age.
        assert (found.verdict, found.evidence) == (LOW, [])
        assert found.document["balance_usd"] == "9.000"
        assert 0 <= found.document["balance_age_seconds"] < 60

        place.prometheus.sees(success=400, balance=8.5)
        await bot.recorded("60")
        assert (await bot.triage()).verdict == LOW

        place.prometheus.sees(success=400, balance=50)
        assert (await bot.triage()).cause == "healthy"


async def test_ten_dollars_are_enough(place):
    place.prometheus.sees(success=400, balance=10)

    assert (await place.triage()).cause == "healthy"
