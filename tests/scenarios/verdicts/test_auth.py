"""`auth`: our key is refused, revoked or paused at zero balance."""

import pytest

from bot.domain.diagnosis import Mode
from tests.scenarios.verdicts.place import LEGACY, QUOTE, V3

pytestmark = pytest.mark.asyncio(loop_scope="session")

AUTH = ("auth", "account", "P1", "401")
ASKED = ["auth", "generate-legacy", "generate-v3"]
FORBIDDEN = {"message": "This account is not authorized for this operation."}
AMBIGUOUS = "revoked, or the account is paused at zero balance: the answer is the same"


async def refuse_the_secrets_key(place):
    place.ideogram.revoke(place.world.environment["IDEOGRAM_API_KEY"])


async def test_a_revoked_key_is_told_as_ambiguous_and_the_balance_comes_first(place):
    await refuse_the_secrets_key(place)

    found = await place.triage()

    assert found.verdict == AUTH
    assert found.evidence == ASKED
    assert AMBIGUOUS in found.summary
    enable, balance, key = found.next_steps
    assert enable == "Enable Fallback"
    assert balance.startswith("Look at the balance first")
    assert "rotate it only when it was revoked" in key
    assert found.would_change == "an image with the same key"
    assert found.contradictions == []


async def test_with_the_balance_near_zero_the_gauge_says_paused_rather_than_revoked(place):
    await place.break_("balance-zero")
    place.prometheus.sees(success=400, balance=0.4)

    found = await place.triage()

    assert found.verdict == AUTH
    assert found.contradictions == ["balance about $0.40: paused rather than revoked"]
    assert found.also_seen == ["credits-low"]


async def test_a_recorded_balance_near_zero_says_so_too(place):
    await place.break_("balance-zero")

    async with place.a_bot("poor") as bot:
        await bot.recorded("0.25")
        found = await bot.triage("no-metrics")

    assert found.verdict == AUTH
    assert found.contradictions == ["balance about $0.25: paused rather than revoked"]


async def test_a_refused_quote_is_enough_without_canaries(place):
    await refuse_the_secrets_key(place)

    found = await place.triage(mode=Mode.QUICK)

    assert found.verdict == AUTH
    assert found.evidence == ["auth"]
    assert "401" in found.row("auth")[1]


async def test_403_on_every_call_and_on_the_quote_is_the_key_too(place):
    for path in (QUOTE, LEGACY, V3):
        place.ideogram.say(path, 403, FORBIDDEN)

    assert (await place.triage()).verdict == AUTH


async def test_a_refused_quote_alone_contradicts_the_images_and_is_no_verdict(place):
    place.ideogram.say(QUOTE, 401, FORBIDDEN)

    found = await place.triage()

    assert found.verdict[0] == "healthy"
    assert found.contradictions == ["the price quote was refused, yet images come"]


async def test_users_refused_with_a_key_that_nothing_proves_are_an_auth_fault(place):
    place.prometheus.sees(success=40, codes={"401": 60})

    found = await place.triage("bots-key")

    assert found.verdict == AUTH
    assert found.evidence == ["auth", "traffic"]
    assert "60 of 100 requests failed" in found.summary
