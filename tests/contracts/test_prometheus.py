"""What users get, asked of a real Prometheus that scrapes the pretend service."""

import asyncio
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

import pytest

from bot.clock import SystemClock
from bot.domain.answer import AnswerClass
from bot.domain.metrics import MetricsSource, Query, Reading, Span
from bot.domain.traffic_reading import read_history, read_traffic
from bot.integrations.http import Http
from bot.integrations.prometheus import PrometheusApi
from bot.sandbox.ideogram.server import IdeogramServer
from bot.sandbox.service.limits import Limits
from bot.sandbox.service.server import ServiceServer
from bot.sandbox.world import free_port
from tests import prometheus

pytestmark = pytest.mark.skipif(prometheus.program() is None, reason=prometheus.WHY_NOT)

WITHIN = timedelta(seconds=5)
PATIENCE_SECONDS = 30.0
HASTY = Limits(backoff_seconds=0.01, jitter_seconds=0.0)


@dataclass(frozen=True)
class Pod:
    env: Mapping[str, str]
    name: str = "app-1"
    ready: bool = True
    image: str = "app:1"
    started_at: float = 0.0


@asynccontextmanager
async def a_world(folder):
    async with (
        IdeogramServer(latency_seconds=0.01) as ideogram,
        ServiceServer(
            ideogram_url=ideogram.url,
            pods=lambda: [Pod({"IDEOGRAM_API_KEY": ideogram.key})],
            users=2,
            think_seconds=0.05,
            limits=HASTY,
        ) as service,
        prometheus.scraping(folder, free_port(), [service.url.removeprefix("http://")]) as url,
    ):
        http = Http.open(SystemClock())
        try:
            yield SimpleNamespace(
                ideogram=ideogram, source=MetricsSource(url), api=PrometheusApi(http=http)
            )
        finally:
            await http.aclose()


async def ask(world, expression):
    return await world.api.query(world.source.url, expression, timeout=WITHIN)


async def look(world):
    asked = world.source.expressions()
    readings = {query: await ask(world, one) for query, one in asked.items()}
    return read_traffic(world.source, readings, Reading())


async def sees(world, wanted):
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not wanted(found := await look(world)):
            await SystemClock().sleep(timedelta(seconds=0.2))
        return found


async def test_pictures_latency_downloads_and_balance_are_seen(tmp_path):
    async with a_world(tmp_path) as world:
        found = await sees(world, lambda one: one.traffic.p95 and one.traffic.downloads)

    assert (found.state, found.why, found.gaps) == ("seen", "", ())
    assert found.traffic.requests == found.traffic.count(AnswerClass.IMAGE)
    assert found.traffic.p95 < timedelta(seconds=2)
    assert 0 < found.traffic.balance_usd < 100


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ("outage-503", AnswerClass.SERVER_ERROR),
        ("key-revoked", AnswerClass.DENIED),
        ("payment-required", AnswerClass.UNFUNDED),
        ("rate-limited", AnswerClass.RATE_LIMITED),
        ("unsafe", AnswerClass.UNSAFE),
    ],
)
async def test_a_fault_shows_as_the_class_of_its_answers(tmp_path, fault, answer):
    async with a_world(tmp_path) as world:
        await sees(world, lambda one: one.traffic.requests)
        await world.ideogram.set_fault(fault)

        found = await sees(world, lambda one: one.traffic.count(answer))

    assert found.traffic.unexplained == 0


async def test_expired_links_are_told_from_other_losses(tmp_path):
    async with a_world(tmp_path) as world:
        await sees(world, lambda one: one.traffic.downloads)
        await world.ideogram.set_fault("expired-urls")

        found = await sees(world, lambda one: one.traffic.expired)

    assert found.traffic.expired == found.traffic.lost


async def test_what_is_no_number_comes_as_it_is_documented(tmp_path):
    async with a_world(tmp_path) as world:
        await sees(world, lambda one: one.traffic.requests)

        assert await ask(world, "no_such_series") == Reading()
        assert not (await ask(world, "0 * sum(ideogram_credits_estimated) / 0")).is_number
        assert "parse error" in (await ask(world, "sum((")).problem
        assert "matrix" in (await ask(world, "ideogram_generations_total[1m]")).problem
        assert "string" in (await ask(world, '"text"')).problem
        assert (await ask(world, "time()")).single is not None


async def test_every_default_expression_is_understood(tmp_path):
    async with a_world(tmp_path) as world:
        asked = world.source.expressions()

        assert [query for query in Query if (await ask(world, asked[query])).problem] == []


async def test_a_history_counts_the_minutes_back_and_knows_their_p95(tmp_path):
    async with a_world(tmp_path) as world:
        await sees(world, lambda one: one.traffic.p95)
        span = Span.back_from(SystemClock().now())
        asked = world.source.expressions(span.step)[Query.HISTORY]

        answer = await world.api.history(world.source.url, asked, span, timeout=WITHIN)

    *before, newest = read_history(answer, span)
    assert answer.problem == ""
    assert newest.requests == newest.count(AnswerClass.IMAGE) > 0
    assert timedelta(0) < newest.p95 < timedelta(seconds=2)
    assert set(before) == {None}


async def test_metrics_that_nobody_serves_are_absent(tmp_path):
    async with prometheus.scraping(tmp_path, free_port(), []) as url:
        http = Http.open(SystemClock())
        world = SimpleNamespace(source=MetricsSource(url), api=PrometheusApi(http=http))
        found = await look(world)
        await http.aclose()

    assert found.state == "absent"
