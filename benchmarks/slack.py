"""The running bot, as people in Slack meet it: its start, its first card, a press, many commands.

The whole pretend world and the driver share this process, the bot is a child of it, as in
`python -m bot sandbox`. Times are taken where the pretend Slack and the pretend cluster see them.
"""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from benchmarks import processes
from benchmarks.figures import Figure, percentile, spread
from bot.sandbox.ideogram import faults
from bot.sandbox.world import Pace, World

Json = dict[str, Any]
Found = TypeVar("Found")

PACE = Pace(pod_seconds=0.2, latency_seconds=0.2, think_seconds=1.0)
ANA, INCIDENTS, ONCALL = "U0ANA", "C0INCIDENTS", "C0ONCALL"
PATIENCE = 30.0  # seconds for one thing to be seen
CARDS, WORLDS, EARLY_WORLDS = 7, 4, 4
RATE, LOAD_SECONDS = 50, 8  # commands a second
SETTLES = 2.0  # seconds until the last command is answered
ACK_MS, CARD_MS, PRESS_MS, EARLY_MS, READY_SECONDS, MEMORY_MB = 100, 300, 300, 500, 2.0, 200
ENABLE, FOLLOW = "Enable Fallback", "The buttons follow"


async def measure() -> list[Figure]:
    found = await started_and_pressed()
    async with a_world() as world:
        found.append(await first_cards(world))
        found.append(await acknowledged(world))
        found.append(memory(world))
    found += await early()
    return found


@contextlib.asynccontextmanager
async def a_world(amend: Callable[[Json], None] = lambda _: None) -> AsyncIterator[World]:
    def amended(config: Json) -> None:
        config["ideogram"]["daily_probe_budget_usd"] = "100.00"
        amend(config)

    with tempfile.TemporaryDirectory() as folder:
        async with World(Path(folder), port=0, pace=PACE, amend=amended) as world:
            yield world


async def until(look: Callable[[], Found | None], what: str) -> Found:
    """Look again and again, every 2 ms, until there is something."""
    try:
        async with asyncio.timeout(PATIENCE):
            while (found := look()) is None:  # noqa: ASYNC110  three servers, no common event
                await asyncio.sleep(0.002)
            return found
    except TimeoutError:
        raise AssertionError(f"never seen: {what}") from None


def calls(world: World, after: float, *words: str) -> float | None:
    """Find when the bot first posted or edited a message with all these words."""
    for call in world.slack.calls:
        said = call.method in ("chat.postMessage", "chat.update") and call.at >= after
        if said and all(word in str(call.arguments) for word in words):
            return call.at
    return None


async def first_cards(world: World) -> Figure:
    """Time from the command to the first post of its card."""
    took = []
    for _ in range(CARDS):
        began = time.time()
        await world.slack.run_command(ANA, INCIDENTS, "triage quick")
        at = await until(partial(calls, world, began), "a card")
        took.append((at - began) * 1000)
        await asyncio.sleep(1.5)  # the triage ends, and Slack's pace of one post a second is kept
    return Figure(
        "command to first card",
        spread(took, ".0f", "ms"),
        f"< {CARD_MS} ms",
        max(took) < CARD_MS,
    )


async def acknowledged(world: World) -> Figure:
    """Type 50 commands a second, each of which is recorded in the database and answered."""
    pid = world.bot.pid if world.bot else None
    assert pid is not None
    used, began, tasks = processes.cpu_seconds(pid), time.perf_counter(), []
    async with asyncio.TaskGroup() as group:
        for number in range(RATE * LOAD_SECONDS):
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            tasks.append(group.create_task(world.slack.run_command(ANA, ONCALL, "status")))
    done = [task.result() for task in tasks]
    refused = [one.error for one in done if not one.acked]
    assert not refused, refused[:3]
    took = [one.seconds * 1000 for one in done]
    await asyncio.sleep(SETTLES)
    each = (processes.cpu_seconds(pid) - used) / len(done) * 1000
    ninety_ninth = percentile(took, 0.99)
    return Figure(
        f"acknowledgement at {RATE} commands/s for {LOAD_SECONDS} s, 99th percentile",
        f"{ninety_ninth:.0f} ms (median {percentile(took, 0.5):.0f}, worst {max(took):.0f};"
        f" {each:.0f} ms of CPU each)",
        f"< {ACK_MS} ms",
        ninety_ninth < ACK_MS,
    )


