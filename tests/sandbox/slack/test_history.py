"""Reading back what was said: periods, pages, threads, metadata."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.conftest import CHANNEL, Now, error_of

KEY = {"event_type": "outbox", "event_payload": {"key": "INC-1/update/1"}}


@pytest.fixture
async def posted(client: AsyncWebClient, now: Now) -> list[str]:
    stamps = []
    for text in "abcde":
        now.advance(1)
        stamps.append((await client.chat_postMessage(channel=CHANNEL, text=text))["ts"])
    return stamps


async def texts(client: AsyncWebClient, **period) -> str:
    answer = await client.conversations_history(channel=CHANNEL, **period)
    return "".join(row["text"] for row in answer["messages"])


async def test_history_is_newest_first(client: AsyncWebClient, posted: list[str]) -> None:
    assert await texts(client) == "edcba"


async def test_the_ends_of_a_period_count_only_when_inclusive(
    client: AsyncWebClient, posted: list[str]
) -> None:
    period = {"oldest": posted[1], "latest": posted[3]}

    assert await texts(client, **period) == "c"
    assert await texts(client, **period, inclusive=True) == "dcb"
    assert await texts(client, oldest="1800000002.5") == "edc"


async def test_pages_follow_the_cursor(client: AsyncWebClient, posted: list[str]) -> None:
    pages = [
        ("".join(row["text"] for row in page["messages"]), page["has_more"])
        async for page in await client.conversations_history(channel=CHANNEL, limit=2)
    ]

    assert pages == [("ed", True), ("cb", True), ("a", False)]


async def test_a_message_is_found_by_its_metadata(client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel=CHANNEL, text="Down", metadata=KEY))["ts"]
    await client.chat_postMessage(channel=CHANNEL, text="Note", thread_ts=ts, metadata=KEY)

    history = await client.conversations_history(channel=CHANNEL, include_all_metadata=True)
    thread = await client.conversations_replies(channel=CHANNEL, ts=ts, include_all_metadata=True)
    without = await client.conversations_history(channel=CHANNEL)

    assert [row["metadata"] for row in history["messages"]] == [KEY]
    assert [row["metadata"] for row in thread["messages"]] == [KEY, KEY]
    assert "metadata" not in without["messages"][0]


async def test_replies_bring_the_parent_then_the_period(client: AsyncWebClient, now: Now) -> None:
    parent = (await client.chat_postMessage(channel=CHANNEL, text="a"))["ts"]
    replies = []
    for text in "bc":
        now.advance(1)
        answer = await client.chat_postMessage(channel=CHANNEL, text=text, thread_ts=parent)
        replies.append(answer["ts"])

    thread = await client.conversations_replies(channel=CHANNEL, ts=parent, oldest=replies[0])

    assert [row["text"] for row in thread["messages"]] == ["a", "c"]
    assert await texts(client) == "a"


async def test_unreadable_questions_are_refused(slack: SlackServer, client: AsyncWebClient) -> None:
    async def error(**period) -> str:
        return await error_of(client.conversations_history(channel=CHANNEL, **period))

    assert await error(oldest="yesterday") == "invalid_ts_oldest"
    assert await error(latest="1.1234567") == "invalid_ts_latest"
    assert await error(cursor="?") == "invalid_cursor"
    assert await error(limit=1000) == "invalid_limit"
    unknown = client.conversations_replies(channel=CHANNEL, ts="1.000001")
    assert await error_of(unknown) == "thread_not_found"
