"""Users' requests through the sandbox's Prometheus: what a card then says of them."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.ports import free_port
from tests import prometheus
from tests.prometheus import Phase
from tests.scenarios.seeing import CLOCK, read
from tests.scenarios.story import SLOW_PODS, a_story

REFUSED = 'sum(increase(ideogram_generations_total{code="429"}[1m])) > 5'
FAILED = 'sum(increase(ideogram_generations_total{code="503"}[1m])) > 20'
# So many pictures, and of errors so few that they are none.
ONLY_PICTURES = """
    sum(increase(ideogram_generations_total{code="200"}[12s])) > 25
    unless sum(increase(ideogram_generations_total{status="error"}[12s])) > 0
"""


def hasty(config):
    config["policy"]["verify_seconds"] = 8


def by_minutes(config):
    config["services"][0]["prometheus"]["recent_seconds"] = 60  # the past has a sample every 15 s


async def test_a_card_counts_the_requests_that_failed(tmp_path):
    async with a_story(tmp_path) as story:
        await story.users_get("picture")
        await story.world.chaos.break_("outage-503")
        await story.users_get("error")
        await prometheus.knows(story.world.prometheus_url, FAILED)

        await story.run("triage full")

        card = read(await story.sees("P1 · Ideogram is down, not us", "requests failed in"))
        assert "5xx" in card.partition("*Hurts*")[2].partition("\n")[0]


@pytest.mark.skipif(prometheus.loader() is None, reason=prometheus.WHY_NO_LOADER)
async def test_a_card_says_since_when_and_the_incident_keeps_it(tmp_path):
    port, now = free_port(), CLOCK.now()
    await prometheus.remember(
        tmp_path, now, Phase(60, {"200": 60}), Phase(8, {"200": 1, "503": 59})
    )
    async with (
        a_story(tmp_path, prometheus_url=f"http://127.0.0.1:{port}", amend=by_minutes) as story,
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
    async with a_story(tmp_path, amend=hasty, pace=SLOW_PODS) as story:
        await story.world.chaos.break_("rate-limited")
        await prometheus.knows(story.world.prometheus_url, REFUSED)
        await story.run("triage full")
        await story.press("Reduce Concurrency")
        await story.until(story.patches, "the patch")

        await story.world.chaos.repair()

        said = read(await story.sees("*Effective in", "no 429 in"))
        assert "requests of 8 s" in said


async def test_errors_of_before_a_fallback_accuse_nobody_once_images_come_again(tmp_path):
    def long_memory(config):
        config["services"][0]["prometheus"]["window_minutes"] = 20

    async with a_story(tmp_path, amend=long_memory) as story:
        await story.users_get("picture")
        await story.world.chaos.break_("outage-503")
        await prometheus.knows(story.world.prometheus_url, FAILED)
        await story.run("triage full")
        await story.press("Enable Fallback")
        await story.users_get("placeholder")
        await story.sees("*Effective", "Enable Fallback")
        await story.world.chaos.repair()

        await story.run("triage full")

        card = read(await story.sees("Ideogram is back, fallback still on"))
        assert "before the fallback: " in card
        assert "*Also seen*" not in card

        await story.press("Disable Fallback")
        await story.sees("*Effective", "Disable Fallback")
        await prometheus.knows(story.world.prometheus_url, ONLY_PICTURES)
        await story.run("triage full")

        await story.sees("All fine: Ideogram, us, users", "user requests failed in 12 s")


async def test_users_who_are_out_of_sight_are_not_called_fine(tmp_path):
    async with a_story(tmp_path, prometheus_url=None) as story:
        await story.users_get("picture")

        await story.run("triage full")

        card = read(await story.sees("All fine as far as seen: Ideogram, us"))
        assert "traffic (no Prometheus is configured)" in card


async def test_a_prometheus_that_is_away_is_a_gap_of_ours(tmp_path):
    async with a_story(tmp_path, prometheus_url="http://127.0.0.1:9") as story:
        await story.users_get("picture")

        await story.run("triage full")

        card = read(await story.sees("P4 · Ideogram works; our metrics of users cannot be read"))
        assert "traffic (refused at connect)" in card
