"""A triage of many services from a terminal."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.bootstrap.once import AT_ONCE, opened, triage_in, triage_once
from bot.clock import SystemClock
from bot.domain.diagnosis import Mode
from bot.sandbox.world import World
from bot.settings.load import Settings, load

MANY = AT_ONCE * 2


class Health:
    """A health URL that counts who asks at the same time."""

    def __init__(self) -> None:
        self.url = ""
        self.now = self.most = 0

    async def answer(self, _: web.Request) -> web.Response:
        self.now += 1
        self.most = max(self.most, self.now)
        await SystemClock().sleep(timedelta(seconds=0.05))
        self.now -= 1
        return web.json_response({"status": "ok"})


@pytest.fixture
async def health() -> AsyncIterator[Health]:
    counting = Health()
    app = web.Application()
    app.router.add_get("/health", counting.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    counting.url = f"http://127.0.0.1:{runner.addresses[0][1]}/health"
    yield counting
    await runner.cleanup()


@pytest.fixture
async def settings(tmp_path: Path, health: Health) -> AsyncIterator[Settings]:
    """Configure many services in a world without a bot."""

    def many(config):
        config["services"] = [
            {"name": f"service-{number}", "health_url": health.url, "health_path": "status"}
            for number in range(MANY)
        ]

    async with World(tmp_path, port=0, start_bot=False, amend=many) as world:
        yield load(world.environment, for_slack=False)


def _unheard(_: str):
    return lambda _: None


async def test_of_many_services_only_some_are_measured_at_once(settings: Settings, health: Health):
    async with asyncio.timeout(60):
        shown, _ = await triage_once(settings, "all", Mode.QUICK, _unheard)

    assert len(shown) == MANY
    assert 1 < health.most <= AT_ONCE


async def test_no_service_gives_up_the_database_because_of_the_others(settings: Settings):
    async with asyncio.timeout(60), opened(settings) as (out, remembers):
        out.storage.patience = timedelta(0)  # whoever finds it taken gives up
        shown = await triage_in(out, "all", Mode.QUICK, _unheard, remembers=remembers)

    assert len({card.triage_id for card, _ in shown if card.triage_id is not None}) == MANY
    assert all(card.budget_left is not None for card, _ in shown)


async def test_a_database_that_is_there_and_does_not_answer_is_not_called_absent(
    settings: Settings,
):
    async with opened(settings) as (out, remembers):
        await out.storage.close()
        ((card, _),) = await triage_in(out, None, None, _unheard, remembers=remembers)

    assert card.mode_reason == "the database did not answer in time: free probes only"
