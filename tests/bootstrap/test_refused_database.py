"""A database of a newer version: Slack is answered, a triage runs, and the reason is named."""

import sqlite3
from contextlib import closing

import aiohttp
import pytest

from bot.bootstrap.once import triage_once
from bot.domain.diagnosis import Mode
from bot.sandbox.world import World
from bot.settings.load import load
from bot.storage.migrate import migrate
from tests.scenarios.story import a_story

NEWER = "The database is newer than this bot: run the version that made it, or a newer one."


async def newer(world: World) -> None:
    """Leave behind what a later version would, before this one is rolled back to."""
    url = world.environment["DATABASE_URL"]
    await migrate(url)
    with closing(sqlite3.connect(url.partition("///")[2])) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_people_are_answered_and_the_reason_stands_in_the_log_and_in_readyz(
    tmp_path, transport
):
    async with a_story(tmp_path, transport=transport, start_bot=False) as story:
        await newer(story.world)
        async with story.started_bot(ready=False):
            await story.run("status")
            await story.hears("Not recorded", "Nothing was changed.")
            await story.run("triage")
            await story.hears("No fault found by free checks")

            await story.until(lambda: NEWER in story.log, "the reason in the log")
            url = f"http://127.0.0.1:{story.world.environment['PORT']}/readyz"
            async with aiohttp.ClientSession() as session, session.get(url) as answer:
                assert (answer.status, await answer.text()) == (503, f"{NEWER}\n")

        assert story.log.count("database.away") == 1
        assert "Traceback" not in story.log


async def test_a_terminal_measures_without_it(tmp_path):
    async with World(tmp_path, port=0, start_bot=False) as world:
        await newer(world)
        settings = load(world.environment, for_slack=False)

        ((card, _),), _ = await triage_once(settings, None, None, lambda _: lambda _: None)

    assert (card.mode, card.triage_id) == (Mode.QUICK, None)
    assert card.mode_reason == "no database: free probes only"
