"""Faults of our own: what each does to users and to what the bot can see, over the wire."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import yaml

from bot.sandbox.own_faults import app
from bot.sandbox.world import Pace, World

QUICK = Pace(pod_seconds=0.02, latency_seconds=0.01, think_seconds=0.01)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with World(tmp_path, port=0, start_bot=False, pace=QUICK) as started:
        yield started


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def _until(world: World, kind: str, words: str = "") -> None:
    async with asyncio.timeout(20), world.service.subscribe() as news:
        while True:
            seen = await news.get()
            if seen["kind"] == kind and words in str(seen["detail"]):
                return


async def _status(http: aiohttp.ClientSession, url: str, **headers: str) -> int | None:
    """Ask like the bot; None when nobody answers."""
    try:
        async with http.get(url, headers=headers) as answer:
            return answer.status
    except aiohttp.ClientConnectionError:
        return None


def _ways_out(world: World) -> list[str]:
    return list(yaml.safe_load(world.files.config.read_text())["connectivity_urls"])


async def test_a_stale_key_is_refused_while_the_secrets_own_is_accepted(world, http):
    await _until(world, "picture")

    await world.chaos.break_("stale-key")
    await _until(world, "error")

    old = world.environment["IDEOGRAM_API_KEY"]
    new = str(world.kubernetes.secret("ideogram-secrets")["api-key"])
    models = f"{world.ideogram.url}/models"
    assert await _status(http, models, **{"Api-Key": old}) == 401
    assert await _status(http, models, **{"Api-Key": new}) == 200


async def test_a_repaired_stale_key_gives_users_pictures_and_pods_the_secrets_key(world):
    await world.chaos.break_("stale-key")
    await _until(world, "error")
    old = {pod.name for pod in world.kubernetes.pods("default", "ideogram-service")}

    await world.chaos.repair()

    await _until(world, "picture")
    key = world.kubernetes.secret("ideogram-secrets")["api-key"]
    async with asyncio.timeout(20):
        while old & {one.name for one in world.kubernetes.pods("default", "ideogram-service")}:  # noqa: ASYNC110  pods have no event
            await asyncio.sleep(0.05)  # noqa: TID251  the pretend kubelet decides how long it takes
    pods = world.kubernetes.pods("default", "ideogram-service")
    assert {pod.env["IDEOGRAM_API_KEY"] for pod in pods} == {key}


async def test_a_cut_network_takes_every_way_out_but_slack(world, http):
    await world.chaos.break_("network-cut")

    ways = [*_ways_out(world), f"{world.ideogram.url}/v1/.well-known/jwks.json"]
    assert [await _status(http, url) for url in ways] == [None] * len(ways)
    assert await _status(http, f"{world.slack.api_url}api.test") == 200


async def test_a_repaired_network_answers_at_the_same_addresses(world, http):
    await world.chaos.break_("network-cut")

    await world.chaos.repair()

    assert [await _status(http, url) for url in _ways_out(world)] == [200]


async def test_users_out_of_sight_still_get_pictures(world, http):
    await world.chaos.break_("users-invisible")

    assert await _status(http, f"{world.service.url}/health") == 404
    assert await _status(http, f"{world.service.url}/metrics") == 404
    await _until(world, "picture")


async def test_a_deploy_makes_the_pictures_odd_and_repairing_it_takes_that_back(world):
    await world.chaos.break_("quality")
    await _until(world, "picture", "magic prompt ON")

    await world.chaos.repair()

    await _until(world, "picture", "magic prompt AUTO")
    container = app(world.kubernetes.deployment("default", "ideogram-service"))
    variables = {one["name"]: one.get("value") for one in container["env"]}
    assert variables["IDEOGRAM_MODEL"] == "V_3"


async def test_slow_dns_makes_users_give_up_and_repairing_it_gives_them_pictures(world):
    await _until(world, "picture")

    await world.chaos.break_("slow-dns")
    await _until(world, "error", "Gave up")
    await world.chaos.repair()

    await _until(world, "picture")


async def test_a_dead_resolver_hurts_users_although_a_second_one_is_there(world):
    await world.chaos.break_("dead-resolver")
    await _until(world, "error", "Gave up")

    await world.chaos.repair()

    await _until(world, "picture")
