"""`quality`: a person says that pictures look bad, and every call works."""

import pytest

from tests.scenarios.seeing import ANA, buttons, label, read

pytestmark = pytest.mark.asyncio(loop_scope="session")

BAD = "P2 · Pictures look bad, though generation works"
CHANGED = "IDEOGRAM_MODEL V_3 → V_1_TURBO"


async def test_a_press_on_a_healthy_card_names_the_deploy_that_changed_the_pictures(town):
    await town.world.chaos.break_("quality")
    await town.run("triage out-of-sight full")
    await town.sees("All fine as far as seen: Ideogram, us")

    await town.press("Images Look Bad")

    card = await town.sees(BAD)
    words = read(card)
    assert f"pictures look bad, says <@{ANA}>" in words
    assert CHANGED in words
    assert "deploy cheaper pictures" in words
    assert "Check model version, style and magic prompt: what changed, and when" in words
    assert "branch pictures look bad" in words
    assert "a person who calls the pictures good would change this" in words
    assert "Enable Fallback" not in [label(one) for one in buttons(card)]


async def test_the_command_says_the_same_for_nothing(town):
    await town.world.chaos.break_("quality")

    await town.run("quality out-of-sight")

    words = read(await town.sees(BAD, "quick", "$0.00 spent"))
    assert CHANGED in words


async def test_bad_pictures_beside_a_fault_of_ideograms_are_no_verdict(town):
    town.world.ideogram.say("/v1/.well-known/jwks.json", 503)

    await town.run("quality out-of-sight")

    await town.sees("P2 · Ideogram fails in part, not us", "pictures look bad, says")
