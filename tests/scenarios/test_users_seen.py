"""Users' requests through a real Prometheus: what a card then says of them."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.world import free_port
from tests import prometheus
from tests.prometheus import Phase
from tests.scenarios.story import CLOCK, SLOW_PODS, a_story, read

pytestmark = pytest.mark.skipif(prometheus.program() is None, reason=prometheus.WHY_NOT)


def hasty(config):
    config["policy"]["verify_seconds"] = 8


async def test_a_card_counts_the_requests_that_failed(tmp_path):
    port = free_port()
    async with (
        a_story(tmp_path, prometheus_url=f"http://127.0.0.1:{port}") as story,
        prometheus.scraping(
            tmp_path, port, [story.world.service.url.removeprefix("http://")]
        ) as url,
    ):
        await story.users_get("picture")
        await story.world.chaos.break_("outage-503")
        await story.users_get("error")
        await prometheus.knows(url, 'sum(increase(ideogram_generations_total{code="503"}[1m])) > 5')

        await story.run("triage full")

        card = read(await story.sees("P1 · Ideogram is down, not us", "requests failed in"))
        assert "5xx" in card.partition("*Hurts*")[2].partition("\n")[0]


@pytest.mark.skipif(not prometheus.can_remember(), reason="no promtool: it writes the past")
async def test_a_card_says_since_when_and_the_incident_keeps_it(tmp_path):
    port, now = free_port(), CLOCK.now()
    await prometheus.remember(
        tmp_path, now, Phase(60, {"200": 60}), Phase(8, {"200": 1, "503": 59})
    )
    async with (
        a_story(tmp_path, prometheus_url=f"http://127.0.0.1:{port}") as story,
        prometheus.scraping(tmp_path, port, [story.world.service.url.removeprefix("http://")]),
    ):
        await story.world.chaos.break_("outage-503")
        await story.users_get("error")

        await story.run("triage full")

        card = await story.sees("P1 · Ideogram is down, not us", "Users get errors since")
        began = datetime.fromtimestamp(int(re.findall(r"since <!date\^(\d+)", read(card))[0]), UTC)
        assert abs(now - timedelta(minutes=8) - began) < timedelta(seconds=30)
        assert f"98 % of requests failed since {began:%H:%M} UTC" in card["text"]

        await story.press("Declare Incident")
        incident = read(await story.sees("INC-1 · P1", "*Impact*  98 % of requests failed since"))
        assert f"began <!date^{began.timestamp():.0f}^" in incident


async def test_refusals_that_stop_make_fewer_requests_at_once_effective(tmp_path):
    port = free_port()
    async with (
        a_story(
            tmp_path, prometheus_url=f"http://127.0.0.1:{port}", amend=hasty, pace=SLOW_PODS
        ) as story,
        prometheus.scraping(
            tmp_path, port, [story.world.service.url.removeprefix("http://")]
        ) as url,
    ):
        await story.world.chaos.break_("rate-limited")
        await prometheus.knows(url, 'sum(increase(ideogram_generations_total{code="429"}[1m])) > 5')
        await story.run("triage full")
        await story.press("Reduce Concurrency")
        await story.until(story.patches, "the patch")

        await story.world.chaos.repair()

        said = read(await story.sees("*Effective in", "no 429 in"))
        assert "requests of 8 s" in said


async def test_a_prometheus_that_is_away_is_a_gap_of_ours(tmp_path):
    async with a_story(tmp_path, prometheus_url="http://127.0.0.1:9") as story:
        await story.users_get("picture")

        await story.run("triage full")

        card = read(await story.sees("P4 · Ideogram works; our metrics of users cannot be read"))
        assert "traffic (refused at connect)" in card
