"""`healthy`: nothing else holds, and it claims no more than was seen."""

import pytest

from bot.domain.diagnosis import Mode
from tests.scenarios.verdicts.deployment import variable

pytestmark = pytest.mark.asyncio(loop_scope="session")

FULL = ("healthy", None, None, "every call works")


async def test_everything_seen_and_fine_says_so(place):
    found = await place.triage()

    assert found.verdict == FULL
    assert found.evidence == ["generate-legacy", "generate-v3"]
    assert found.summary.startswith("All fine: Ideogram, us, users. ")
    assert "0 of 400 user requests failed in 1 min" in found.summary
    assert found.next_steps == []
    assert found.not_looked_at == []
    assert found.would_change == "a failing call, or users who fail"
    assert found.document["spent_usd"] == "0.080"


@pytest.mark.parametrize(
    ("service", "words"),
    [
        ("no-metrics", "All fine as far as seen: Ideogram, us. "),
        ("out-of-sight", "All fine as far as seen: Ideogram, us. "),
    ],
)
async def test_users_who_are_not_seen_are_not_called_fine(place, service, words):
    found = await place.triage(service)

    assert found.verdict == FULL
    assert found.summary.startswith(words)
    assert "traffic" in {one["probe"] for one in found.not_looked_at}


async def test_free_checks_do_not_claim_that_generation_works(place):
    found = await place.triage(mode=Mode.QUICK)

    assert found.verdict == ("healthy", None, None, "no fault found by free checks")
    assert found.summary.startswith("No fault found by free checks. Generation was not tried.")
    assert found.document["spent_usd"] == "0.000"


async def test_a_fallback_still_on_is_said_with_the_command_that_ends_it(place):
    async with variable(place, "IDEOGRAM_FALLBACK", "true"):
        place.health.says = "fallback"
        found = await place.triage()

    assert found.verdict == FULL
    assert found.summary.startswith("Ideogram is back, fallback still on. ")
    assert "users still see placeholders" in found.summary
    assert "IDEOGRAM_FALLBACK=false" in found.by_hand[0]
    assert found.next_steps == ["Disable Fallback"]


async def test_a_red_status_page_is_a_contradiction_and_no_verdict(place):
    await place.break_("status-red")

    found = await place.triage()

    assert found.verdict == FULL
    assert found.row("status-page")[0] == "unhealthy"
    (said,) = found.contradictions
    assert said == "the provider's status page reports trouble, yet our calls work"
