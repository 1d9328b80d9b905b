"""Sending to a Slack on loopback: what goes out, what is found again, how failures are sorted."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import (
    ForbiddenError,
    PermanentError,
    RateLimitedError,
    UnavailableError,
    UnseenError,
)
from bot.domain.ids import ChannelId, IncidentId, MessageTs, OutboxKey, UserId
from bot.domain.message import Note, NoteKind
from bot.domain.outbox import Sending, SendingKind
from bot.slack.messenger import SlackMessenger, http_session, web_client
from bot.slack.refusals import FIXES
from tests.builders import ANA, NIGHT
from tests.sayings import WORDS, a_card, a_postmortem

CHANNEL = ChannelId("C1")
TS = MessageTs("1700000000.000100")


def a_sending(**changes):
    values = {
        "id": 1,
        "key": OutboxKey("T-118/card"),
        "kind": SendingKind.CARD,
        "channel": CHANNEL,
        "message": a_card(),
        "written_at": NIGHT,
    }
    return Sending(**(values | changes))


A_FILE = a_sending(
    key=OutboxKey("INC-42/postmortem/1"), kind=SendingKind.FILE, message=a_postmortem()
)


async def test_a_post_carries_its_key_and_text(messenger, wire):
    ts = await messenger.post(a_sending(), late=False)

    (sent,) = wire.sent("chat.postMessage")
    assert ts == TS
    assert sent["metadata"] == {
        "event_type": "ideogram_bot",
        "event_payload": {"key": "T-118/card"},
    }
    assert sent["text"].startswith("P1 ideogram-service: Ideogram is down, not us (503).")
    assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)
    assert "thread_ts" not in sent


async def test_a_reply_may_be_shown_in_the_channel_too(messenger, wire):
    await messenger.post(a_sending(parent_ts=TS, broadcast=True), late=False)

    (sent,) = wire.sent("chat.postMessage")
    assert (sent["thread_ts"], sent["reply_broadcast"]) == (TS, True)


async def test_a_late_post_says_when_it_was_written_and_keeps_one_button(messenger, wire):
    await messenger.post(a_sending(), late=True)

    blocks = wire.sent("chat.postMessage")[0]["blocks"]
    assert [len(one["elements"]) for one in blocks if one["type"] == "actions"] == [1]
    assert blocks[-1]["elements"][0]["text"].startswith("Written <!date^1795143840^{time}|03:04")


async def test_an_update_sends_text_and_blocks_together(messenger, wire):
    await messenger.update(a_sending(ts=TS, revision=3))

    (sent,) = wire.sent("chat.update")
    assert (sent["ts"], sent["text"][:2]) == (TS, "P1")
    assert [one["block_id"] for one in sent["blocks"] if one["type"] == "actions"] == [
        "actions/3/ideogram-service"
    ]


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (429, {"ok": False, "error": "ratelimited"}, RateLimitedError),
        (500, "oops", UnseenError),
        (503, {"ok": False, "error": "service_unavailable"}, UnseenError),
        (200, {"ok": False, "error": "fatal_error"}, UnseenError),
        (200, "break", UnseenError),
        (200, {"ok": False, "error": "channel_not_found"}, PermanentError),
        (200, {"ok": False, "error": "missing_scope"}, ForbiddenError),
    ],
    ids=["429", "500", "503", "fatal", "broken", "refused", "scope"],
)
async def test_a_failure_says_what_can_happen_next(messenger, wire, status, body, error):
    wire.answer("chat.postMessage", body, status)

    with pytest.raises(error):
        await messenger.post(a_sending(), late=False)

    assert len(wire.calls) == 1


async def test_the_wait_that_slack_asks_for_is_kept(messenger, wire):
    wire.answer("chat.postMessage", {"ok": False, "error": "ratelimited"}, 429)

    with pytest.raises(RateLimitedError) as caught:
        await messenger.post(a_sending(), late=False)

    assert caught.value.retry_after == timedelta(seconds=20)


async def test_a_refusal_names_the_error_and_the_cure(messenger, wire):
    wire.answer("chat.postMessage", {"ok": False, "error": "not_in_channel"})

    with pytest.raises(PermanentError, match=r"not_in_channel\. Invite the bot"):
        await messenger.post(a_sending(), late=False)


async def test_a_refused_connection_had_no_effect(clock):
    async with http_session() as session:
        client = web_client("xoxb-test", "http://127.0.0.1:1/api/", session)
        messenger = SlackMessenger(client=client, session=session, words=WORDS, clock=clock)

        with pytest.raises(UnavailableError):
            await messenger.post(a_sending(), late=False)


def ours(key="T-118/card"):
    metadata = {"event_type": "ideogram_bot", "event_payload": {"key": key}}
    return {"ts": TS, "metadata": metadata}


async def test_a_post_is_found_by_its_key_in_the_channel(messenger, wire):
    wire.answer("conversations.history", {"ok": True, "messages": [{"ts": "1.2"}, ours()]})

    found = await messenger.find(a_sending(), NIGHT)

    (asked,) = wire.sent("conversations.history")
    assert found == TS
    assert asked["include_all_metadata"] is True
    assert asked["oldest"] == f"{NIGHT.timestamp() - 120:.6f}"


async def test_another_key_is_another_message(messenger, wire):
    wire.answer("conversations.history", {"ok": True, "messages": [ours("T-1/card")]})

    assert await messenger.find(a_sending(), NIGHT) is None


async def test_a_reply_is_looked_for_in_its_thread_page_by_page(messenger, wire):
    more = {"next_cursor": "abc"}
    wire.answer("conversations.replies", {"ok": True, "messages": [], "response_metadata": more})
    wire.answer("conversations.replies", {"ok": True, "messages": [ours()]})

    found = await messenger.find(a_sending(parent_ts=TS), NIGHT)

    first, second = wire.sent("conversations.replies")
    assert (found, first["ts"], second["cursor"]) == (TS, TS, "abc")


def ready_for_files(wire, share=None):
    place = {"ok": True, "upload_url": f"{wire.url}upload", "file_id": "F1"}
    shares = {"shares": {"public": {"C1": [{"ts": TS}]}}} if share else {}
    wire.answer("files.getUploadURLExternal", place)
    wire.answer("files.completeUploadExternal", {"ok": True, "files": [{"id": "F1", **shares}]})


async def test_a_file_is_announced_sent_and_shared(messenger, wire):
    ready_for_files(wire, share=True)

    ts = await messenger.upload(replace(A_FILE, parent_ts=TS))

    assert ts == TS
    assert wire.uploaded[0].startswith(b"## Incident: Ideogram outage")
    assert wire.sent("files.getUploadURLExternal")[0]["filename"] == "INC-42-postmortem-1.md"
    (shared,) = wire.sent("files.completeUploadExternal")
    assert (shared["channel_id"], shared["thread_ts"]) == ("C1", TS)


async def test_a_file_whose_message_comes_later_is_looked_for_by_name(messenger, wire):
    ready_for_files(wire)
    message = {"ts": TS, "files": [{"name": "INC-42-postmortem-1.md"}]}
    wire.answer("conversations.history", {"ok": True, "messages": []})
    wire.answer("conversations.history", {"ok": True, "messages": [message]})

    assert await messenger.upload(A_FILE) == TS


async def test_a_file_whose_message_never_comes_was_not_seen(messenger, wire):
    ready_for_files(wire)
    wire.answer("conversations.history", {"ok": True, "messages": []})

    with pytest.raises(UnseenError, match="has not appeared"):
        await messenger.upload(A_FILE)


async def test_a_link_is_looked_up_or_missing(messenger, wire):
    wire.answer("chat.getPermalink", {"ok": True, "permalink": "https://x.example/p1"})
    wire.answer("chat.getPermalink", {"ok": False, "error": "message_not_found"})

    assert await messenger.link(CHANNEL, TS) == "https://x.example/p1"
    assert await messenger.link(CHANNEL, TS) is None


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({"profile": {"display_name": "Ana"}, "real_name": "Ana B."}, "Ana"),
        ({"profile": {"display_name": ""}, "real_name": "Ana B."}, "Ana B."),
        ({}, None),
    ],
    ids=["display", "real", "none"],
)
async def test_a_person_has_a_name_or_none(messenger, wire, user, name):
    wire.answer("users.info", {"ok": True, "user": user})

    assert await messenger.name(ANA) == name


async def test_an_unknown_person_has_no_name(messenger, wire):
    wire.answer("users.info", {"ok": False, "error": "user_not_found"})

    assert await messenger.name(UserId("U0NOBODY")) is None


async def test_a_whisper_goes_to_one_person_and_never_fails(messenger, wire):
    note = Note(NoteKind.ACKNOWLEDGED, IncidentId(42), ANA)
    wire.answer("chat.postEphemeral", {"ok": True, "message_ts": TS})
    wire.answer("chat.postEphemeral", {"ok": False, "error": "user_not_in_channel"})

    await messenger.whisper(ANA, CHANNEL, note, TS)
    await messenger.whisper(ANA, CHANNEL, note)

    sent = wire.sent("chat.postEphemeral")
    assert [one["user"] for one in sent] == [ANA, ANA]
    assert sent[0]["thread_ts"] == TS


def test_the_errors_we_know_are_slacks(slack_schemas):
    reference = json.loads((slack_schemas / "slack_api_ref.json").read_text())
    named = {code for method in reference.values() for code in method.get("errors") or {}}

    of_every_method = {
        "account_inactive",
        "not_authed",
        "token_expired",
    }  # in Slack's prose, not in this list
    assert set(FIXES) - of_every_method <= named
