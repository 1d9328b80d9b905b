"""Posting, changing, whispering and deleting messages."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.conftest import ANA, BLOCKS, CHANNEL, Bot, error_of, next_event

KEY = {"event_type": "outbox", "event_payload": {"key": "INC-1/update/1"}}


async def test_a_post_is_stored_with_the_ids_slack_fills_in(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel=CHANNEL, text="Down", blocks=BLOCKS)

    [stored] = slack.messages(CHANNEL)
    assert stored == posted["message"]
    assert (stored["ts"], stored["user"]) == (posted["ts"], slack.bot_user_id)
    assert stored["blocks"][0]["block_id"]
    assert stored["blocks"][1]["block_id"] == "buttons"


@pytest.mark.parametrize("name", ["#incidents", "incidents", CHANNEL])
async def test_a_channel_has_a_name_and_an_id(client: AsyncWebClient, name: str) -> None:
    assert (await client.chat_postMessage(channel=name, text="Hi"))["channel"] == CHANNEL


async def test_a_user_id_is_the_address_of_direct_messages(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel=ANA, text="Hi")
    opened = await client.conversations_open(users=[ANA])

    assert posted["channel"] == opened["channel"]["id"] == "D0ANA"
    assert slack.channels["D0ANA"].is_im


async def test_posting_is_refused_where_the_bot_is_no_member(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    slack.channels[CHANNEL].members.discard(slack.bot_user_id)

    before = await error_of(client.chat_postMessage(channel=CHANNEL, text="Hi"))
    await client.conversations_join(channel=CHANNEL)
    after = await client.chat_postMessage(channel=CHANNEL, text="Hi")

    assert (before, after["ok"]) == ("not_in_channel", True)


async def test_replies_are_counted_and_stay_out_of_the_channel(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    parent = (await client.chat_postMessage(channel=CHANNEL, text="Down"))["ts"]

    await client.chat_postMessage(channel=CHANNEL, text="One", thread_ts=parent)
    await client.chat_postMessage(
        channel=CHANNEL, text="Two", thread_ts=parent, reply_broadcast=True
    )

    assert [row["text"] for row in slack.thread(CHANNEL, parent)] == ["Down", "One", "Two"]
    assert [row["text"] for row in slack.messages(CHANNEL)] == ["Down", "Two"]
    assert slack.messages(CHANNEL)[0]["reply_count"] == 2


async def test_a_reply_needs_a_parent(client: AsyncWebClient) -> None:
    lost = client.chat_postMessage(channel=CHANNEL, text="One", thread_ts="1700000000.000100")

    assert await error_of(lost) == "cannot_reply_to_message"


async def test_an_update_without_blocks_deletes_them_and_keeps_the_metadata(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(
        channel=CHANNEL, text="Down", blocks=BLOCKS, metadata=KEY
    )

    await client.chat_update(channel=CHANNEL, ts=posted["ts"], text="Up")

    [stored] = slack.messages(CHANNEL)
    assert (stored["text"], stored["metadata"]) == ("Up", KEY)
    assert "blocks" not in stored
    assert stored["edited"]["user"] == slack.bot_user_id


async def test_what_cannot_be_updated_is_refused(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    posted = (await client.chat_postMessage(channel=CHANNEL, text="Down"))["ts"]
    whispered = await client.chat_postEphemeral(channel=CHANNEL, user=ANA, text="Only you")
    said = (await slack.say(ANA, CHANNEL, "Who is on it?")).payload["ts"]

    async def error(ts: str, text: str = "Up") -> str:
        return await error_of(client.chat_update(channel=CHANNEL, ts=ts, text=text))

    assert await error(posted, "x" * 4001) == "msg_too_long"
    assert await error("1700000000.000100") == "message_not_found"
    assert await error(whispered["message_ts"]) == "message_not_found"
    assert await error(said) == "cant_update_message"


async def test_long_text_is_cut_when_posted(slack: SlackServer, client: AsyncWebClient) -> None:
    answer = await client.chat_postMessage(channel=CHANNEL, text="x" * 40_001)

    assert answer["warning"] == "message_truncated"
    assert len(slack.messages(CHANNEL)[0]["text"]) == 40_000


async def test_a_whisper_is_seen_by_one_member_only(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    await client.chat_postEphemeral(channel=CHANNEL, user=ANA, text="Only you")
    stranger = client.chat_postEphemeral(channel=CHANNEL, user="U0EVE", text="Only you")

    assert await error_of(stranger) == "user_not_in_channel"
    assert [row["text"] for row in slack.ephemerals(ANA)] == ["Only you"]
    assert slack.ephemerals("U0BEN") == slack.messages(CHANNEL) == []


async def test_only_own_messages_can_be_deleted(slack: SlackServer, client: AsyncWebClient) -> None:
    posted = (await client.chat_postMessage(channel=CHANNEL, text="Down"))["ts"]
    said = (await slack.say(ANA, CHANNEL, "Who is on it?")).payload["ts"]

    await client.chat_delete(channel=CHANNEL, ts=posted)

    assert await error_of(client.chat_delete(channel=CHANNEL, ts=said)) == "cant_delete_message"
    assert [row["ts"] for row in slack.messages(CHANNEL)] == [said]


async def test_a_permalink_names_channel_message_and_thread(client: AsyncWebClient) -> None:
    parent = (await client.chat_postMessage(channel=CHANNEL, text="Down"))["ts"]
    reply = (await client.chat_postMessage(channel=CHANNEL, text="One", thread_ts=parent))["ts"]

    link = (await client.chat_getPermalink(channel=CHANNEL, message_ts=reply))["permalink"]

    expected = f"/archives/{CHANNEL}/p{reply.replace('.', '')}?thread_ts={parent}&cid={CHANNEL}"
    assert link.endswith(expected)


async def test_reactions_pins_and_bookmarks_are_kept_once(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    ts = (await client.chat_postMessage(channel=CHANNEL, text="Down"))["ts"]
    await client.reactions_add(channel=CHANNEL, timestamp=ts, name="eyes")
    await client.pins_add(channel=CHANNEL, timestamp=ts)
    await client.bookmarks_add(
        channel_id=CHANNEL, title="Runbook", type="link", link="https://x.test"
    )

    again = client.reactions_add(channel=CHANNEL, timestamp=ts, name="eyes")
    assert await error_of(again) == "already_reacted"
    assert await error_of(client.pins_add(channel=CHANNEL, timestamp=ts)) == "already_pinned"
    assert slack.messages(CHANNEL)[0]["reactions"][0]["count"] == 1
    assert slack.channels[CHANNEL].bookmarks[0]["title"] == "Runbook"


async def test_watchers_hear_of_messages_changes_and_calls(socket_bot: Bot) -> None:
    async with socket_bot.slack.subscribe() as events:
        posted = await socket_bot.client.chat_postMessage(channel=CHANNEL, text="Down")
        await socket_bot.client.chat_update(channel=CHANNEL, ts=posted["ts"], text="Up")

        new = await next_event(events, "message")
        changed = await next_event(events, "message_changed")
        call = await next_event(events, "call")

    assert (new["message"]["text"], changed["message"]["text"]) == ("Down", "Up")
    assert call["call"]["method"] == "chat.update"
