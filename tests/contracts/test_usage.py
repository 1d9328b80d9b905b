"""Usage over the wire: what the sandbox billed is what the ledger counts."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.clock import SystemClock
from bot.domain.ids import UserId
from bot.domain.ledger import Anchor, estimate, week_before
from bot.domain.service import Call
from bot.integrations.http import Http
from bot.integrations.ideogram import IdeogramApi
from bot.integrations.key_reading import read_key
from bot.sandbox.ideogram.server import IdeogramServer

CLOCK = SystemClock()


@pytest.fixture
async def server() -> AsyncIterator[IdeogramServer]:
    async with IdeogramServer(latency_seconds=0.01) as server:
        yield server


@pytest.fixture
async def api(server: IdeogramServer) -> AsyncIterator[IdeogramApi]:
    http = Http.open(CLOCK)
    yield IdeogramApi(http=http, url=server.url, quote_path="/v2/x", image_hosts=())
    await http.aclose()


@pytest.mark.parametrize("days", [6, 40])
async def test_what_was_billed_is_taken_off_the_anchor(
    server: IdeogramServer, api: IdeogramApi, days: int
) -> None:
    key = read_key(server.key, "test")
    for call in Call:
        await api.generate(call, key)
    now = CLOCK.now()
    since = week_before(now) + timedelta(days=6 - days)

    usage = await api.usage(key, since, now)

    anchor = Anchor(Decimal(42), since, UserId("U0ANA"))
    assert estimate(anchor, usage, now).balance == 42 - server.spent == Decimal("41.92")


async def test_a_wrong_key_reads_nothing(api: IdeogramApi) -> None:
    now = CLOCK.now()

    usage = await api.usage(read_key("ik-wrong-key-0123", "test"), week_before(now), now)

    assert usage.why_not.startswith("usage: 401 in ")
