"""The runbook's script beside a mystery: run for real, bounded, compared with the bot's card."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.sandbox.ideogram.server import IdeogramServer
from bot.sandbox.riddle import RunbookScript, ScriptRun, verdict
from bot.sandbox.view import world_sections
from bot.sandbox.world import Pace, World, own

QUICK = Pace(pod_seconds=0.02, latency_seconds=0.01, think_seconds=0.01)
PATIENCE = 20
CARD = {
    "ts": "100.0",
    "metadata": {"event_payload": {"key": "T-1/card"}},
    "blocks": [
        {"type": "header", "text": {"text": "P1 · Ideogram refuses our key"}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "T-1 · $0.03 spent"}]},
    ],
}


@pytest.fixture
async def ideogram() -> AsyncIterator[IdeogramServer]:
    async with IdeogramServer(latency_seconds=0.01) as server:
        yield server


async def _run(ideogram: IdeogramServer, within_seconds: float = PATIENCE) -> ScriptRun:
    script = RunbookScript(within_seconds)
    async with contextlib.AsyncExitStack() as stack:
        await own(stack, script.keep_running())
        script.start(ideogram.url, ideogram.key)
        async with asyncio.timeout(PATIENCE):
            await script.over.wait()
        assert script.run is not None
        return script.run


async def test_the_script_pays_for_three_pictures_where_all_is_fine(ideogram):
    run = await _run(ideogram)

    assert run.codes == ["200", "200", "200"]
    assert run.price == ideogram.spent == Decimal("0.13")


async def test_the_script_shows_three_codes_of_an_outage_for_nothing(ideogram):
    await ideogram.set_fault("outage-503")

    run = await _run(ideogram)

    assert (run.codes, run.price, run.ended) == (["503"] * 3, 0, "ended")


async def test_a_refused_connection_ends_the_script_at_its_first_line(ideogram):
    await ideogram.set_fault("unreachable")

    run = await _run(ideogram)

    assert (run.codes, run.ended) == (["000", None, None], "stopped by an error")


async def test_a_script_that_hangs_is_cut_off(ideogram):
    await ideogram.set_fault("timeout")

    run = await _run(ideogram, within_seconds=0.5)

    assert (run.codes, run.ended) == ([None, None, None], "cut off")


def test_the_verdict_is_read_from_a_card_that_is_newer_than_the_fault():
    found = verdict([CARD], since=99)

    assert found is not None
    assert (found.headline, found.spent) == ("P1 · Ideogram refuses our key", Decimal("0.03"))
    assert verdict([CARD], since=101) is None


async def test_a_mystery_shows_the_script_and_hides_the_truth_until_it_is_revealed(tmp_path: Path):
    async with World(tmp_path, port=0, start_bot=False, pace=QUICK) as world:
        await world.chaos.break_something()
        hidden = world_sections(world)["world/riddle"]
        world.chaos.is_hidden = False

        shown = world_sections(world)["world/riddle"]
        assert world.chaos.fault is not None
        assert (hidden["truth"], shown["truth"]["is"]) == (None, world.chaos.fault.label)
