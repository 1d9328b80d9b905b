"""What users get, asked of a Prometheus that scrapes the pretend service: ours, a real one."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

import aiohttp
import pytest

from bot.clock import SystemClock
from bot.domain.answer import AnswerClass
from bot.domain.metrics import MetricsSource, Reading, Span
from bot.domain.traffic_reading import read_history, read_traffic
from bot.integrations.http import Http
from bot.integrations.prometheus import PrometheusApi
from bot.sandbox.ideogram.server import IdeogramServer
from bot.sandbox.ports import free_port
from bot.sandbox.prometheus.server import PrometheusServer
from bot.sandbox.service.limits import Limits
from bot.sandbox.service.server import ServiceServer
from bot.sandbox.world import own
from tests import prometheus

WITHIN = timedelta(seconds=5)
PATIENCE_SECONDS = 30.0
HASTY = Limits(backoff_seconds=0.01, jitter_seconds=0.0)


RANGE = {"start": "1700000000", "end": "1700000060", "step": "15"}
WRONG = [
    ("query", {"time": "yesterday"}),
    ("query", {"query": ""}),
    ("query_range", {}),
    ("query_range", {**RANGE, "step": "0"}),
    ("query_range", {**RANGE, "step": "often"}),
    ("query_range", {**RANGE, "end": "1600000000"}),
    ("query_range", {**RANGE, "step": "0.001"}),
    ("query_range", {**RANGE, "query": "up[1m]"}),
]


@dataclass(frozen=True)
class Pod:
    env: Mapping[str, str]
    name: str = "app-1"
    ready: bool = True
    image: str = "app:1"
    started_at: float = 0.0


@pytest.fixture(
    params=[
        "pretend",
        pytest.param(
            "real",
            marks=pytest.mark.skipif(prometheus.program() is None, reason=prometheus.WHY_NOT),
        ),
    ]
)
def scraping(request, tmp_path):
    """Scrape these targets every second; yields the URL."""
    if request.param == "real":
        return lambda targets: prometheus.scraping(tmp_path, free_port(), targets)
    return pretending


@asynccontextmanager
async def pretending(targets):
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(PrometheusServer(targets, every_seconds=0.2))
        await own(stack, server.keep_scraping())
        yield server.url


@asynccontextmanager
async def a_world(scraping):
    async with (
        IdeogramServer(latency_seconds=0.01) as ideogram,
        ServiceServer(
            ideogram_url=ideogram.url,
            pods=lambda: [Pod({"IDEOGRAM_API_KEY": ideogram.key})],
            users=2,
            think_seconds=0.05,
            limits=HASTY,
        ) as service,
        scraping([service.url.removeprefix("http://")]) as url,
    ):
        http = Http.open(SystemClock())
        try:
            yield SimpleNamespace(
                ideogram=ideogram,
                service=service,
                source=MetricsSource(url),
                api=PrometheusApi(http=http),
            )
        finally:
            await http.aclose()


async def ask(world, expression):
    return await world.api.query(world.source.url, expression, timeout=WITHIN)


async def look(world):
    asked = world.source.expressions()
    readings = {query: await ask(world, one) for query, one in asked.items()}
    return read_traffic(world.source, readings, {})


async def sees(world, wanted):
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not wanted(found := await look(world)):
            await SystemClock().sleep(timedelta(seconds=0.2))
        return found


async def test_pictures_latency_downloads_and_balance_are_seen(scraping):
    async with a_world(scraping) as world:
        found = await sees(world, lambda one: one.traffic.p95 and one.traffic.downloads)

    assert (found.state, found.why, found.gaps) == ("seen", "", ())
    assert found.traffic.requests == found.traffic.count(AnswerClass.IMAGE)
    assert found.traffic.p95 < timedelta(seconds=2)
    assert 4_900 < found.traffic.balance_usd < 5_000


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
async def test_a_fault_shows_as_the_class_of_its_answers(scraping, fault, answer):
    async with a_world(scraping) as world:
        await sees(world, lambda one: one.traffic.requests)
        await world.ideogram.set_fault(fault)

        found = await sees(world, lambda one: one.traffic.count(answer))

    assert found.traffic.unexplained == 0


async def test_expired_links_are_told_from_other_losses(scraping):
    async with a_world(scraping) as world:
        await sees(world, lambda one: one.traffic.downloads)
        await world.ideogram.set_fault("expired-urls")

        found = await sees(world, lambda one: one.traffic.expired)

    assert found.traffic.expired == found.traffic.lost


async def test_what_is_no_number_comes_as_it_is_documented(scraping):
    async with a_world(scraping) as world:
        await sees(world, lambda one: one.traffic.requests)

        assert await ask(world, "no_such_series") == Reading()
        assert not (await ask(world, "0 * sum(ideogram_credits_estimated) / 0")).is_number
        assert "parse error" in (await ask(world, "sum((")).problem
        assert "matrix" in (await ask(world, "ideogram_generations_total[1m]")).problem
        assert "string" in (await ask(world, '"text"')).problem
        assert (await ask(world, "time()")).single is not None


async def test_every_default_expression_is_understood(scraping):
    async with a_world(scraping) as world:
        source = world.source
        asked = [*source.expressions().values(), *source.recent_expressions().values()]
        asked.append(source.history_expression(timedelta(minutes=1)))

        assert [one for one in asked if (await ask(world, one)).problem] == []


async def test_a_history_counts_the_minutes_back_and_knows_their_p95(scraping):
    async with a_world(scraping) as world:
        await sees(world, lambda one: one.traffic.p95)
        span = Span.back_from(SystemClock().now())
        asked = world.source.history_expression(span.step)

        answer = await world.api.history(world.source.url, asked, span, timeout=WITHIN)

    *before, newest = read_history(answer, span)
    assert answer.problem == ""
    assert newest.requests == newest.count(AnswerClass.IMAGE) > 0
    assert timedelta(0) < newest.p95 < timedelta(seconds=2)
    assert set(before) == {None}


async def test_metrics_that_are_gone_are_stale_at_once_and_come_back(scraping):
    async with a_world(scraping) as world:
        await sees(world, lambda one: one.traffic.requests)

        world.service.is_hidden = True
        gone = await sees(world, lambda one: one.state == "stale")
        up = await ask(world, "up")
        world.service.is_hidden = False

        assert gone.why == "the last scrape failed"
        assert up.single.value == 0
        assert up.single.labels["job"] == "service"
        await sees(world, lambda one: one.state == "seen")


async def test_a_wrong_time_or_step_is_refused(scraping):
    async with scraping([]) as url, aiohttp.ClientSession() as http:
        for path, asked in WRONG:
            async with http.post(f"{url}/api/v1/{path}", data={"query": "up", **asked}) as answer:
                document = await answer.json()
                assert (answer.status, document["status"]) == (400, "error"), asked
                assert (document["errorType"], bool(document["error"])) == ("bad_data", True)


async def test_a_time_may_be_written_in_two_ways(scraping):
    async with scraping([]) as url, aiohttp.ClientSession() as http:
        for time in ("1700000000.5", "2023-11-14T22:13:20.5Z"):
            asked = {"query": "vector(1)", "time": time}
            async with http.get(f"{url}/api/v1/query", params=asked) as answer:
                (found,) = (await answer.json())["data"]["result"]
                assert found == {"metric": {}, "value": [1700000000.5, "1"]}


async def test_metrics_that_nobody_serves_are_absent(scraping):
    async with scraping([]) as url:
        http = Http.open(SystemClock())
        world = SimpleNamespace(source=MetricsSource(url), api=PrometheusApi(http=http))
        found = await look(world)
        await http.aclose()

    assert found.state == "absent"
