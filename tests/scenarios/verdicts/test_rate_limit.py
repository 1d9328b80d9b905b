"""`rate-limit`: too many requests in flight."""

import pytest

from tests.scenarios.verdicts.place import LEGACY, V3

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIMITED = ("rate-limit", "us", "P2", "429")
PARTNERSHIP = "partnership@ideogram.ai"


async def test_a_refused_canary_shows_the_arithmetic_and_what_to_reduce(place):
    await place.break_("rate-limited")

    found = await place.triage()

    assert found.verdict == LIMITED
    assert found.evidence == ["generate-legacy", "generate-v3"]
    assert "4 pods × 8 = 32 requests at once; Ideogram takes 10." in found.summary
    assert found.next_steps[0] == "Reduce Concurrency"
    assert PARTNERSHIP in found.next_steps[-1]
    assert found.contact == PARTNERSHIP
    assert found.would_change == "an image with fewer requests in flight"
    assert "IDEOGRAM_CONCURRENCY=2" in found.by_hand[0]


@pytest.mark.parametrize("body", [{}, {"error": "x", "reject_reason": "of_next_year"}, "<html>"])
async def test_any_other_429_is_one_too(place, body):
    place.ideogram.say(LEGACY, 429, body)
    place.ideogram.say(V3, 429, body)

    assert (await place.triage()).verdict == LIMITED


async def test_one_refused_call_is_enough(place):
    place.ideogram.say(V3, 429)

    found = await place.triage()

    assert (found.verdict, found.evidence) == (LIMITED, ["generate-v3"])


async def test_six_refusals_in_a_row_are_enough_whatever_their_share(place):
    place.prometheus.sees(success=400, codes={"429": 6}, consecutive_429=6)

    found = await place.triage()

    assert (found.verdict, found.evidence) == (LIMITED, ["traffic"])
    assert "in a row" in found.row("traffic")[1]


async def test_five_in_a_row_are_not(place):
    place.prometheus.sees(success=400, codes={"429": 5}, consecutive_429=5)

    assert (await place.triage()).cause == "healthy"


@pytest.mark.parametrize(("refused", "expected"), [(44, "rate-limit"), (40, "healthy")])
async def test_a_share_above_a_tenth_is_no_passing_peak(place, refused, expected):
    place.prometheus.sees(success=400 - refused, codes={"429": refused}, consecutive_429=1)

    assert (await place.triage()).cause == expected
