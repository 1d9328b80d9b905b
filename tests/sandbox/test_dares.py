"""The dares: what they do to the world, and what the page then says."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.sandbox.view import world_sections
from bot.sandbox.world import Pace, World

QUICK = Pace(pod_seconds=0.02, latency_seconds=0.01, think_seconds=0.01)
PATH = "/apis/apps/v1/namespaces/default/deployments/ideogram-service"
MERGE = {"Content-Type": "application/strategic-merge-patch+json"}


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


CONFIRM = {key: _plain("Sure?") for key in ("title", "text", "confirm", "deny")}
BUTTON = {"type": "button", "action_id": "enable", "text": _plain("Enable"), "confirm": CONFIRM}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with World(tmp_path, port=0, start_bot=False, pace=QUICK) as started:
        yield started


async def _patch(world: World, query: str = "") -> None:
    """Patch as the bot would, with the bot's own kubeconfig."""
    token = world.kubernetes.kubeconfig(user="bot")["users"][0]["user"]["token"]
    body = {"metadata": {"annotations": {"note": "x"}}}
    headers = MERGE | {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(world.kubernetes.url, headers=headers) as session,
        session.patch(f"{PATH}{query}", json=body) as answer,
    ):
        assert answer.status == 200


async def _offer(world: World) -> None:
    message: dict[str, Any] = {"channel": "C0ONCALL", "text": "Down"}
    message["blocks"] = [{"type": "actions", "elements": [BUTTON]}]
    headers = {"Authorization": f"Bearer {world.slack.bot_token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{world.slack.api_url}chat.postMessage", json=message) as answer,
    ):
        assert (await answer.json())["ok"]


async def test_press_twice_takes_the_newest_button_in_any_channel(world):
    await _offer(world)

    await world.chaos.press_twice()

    assert world.chaos.dare is not None
    assert "Enable" in world.chaos.dare.detail


async def test_a_patch_of_the_bot_is_one_rollout_where_by_hand_it_were_two(world):
    await _patch(world)

    shown = world_sections(world)["world/requests"]
    assert (shown["patches"], shown["pods_replaced"]) == (1, 4)
    assert shown["by_hand"] == {"rollouts": 2, "pods": 8}


async def test_a_dry_run_is_no_change(world):
    await _patch(world, "?dryRun=All")

    assert world_sections(world)["world/requests"]["patches"] == 0


async def test_a_dare_counts_only_the_patches_made_since(world):
    await _patch(world)

    world.chaos.killed(4711)
    await _patch(world)

    assert world_sections(world)["world/dare"]["patches"] == 1


async def test_cutting_slack_says_until_when(world):
    world.chaos.cut_slack(20)

    assert world_sections(world)["world/dare"]["cut_until"] == world.chaos.cut_until
    world.slack.restore()
