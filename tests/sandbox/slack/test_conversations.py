"""Channels that the bot opens, fills, names and closes."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.conftest import ANA, CHANNEL, error_of


async def test_an_incident_channel_is_created_filled_and_archived(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    channel = (await client.conversations_create(name="inc-1"))["channel"]["id"]
    await client.conversations_invite(channel=channel, users=[ANA, "U0BEN"])
    await client.conversations_setTopic(channel=channel, topic="INC-1 P1")
    await client.conversations_archive(channel=channel)

    members = (await client.conversations_members(channel=channel))["members"]
    assert members == sorted([ANA, "U0BEN", slack.bot_user_id])
    assert slack.channels[channel].topic == "INC-1 P1"
    assert await error_of(client.chat_postMessage(channel=channel, text="Hi")) == "is_archived"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("x" * 81, "invalid_name_maxlength"),
        ("INC-1", "invalid_name_specials"),
        ("inc 1", "invalid_name_specials"),
        ("incidents", "name_taken"),
    ],
)
async def test_a_channel_name_is_short_lower_case_and_new(
    client: AsyncWebClient, name: str, error: str
) -> None:
    assert await error_of(client.conversations_create(name=name)) == error


async def test_inviting_members_again_is_refused(client: AsyncWebClient) -> None:
    again = client.conversations_invite(channel=CHANNEL, users=[ANA])

    assert await error_of(again) == "already_in_channel"


async def test_a_long_topic_is_refused(client: AsyncWebClient) -> None:
    assert (
        await error_of(client.conversations_setTopic(channel=CHANNEL, topic="x" * 251))
        == "too_long"
    )


async def test_the_list_holds_public_channels_unless_asked_for_more(
    client: AsyncWebClient,
) -> None:
    await client.conversations_open(users=[ANA])

    public = await client.conversations_list(exclude_archived=True)
    direct = await client.conversations_list(types="im")

    names = [row["name"] for row in public["channels"]]
    assert names == ["incidents", "on-call", "bot-operations"]
    assert [row["user"] for row in direct["channels"]] == [ANA]
