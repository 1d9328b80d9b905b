"""A database that does not answer: nothing is recorded, that is said, and a triage still runs."""

import pytest

from bot.sandbox.ports import free_port
from tests.scenarios.story import a_story


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_without_a_database_requests_are_answered_and_free_probes_run(tmp_path, transport):
    async with a_story(tmp_path, transport=transport, start_bot=False) as story:
        nobody_there = f"postgresql+asyncpg://bot:pass-word@127.0.0.1:{free_port()}/bot"
        story.world.environment["DATABASE_URL"] = nobody_there
        async with story.started_bot(ready=False):
            await story.run("status")
            await story.hears("Not recorded", "Nothing was changed.", "Try again in a moment.")

            await story.run("triage")
            await story.hears("No fault found by free checks", "$0.00 spent")

            await story.run("declare")
            view = await story.until(lambda: story.slack.open_views("U0ANA"), "the form")
            title = {"title": {"title": {"value": "Images fail"}}}
            done = await story.slack.submit_view("U0ANA", view[-1]["id"], title)

            assert "Send again" in str(done.response)
            assert "pass-word" not in story.log
