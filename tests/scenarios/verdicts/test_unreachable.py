"""`unreachable`: others answer, Ideogram does not."""

import pytest

from bot.domain.diagnosis import Mode

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNREACHABLE = ("unreachable", "provider", "P1", "no answer from Ideogram")
TRIED = ["reachability", "auth", "generate-legacy", "generate-v3"]


@pytest.mark.parametrize("service", [None, "out-of-sight"])
async def test_a_closed_port_is_ideograms_while_our_network_answers(place, service):
    await place.break_("unreachable")

    found = await place.triage(service)

    assert found.verdict == UNREACHABLE
    assert found.evidence == [*TRIED, "connectivity"]
    assert found.row("connectivity") == ("healthy", "1 of 1 ways out answer")
    assert found.next_steps[0] == "Enable Fallback"
    assert found.next_steps[1].startswith("Look from a second place")
    assert found.would_change == "any HTTP answer from Ideogram"
    assert "IDEOGRAM_FALLBACK=true" in found.by_hand[0]


async def test_free_checks_are_enough_to_see_it(place):
    await place.break_("unreachable")

    found = await place.triage(mode=Mode.QUICK)

    assert found.verdict == UNREACHABLE
    assert found.document["cost_usd"] == "0.000"


async def test_a_lost_canary_costs_nothing_when_it_never_left(place):
    await place.break_("unreachable")

    assert (await place.triage()).document["spent_usd"] == "0.000"


async def test_one_answer_from_ideogram_makes_it_an_outage_instead(place):
    await place.break_("outage-503")

    assert (await place.triage()).verdict[0] == "outage"
