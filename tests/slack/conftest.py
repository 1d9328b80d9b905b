"""A messenger before a recording Slack."""

import os
from pathlib import Path

import pytest

from bot.slack.messenger import SlackMessenger, http_session, web_client
from tests.fakes.clock import FakeClock
from tests.sayings import WORDS
from tests.slack.edge import an_edge
from tests.slack.wire import recording_slack


@pytest.fixture
async def wire():
    async with recording_slack() as slack:
        yield slack


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
async def messenger(wire, clock):
    async with http_session() as session:
        client = web_client("xoxb-test", f"{wire.url}api/", session)
        yield SlackMessenger(client=client, session=session, words=WORDS, clock=clock)


@pytest.fixture
def slack_schemas():
    """The folder of Slack's schemas; third-party data that stays outside the product."""
    folder = os.environ.get("SLACK_SCHEMAS")
    if not folder:
        pytest.skip("SLACK_SCHEMAS names no folder of Slack's schemas")
    return Path(folder)


@pytest.fixture
def edge(wire, messenger, clock):
    identity = {"ok": True, "user_id": "U0BOT", "bot_id": "B1", "team_id": "T1", "url": wire.url}
    wire.answer("auth.test", identity)
    return an_edge(wire.url, messenger, clock)