def memory(world: World) -> Figure:
    pid = world.bot.pid if world.bot else None
    assert pid is not None
    peak = processes.peak_mb(pid)
    return Figure(
        "memory of `serve` after that",
        f"{processes.resident_mb(pid):.0f} MB (most: {peak:.0f})",
        f"< {MEMORY_MB} MB",
        peak < MEMORY_MB,
    )


async def started_and_pressed() -> list[Figure]:
    """Open new worlds; in each press once, until the cluster accepted the PATCH."""
    ready, took = [], []
    for _ in range(WORLDS):
        async with a_world() as world:
            assert world.bot is not None
            ready.append(world.bot.ready_after_seconds or 0.0)
            took.append(await pressed(world))
    return [
        Figure(
            "start of `serve` to ready",
            spread(ready, ".1f", "s"),
            f"< {READY_SECONDS:g} s",
            max(ready) < READY_SECONDS,
        ),
        Figure(
            "press to accepted PATCH",
            spread(took, ".0f", "ms"),
            f"< {PRESS_MS} ms + API server",
            max(took) < PRESS_MS,
        ),
    ]


async def pressed(world: World) -> float:
    """Press *Enable Fallback* once; milliseconds until its PATCH was answered."""
    await world.slack.run_command(ANA, INCIDENTS, "mitigate")
    channel, ts, action = await until(lambda: button(world, ENABLE), ENABLE)
    began = time.time()
    await world.slack.click(ANA, channel, ts, action)
    (patch,) = await until(lambda: world.chaos.patches() or None, "a PATCH")
    return (patch.at - began) * 1000


def button(world: World, label: str) -> tuple[str, str, str] | None:
    """Find a button in the newest message of #incidents that has it."""
    for message in reversed(world.slack.messages(INCIDENTS)):
        for block in message.get("blocks") or ():
            for element in block.get("elements") or ():
                if element.get("type") == "button" and element["text"]["text"] == label:
                    return INCIDENTS, message["ts"], element["action_id"]
    return None


@contextlib.asynccontextmanager
async def hanging() -> AsyncIterator[str]:
    """Listen, take every request, and never answer."""

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.read(1024):
                pass
        finally:
            writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def hang(url: str, config: Json) -> None:
    """Let the service's health and the status page hang for 30 s."""
    config["ideogram"]["status_url"] = f"{url}/api/v2/summary.json"
    config["ideogram"]["probe_timeout_seconds"] = {"default": 30}
    config["services"][0]["health_url"] = f"{url}/health"


def use_own_key(config: Json) -> None:
    """Take the bot's own key: the service's would have to be read from the cluster first."""
    del config["services"][0]["secret"]
    config["ideogram"]["probe_timeout_seconds"] = {"default": 30}


async def early() -> list[Figure]:
    """Time from the command to the verdict on a revoked key, in new worlds.

    One triage in each: while one is under way a second command only points to it. The verdict has
    its button, except where the cluster hangs that has to say what the button would change.
    """
    health, cluster = [], []
    for _ in range(EARLY_WORLDS):
        async with hanging() as url, a_world(partial(hang, url)) as world:
            health.append(await refused(world, ENABLE))
        async with a_world(use_own_key) as world:
            await world.kubernetes.unavailable("hang")
            cluster.append(await refused(world, FOLLOW))
    return [
        Figure(
            f"command to the verdict on a 401{what} for 30 s",
            spread(took, ".0f", "ms"),
            f"< {EARLY_MS} ms",
            max(took) < EARLY_MS,
        )
        for what, took in (
            (", while health and status page hang", health),
            (" of the bot's own key, while the cluster hangs", cluster),
        )
    ]


async def refused(world: World, words: str) -> float:
    """Revoke the key and ask once; milliseconds until the verdict with these words."""
    await until(lambda: True if world.ideogram.spent else None, "a picture")  # the key is in use
    await world.ideogram.set_fault(faults.KEY_REVOKED)
    began = time.time()
    await world.slack.run_command(ANA, INCIDENTS, "triage")
    at = await until(lambda: calls(world, began, words), "a verdict")
    return (at - began) * 1000
