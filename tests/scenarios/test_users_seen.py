"""Users' requests through a real Prometheus: what a card then says of them."""

import pytest

from bot.sandbox.world import free_port
from tests import prometheus
from tests.scenarios.story import a_story, read

pytestmark = pytest.mark.skipif(prometheus.program() is None, reason=prometheus.WHY_NOT)


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


async def test_a_prometheus_that_is_away_is_a_gap_of_ours(tmp_path):
    async with a_story(tmp_path, prometheus_url="http://127.0.0.1:9") as story:
        await story.users_get("picture")

        await story.run("triage full")

        card = read(await story.sees("P4 · Ideogram works; our metrics of users cannot be read"))
        assert "traffic (refused at connect)" in card
