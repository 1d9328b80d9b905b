"""`timeout`: requests reach Ideogram, and nothing comes back in time."""

import pytest
import pytest_asyncio

from tests.scenarios.verdicts.place import LEGACY

pytestmark = pytest.mark.asyncio(loop_scope="session")

BOTH = ["generate-legacy", "generate-v3"]


def verdict(severity):
    return ("timeout", "provider", severity, "timeout")


def impatient(config):
    config["ideogram"]["probe_timeout_seconds"] = {"default": 5, "generate": 2}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hasty(shared_place):
    async with shared_place.a_bot("hasty", impatient) as bot:
        yield bot


async def test_calls_that_never_answer_are_a_timeout_of_ideogram(place, hasty):
    await place.break_("timeout")

    found = await hasty.triage()

    assert found.verdict == verdict("P1")
    assert found.evidence == BOTH
    assert found.row("generate-v3")[1] == "no answer in 2.0 s, waited for the first byte"
    assert found.next_steps[0] == "Enable Fallback"
    assert "timeout is 60 s or more" in found.next_steps[1]
    assert found.would_change == "an image within the timeout"


async def test_a_canary_that_was_sent_and_never_answered_counts_as_spent(place, hasty):
    await place.break_("timeout")

    assert (await hasty.triage()).document["spent_usd"] == "0.080"


async def test_one_call_that_hangs_is_a_timeout_in_part(place, hasty):
    await place.break_("timeout")
    place.ideogram.say(LEGACY, 200, {"data": [{"url": f"{place.ideogram.url}/x.png"}]})

    found = await hasty.triage()

    assert found.verdict == verdict("P2")
    assert found.evidence == BOTH[1:]


async def test_one_dead_call_beside_a_hanging_one_is_an_outage(place, hasty):
    await place.break_("timeout")
    place.ideogram.say(LEGACY, 503)

    found = await hasty.triage()

    assert found.verdict == ("outage", "provider", "P1", "5xx")
    assert found.evidence == BOTH


@pytest.mark.parametrize(("late", "severity"), [(60, "P1"), (10, "P2")])
async def test_timeouts_of_users_count_by_their_share(place, late, severity):
    place.prometheus.sees(success=100 - late, codes={"timeout": late})

    found = await place.triage()

    assert found.verdict == verdict(severity)
    assert found.evidence == ["traffic"]


async def test_where_users_get_5xx_too_those_speak(place):
    place.prometheus.sees(success=60, codes={"timeout": 20, "503": 20})

    assert (await place.triage()).verdict == ("outage", "provider", "P2", "5xx")
