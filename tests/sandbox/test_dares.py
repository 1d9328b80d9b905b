"""The dares: what they do to the world, and what the page then says."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.sandbox.faults import BAD_IMAGE
from bot.sandbox.slack.model import Delivery
from bot.sandbox.view import world_sections
from bot.sandbox.world import Pace, World

QUICK = Pace(pod_seconds=0.02, latency_seconds=0.01, think_seconds=0.01)
PATH = "/apis/apps/v1/namespaces/default/deployments/ideogram-service"
MERGE = {"Content-Type": "application/strategic-merge-patch+json"}


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


CONFIRM = {key: _plain("Sure?") for key in ("title", "text", "confirm", "deny")}
NOTE = {"metadata": {"annotations": {"note": "x"}}}
BUTTON = {"type": "button", "action_id": "enable", "text": _plain("Enable"), "confirm": CONFIRM}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with World(tmp_path, port=0, start_bot=False, pace=QUICK) as started:
        yield started


async def _patch(world: World, query: str = "", body: object = NOTE) -> None:
    """Patch as the bot would, with the bot's own kubeconfig."""
    token = world.kubernetes.kubeconfig(user="bot")["users"][0]["user"]["token"]
    headers = MERGE | {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(world.kubernetes.url, headers=headers) as session,
        session.patch(f"{PATH}{query}", json=body) as answer,
    ):
        assert answer.status == 200


async def _offer(world: World, *labels: str) -> None:
    """Post one message per label, each with a button that asks before it acts."""
    headers = {"Authorization": f"Bearer {world.slack.bot_token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for label in labels:
            buttons = [BUTTON | {"text": _plain(label)}]
            message: dict[str, Any] = {"channel": "C0ONCALL", "text": "Down"}
            message["blocks"] = [{"type": "actions", "elements": buttons}]
            async with session.post(f"{world.slack.api_url}chat.postMessage", json=message) as said:
                assert (await said.json())["ok"]


def _press(label: str, **more: object) -> Delivery:
    """A press that reached the bot."""
    action = BUTTON | {"text": _plain(label), **more}
    return Delivery(acked=True, seconds=0, response=None, error=None, payload={"actions": [action]})


async def _came(press: Delivery) -> Delivery:
    return press


@pytest.mark.parametrize(
    ("labels", "would_press"),
    [
        ((), None),
        (("Reduce Concurrency", "Enable Fallback"), "Enable Fallback"),
        (("Enable Fallback", "Undo Reduction"), "Enable Fallback"),
        (("Undo Fallback",), "Undo Fallback"),
    ],
    ids=str,
)
async def test_press_twice_names_its_button_and_prefers_one_that_helps(world, labels, would_press):
    await _offer(world, *labels)

    said = world_sections(world)["world/press"]
    assert (said and said["label"]) == would_press


async def test_press_twice_presses_what_it_named(world):
    await _offer(world, "Enable Fallback", "Undo Reduction")

    await world.chaos.press_twice()

    assert world.chaos.dare.detail.startswith("Enable Fallback.")


async def test_during_a_rollout_the_press_that_began_it_is_delivered_again(world):
    await _offer(world, "Undo Reduction")
    await world.chaos.trouble("stuck-pods", is_on=True)
    await world.chaos.presses.watched(_came(_press("Enable Fallback")))
    world.kubernetes.deploy(BAD_IMAGE)

    said = world_sections(world)["world/press"]
    assert said == {"label": "Enable Fallback", "late": True}


async def test_a_dare_is_over_when_somebody_presses_another_button(world):
    world.chaos.killed(4711)

    await world.chaos.press(_came(_press("Undo Fallback")))
    await _patch(world)

    assert world_sections(world)["world/dare"]["patches"] == 0


async def test_a_late_dare_counts_with_the_press_that_began_it(world):
    await world.chaos.trouble("stuck-pods", is_on=True)
    await world.chaos.press(_came(_press("Enable Fallback")))
    await _patch(world, body={"spec": {"template": {"metadata": {"annotations": {"note": "x"}}}}})

    await world.chaos.press_twice()

    said = world_sections(world)["world/dare"]
    assert (said["presses"], said["patches"]) == (4, 1)


async def test_a_press_that_changes_nothing_is_not_repeated(world):
    await world.chaos.trouble("stuck-pods", is_on=True)
    await world.chaos.presses.watched(_came(_press("Show Evidence", confirm=None)))
    world.kubernetes.deploy(BAD_IMAGE)

    assert world_sections(world)["world/press"] is None


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
