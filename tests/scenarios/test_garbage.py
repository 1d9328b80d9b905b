"""Garbage from everybody at once: each probe says what it got, and the triage ends in time."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml

from bot.bootstrap.once import opened
from bot.settings.load import load
from tests.integrations.api_server import write_kubeconfig
from tests.scenarios.garbage import WAY_OUT, Garbage
from tests.scenarios.verdicts.place import Bot

pytestmark = pytest.mark.asyncio(loop_scope="module")

MIB = 1024**2
PATIENT_SECONDS, HASTY_SECONDS = 20.0, 2.0
NONSENSE = {
    "reachability": ("healthy", "200 in T"),
    "auth": ("unknown", "200 in T, no price quote"),
    "generate-v3": ("unhealthy", "200 in T, no image"),
    "download": ("unhealthy", "200 in T, but no PNG, JPEG or WebP"),
    "status-page": (
        "unknown",
        "not understood: no component of ours and no known status in it",
    ),
    "app-health": ("unknown", "health not understood: no is in the health document"),
    "traffic": ("unknown", "200 in T, no answer of Prometheus"),
}


def _timeless(detail: str) -> str:
    """Leave out how long it took; on a busy machine a phase may take long enough to be named."""
    told = re.sub(r"\d+(\.\d+)? m?s\b", "T", detail)
    return re.sub(r", T of it [^,]+", "", told)


def everywhere(words: str) -> dict[str, tuple[str, str]]:
    return {kind: (outcome, words) for kind, (outcome, _) in BROKEN_OUTCOMES.items()}


BROKEN_OUTCOMES = NONSENSE | {
    "reachability": ("unhealthy", ""),
    "app-health": ("unhealthy", ""),
}
ROWS = {
    "html": NONSENSE,
    "truncated": NONSENSE,
    "endless": NONSENSE,
    "bomb": NONSENSE,
    "broken": everywhere("connection broke after T"),
    "redirects": {
        "reachability": ("healthy", "302 in T"),
        "auth": ("unknown", "302 in T"),
        "generate-v3": ("unhealthy", "302 in T, no image"),
        "download": ("unhealthy", "the picture is redirected more than 3 times"),
        "status-page": ("unknown", "302 in T"),
        "app-health": ("unknown", "health not understood: 302, no is in the health document"),
        "traffic": ("unknown", "302 in T, no answer of Prometheus"),
    },
    "wrong_type": {
        "reachability": ("healthy", "200 in T"),
        "auth": ("healthy", "price quote in T"),
        "generate-v3": ("healthy", "image in T"),
        "download": ("healthy", "picture in T"),
        "status-page": ("healthy", "all operational"),
        "app-health": ("healthy", "says ok in T"),
        "traffic": ("unknown", "Prometheus has no such series"),
    },
}
SLOW = {
    "slow_head": everywhere("no answer in T, waited for the first byte"),
    "slow_body": everywhere("no answer in T, waited for the rest"),
}
NO_API = "something else than an API server answered"
CLUSTER = {
    "html": NO_API,
    "truncated": NO_API,
    "wrong_type": NO_API,
    "broken": "the API server broke the connection (ClientPayloadError)",
    "redirects": "the API server broke the connection (TooManyRedirects)",
    "endless": "the API server sent more than 32 MiB",
    "bomb": "the API server sent more than 32 MiB",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def garbage() -> AsyncIterator[Garbage]:
    server = Garbage()
    async with server.listening():
        yield server


def config(url: str, seconds: float) -> dict[str, Any]:
    service = {
        "name": "service",
        "health_url": f"{url}/health",
        "health_path": "is",
        "prometheus": {"url": url},
    }
    in_cluster = {"name": "in-cluster", "deployment": "web"}
    with_secret = in_cluster | {"name": "with-secret", "secret": {"name": "keys"}}
    return {
        "services": [service, in_cluster, with_secret],
        "ideogram": {
            "status_url": f"{url}/api/v2/summary.json",
            "image_hosts": [url.removeprefix("http://")],
            "daily_probe_budget_usd": 100,
            "probe_timeout_seconds": {"default": seconds, "generate": seconds},
        },
        "connectivity_urls": [f"{url}{WAY_OUT}"],
    }


@asynccontextmanager
async def a_bot(folder: Path, url: str, seconds: float) -> AsyncIterator[Bot]:
    write_kubeconfig(folder / "kubeconfig", url)
    file = folder / "ideogram-bot.yml"
    file.write_text(yaml.safe_dump(config(url, seconds)), encoding="utf-8")
    environment = {
        "IDEOGRAM_API_KEY": "ik-0123456789",
        "IDEOGRAM_API_URL": url,
        "IDEOGRAM_BOT_CONFIG": str(file),
        "KUBECONFIG": str(folder / "kubeconfig"),
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'bot.db'}",
    }
    async with opened(load(environment, for_slack=False)) as (out, _):
        yield Bot(out)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def patient(garbage: Garbage, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    async with a_bot(tmp_path_factory.mktemp("patient"), garbage.url, PATIENT_SECONDS) as bot:
        yield bot


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hasty(garbage: Garbage, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    async with a_bot(tmp_path_factory.mktemp("hasty"), garbage.url, HASTY_SECONDS) as bot:
        yield bot


def rows(found, kinds):
    """Read rows with every duration as T."""
    read = {kind: found.row(kind) for kind in kinds}
    return {kind: (outcome, _timeless(detail)) for kind, (outcome, detail) in read.items()}


@pytest.mark.parametrize("kind", ROWS)
async def test_each_row_says_in_words_what_came(garbage, patient, kind):
    garbage.kind = kind

    async with asyncio.timeout(PATIENT_SECONDS * 2):
        found = await patient.triage("service")

    assert rows(found, ROWS[kind]) == ROWS[kind]
    assert found.row("generate-legacy")[0] == found.row("connectivity")[0] == "healthy"
    expected = "outage" if "no image" in str(ROWS[kind]) or kind == "broken" else "monitoring-gap"
    assert found.cause == expected


@pytest.mark.parametrize("kind", SLOW)
async def test_what_never_ends_is_given_up_in_time(garbage, hasty, kind):
    garbage.kind = kind

    found = await hasty.triage("service")

    seen = rows(found, SLOW[kind])
    # Whoever is out of breath may not get the picture of the one good call in time.
    if found.row("generate-legacy")[0] != "healthy":
        seen["download"] = SLOW[kind]["download"]
    assert seen == SLOW[kind]
    assert found.cause in ("timeout", "own-service")
    assert found.document["duration_ms"] < 2 * 1000 * HASTY_SECONDS + 2000


async def test_of_a_body_without_end_only_the_beginning_is_taken(garbage, patient):
    garbage.kind, garbage.sent = "endless", 0

    await patient.triage("service")

    # A picture of 20 MiB, and what lies in the buffers of some 15 connections.
    assert 20 * MIB <= garbage.sent < 200 * MIB


@pytest.mark.parametrize("kind", CLUSTER)
async def test_an_api_server_that_is_none_is_unknown_and_says_why(garbage, patient, kind):
    garbage.kind = kind

    async with asyncio.timeout(PATIENT_SECONDS * 2):
        found = await patient.triage("in-cluster")

    assert found.row("workload") == ("unknown", CLUSTER[kind])


async def test_an_api_server_that_never_ends_its_answer_is_given_up_in_time(garbage, hasty):
    garbage.kind = "slow_body"

    found = await hasty.triage("in-cluster")

    assert found.row("workload") == ("unknown", "the cluster did not answer in 2 s")


@pytest.mark.parametrize("kind", ["html", "endless"])
async def test_a_key_that_cannot_be_read_leaves_the_bots_own_and_says_so(garbage, patient, kind):
    garbage.kind = kind

    found = await patient.triage("with-secret")

    note = found.probe("auth")["facts"]["key_note"]
    assert note == f"the bot's own key: the service's cannot be read: {CLUSTER[kind]}"
