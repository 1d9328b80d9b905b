"""A triage of many services from a terminal."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from aiohttp import web

from bot.bootstrap.once import AT_ONCE, opened, triage_in, triage_once
from bot.clock import SystemClock
from bot.domain.diagnosis import Cause, Mode
from bot.domain.ids import IncidentId, ServiceName
from bot.domain.incident import Status
from bot.domain.ledger import Anchor
from bot.sandbox.listener import Listener
from bot.sandbox.world import World
from bot.settings.load import Settings, load
from tests.builders import ANA, NIGHT, an_incident

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
    async with Listener(app) as listener:
        counting.url = f"{listener.url}/health"
        yield counting


@pytest.fixture
async def world(tmp_path: Path, health: Health) -> AsyncIterator[World]:
    """Configure many services in a world without a bot."""

    def many(config):
        config["services"] = [
            {"name": f"service-{number}", "health_url": health.url, "health_path": "status"}
            for number in range(MANY)
        ]

    async with World(tmp_path, port=0, start_bot=False, amend=many) as opened_world:
        yield opened_world


@pytest.fixture
def settings(world: World) -> Settings:
    return load(world.environment, for_slack=False)


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


async def test_many_services_on_one_key_cost_one_full_triage(settings: Settings):
    async with asyncio.timeout(60):
        shown, _ = await triage_once(settings, "all", None, _unheard)

    assert {(card.mode, card.mode_reason) for card, _ in shown} == {(Mode.FULL, None)}
    price = Decimal("0.08")
    paid = [card for card, _ in shown if card.cost]
    assert [card.cost for card in paid] == [price]
    assert sum(card.spent for card, _ in shown) == price
    assert {card.budget_left for card, _ in shown} == {1 - price}


async def test_where_a_person_insists_a_full_triage_needs_no_database(settings: Settings):
    async with opened(settings) as (out, _):
        ((card, _),) = await triage_in(out, None, Mode.FULL, _unheard, remembers=False)

    assert (card.mode, card.mode_reason) == (Mode.FULL, None)
    assert card.spent == Decimal("0.08")


async def test_a_database_that_is_there_and_does_not_answer_is_not_called_absent(
    settings: Settings,
):
    async with opened(settings) as (out, remembers):
        await out.storage.close()
        ((card, _),) = await triage_in(out, None, None, _unheard, remembers=remembers)

    assert card.mode_reason == "the database did not answer in time: free probes only"


async def test_a_terminal_knows_the_same_trouble_before_the_balance_and_what_is_open(
    world: World, settings: Settings
):
    world.ideogram.say("/v2/image/generate/ideogram-4-5", 401)
    service = ServiceName("service-0")
    old = an_incident(
        service=service,
        cause=Cause.AUTH,
        status=Status.RESOLVED,
        resolved_at=NIGHT,
    )
    going_on = an_incident(id=IncidentId(old.id + 1), service=service)
    async with opened(settings) as (out, remembers):
        async with out.storage() as uow:
            await uow.incidents.save(old)
            await uow.incidents.save(going_on)
            await uow.ledger.add(Anchor(Decimal(42), out.clock.now(), ANA))
        ((card, _),) = await triage_in(out, service, Mode.QUICK, _unheard, remembers=remembers)
        async with out.storage() as uow:
            kept = await uow.triages.newest(service)

    assert card.diagnosis is not None
    assert card.diagnosis.cause is Cause.AUTH
    assert card.beside.balance == pytest.approx(Decimal(42), abs=Decimal(1))  # use goes on
    assert card.beside.earlier is not None
    assert card.beside.earlier.incident_id == old.id
    assert card.open_incident == going_on.id
    assert kept is not None
    assert kept.card.beside == card.beside
