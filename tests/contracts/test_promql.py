"""The same samples in a real Prometheus and in the sandbox's give the same values."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
import pytest_asyncio

from bot.domain.metrics import MetricsSource
from bot.sandbox.ports import free_port
from bot.sandbox.prometheus.answers import instant, over_time
from bot.sandbox.prometheus.exposition import read
from bot.sandbox.prometheus.parser import parse
from bot.sandbox.prometheus.store import Store, labels_of
from tests import prometheus

pytestmark = [
    pytest.mark.skipif(prometheus.loader() is None, reason=prometheus.WHY_NO_LOADER),
    pytest.mark.asyncio(loop_scope="module"),
]

SECONDS = 400  # longer than the default window
SCRAPES = range(0, SECONDS * 1000, 1000)
_SOURCE = MetricsSource("")
DEFAULTS = [
    *_SOURCE.expressions().values(),
    *_SOURCE.recent_expressions().values(),
    _SOURCE.history_expression(timedelta(minutes=1)),
]
ODD = [
    "ideogram_generations_total",
    'ideogram_generations_total{code!="200",status=~"err.+"}',
    'sum(rate(ideogram_generations_total{code=~"5.."}[30s])) / sum(rate(restarted_total[30s]))',
    "sum(rate(ideogram_generations_total[30s])) > 0.9",
    "sum without (status) (increase(ideogram_generations_total[45s]))",
    "increase(ideogram_generations_total[7s])",
    "increase(ideogram_generations_total[2500ms]) * 2 - 1",
    "rate(restarted_total[1m30s])",
    "max(restarted_total) or vector(0)",
    "min by (code) (ideogram_generations_total) >= bool 10",
    "avg(ideogram_generations_total) + count(ideogram_generations_total)",
    "ideogram_credits_estimated / 0",
    "0 * ideogram_credits_estimated / 0",
    "ideogram_generations_total and rare_total",
    'ideogram_generations_total unless ideogram_generations_total{code="503"}',
    "-rare_total",
    "sum(no_such_series) or vector(1) > 2",
    "timestamp(rare_total) - timestamp(ideogram_credits_estimated)",
    "max(timestamp(sum(rare_total)))",
    "time()",
    "histogram_quantile(0, sum by (le) (ideogram_generation_duration_seconds_bucket))",
    "histogram_quantile(1, sum by (le) (ideogram_generation_duration_seconds_bucket))",
    "histogram_quantile(0.5, ideogram_generation_duration_seconds_bucket)",
    'histogram_quantile(0.5, ideogram_generation_duration_seconds_bucket{le!="+Inf"})',
    "1 + 2 * 3 - 4 / 8",
    "1 < bool 2 == bool 1",
    'label_replace(rare_total, "kind", "$1-${1}", "status", "(suc).*")',
    'label_replace(rare_total, "status", "", "", "")',
    'label_replace(rare_total, "kind", "x$2", "status", "s")',
]


def _lines(at: int, chance: random.Random, counts: dict[str, float]) -> list[str]:
    """Write one scrape; counters grow, one restarts, one is scraped now and then."""
    for name in counts:
        counts[name] += chance.choice([0, 0, 1, 2])
    found = [f"{name} {value}" for name, value in counts.items()]
    if at < 200_000:
        found = [one for one in found if 'code="503"' not in one]
    lower = 0.0
    for bound in ("1", "2.5", "10", "+Inf"):
        lower += counts['ideogram_generations_total{status="success",code="200"}'] / 4
        found.append(f'ideogram_generation_duration_seconds_bucket{{le="{bound}"}} {lower}')
    found.append(f"ideogram_credits_estimated {100 - at / 10_000}")
    found.append(f"restarted_total {(at / 1000) % 70}")
    if at % 9000 == 0:
        found.append(f'rare_total{{status="success",code="200"}} {at / 1000}')
    return found


def _scrapes() -> list[tuple[int, list[str]]]:
    chance = random.Random(7)  # noqa: S311  the same in every run
    counts = {
        'ideogram_generations_total{status="success",code="200"}': 40.0,
        'ideogram_generations_total{status="error",code="503"}': 0.0,
        'ideogram_generations_total{status="error",code="timeout"}': 3.0,
        'ideogram_image_downloads{status="success",code="200"}': 0.0,
    }
    early = [at + chance.randrange(0, 40) for at in SCRAPES]  # no scrape comes on the dot
    return [
        (late, _lines(at, chance, counts))
        for at, late in zip(SCRAPES, early, strict=True)
        if not 250_000 <= at < 262_000  # nobody scraped
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(tmp_path_factory) -> AsyncIterator[tuple[str, int, Store]]:
    """Load both; yields the real one's URL, the moment (ms) of the first sample, and our store."""
    begin = prometheus.an_hour_ago_ms()
    store, text = Store(), []
    for at, lines in _scrapes():
        for labels, value in read("\n".join(lines)):
            store.append(labels_of(labels), begin + at, value)
        text += [f"{line} {(begin + at) / 1000:.3f}" for line in lines]
    folder = tmp_path_factory.mktemp("prometheus")
    await prometheus.load(folder, sorted(text, key=lambda line: line.split(" ")[0]))
    async with prometheus.scraping(folder, free_port(), []) as url:
        yield url, begin, store


async def _asked(url: str, path: str, **parameters: str):
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{url}/api/v1/{path}", data=parameters) as answer,
    ):
        document = await answer.json()
    assert document["status"] == "success", document
    return document["data"]


def _near(number):
    return pytest.approx(number, rel=1e-9, abs=1e-12, nan_ok=True)


def _values(data, read=float):
    """List series with their values, in an order of their own."""
    result = data["result"]
    series = (
        [({}, [result])] if data["resultType"] == "scalar" else [_series(one) for one in result]
    )
    found = [
        (sorted(labels.items()), [(at, read(float(value))) for at, value in pairs])
        for labels, pairs in series
    ]
    return sorted(found, key=lambda one: one[0])


def _series(one):
    return one["metric"], one.get("values") or [one["value"]]


@pytest.mark.parametrize("query", [*dict.fromkeys(DEFAULTS + ODD)])
async def test_a_query_gives_the_same_at_every_moment(both, query):
    url, begin, store = both
    moments = [begin + at for at in (15, 4_000, 199_700, 230_500, 256_000, 399_900, 560_000)]

    real = await asyncio.gather(
        *(_asked(url, "query", query=query, time=f"{at / 1000}") for at in moments)
    )

    for at, expected in zip(moments, real, strict=True):
        found = instant(parse(query), store, at)
        assert found["resultType"] == expected["resultType"]
        assert _values(found) == _values(expected, _near), (at - begin) / 1000


@pytest.mark.parametrize("query", [*dict.fromkeys(DEFAULTS + ODD)])
async def test_a_query_gives_the_same_over_time(both, query):
    url, begin, store = both
    start, end, step = begin - 5_000, begin + 750_000, 7_000

    expected = await _asked(
        url, "query_range", query=query, start=f"{start / 1000}", end=f"{end / 1000}", step="7s"
    )

    found = over_time(parse(query), store, start, end, step)
    assert _values(found) == _values(expected, _near)
