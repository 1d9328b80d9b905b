"""Sends to Slack what the outbox holds, once per call, and finds what was sent."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import BotError, UnseenError
from bot.domain.ids import ChannelId, MessageTs, UserId
from bot.domain.message import Message
from bot.domain.outbox import Sending, SendingKind
from bot.ports import Clock, Messenger, Words, file_name
from bot.slack.cards import Drawn, draw
from bot.slack.refusals import translated

EVENT_TYPE: Final = "ideogram_bot"  # of our message metadata; letters, digits and _ only
# Our clock and Slack's may differ by this much when we look for a message since a moment.
CLOCK_SKEW: Final = timedelta(minutes=2)
PAGE: Final = 200  # messages, docs.slack.dev recommends no more per call
PAGES_MAX: Final = 10  # 2,000 messages in one conversation since one attempt: that is enough
# The file's own message appears a moment after the upload is complete.
SHARE_LOOKS: Final = 5
SHARE_PAUSE: Final = timedelta(milliseconds=300)
TIMEOUT_SECONDS: Final = 10.0

log = structlog.get_logger()


def web_client(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Make a client that sends each request once: the outbox owns repetition.

    Args:
        token: Of the bot.
        api_url: With the trailing `/api/`.
        session: Shared by all calls, with `TIMEOUT_SECONDS`; closed by its owner.
    """
    return AsyncWebClient(token=token, base_url=api_url, session=session, retry_handlers=[])


def http_session() -> aiohttp.ClientSession:
    """Open the session for `web_client`; only inside a running loop."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS))


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackMessenger(Messenger):
    """Slack as the place where the bot speaks."""

    client: AsyncWebClient
    session: aiohttp.ClientSession
    words: Words
    clock: Clock

    async def post(self, sending: Sending, *, late: bool) -> MessageTs:
        """Post with our key in the metadata, so that it can be found again."""
        drawn = self._drawn(sending, late=late)
        with translated("chat.postMessage"):
            answer = await self.client.chat_postMessage(
                channel=sending.channel,
                text=drawn.text,
                blocks=drawn.blocks,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"key": sending.key}},
                unfurl_links=False,
                unfurl_media=False,
                **self._thread(sending),
            )
        return MessageTs(str(answer["ts"]))

    async def update(self, sending: Sending) -> None:
        """Replace text and blocks together: text alone would delete the blocks."""
        drawn = self._drawn(sending, late=False)
        with translated("chat.update"):
            await self.client.chat_update(
                channel=sending.channel,
                ts=sending.ts or "",
                text=drawn.text,
                blocks=drawn.blocks,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"key": sending.key}},
            )

    async def upload(self, sending: Sending) -> MessageTs:
        """Announce, send the bytes, share; then look where it stands."""
        name, content = file_name(sending.key), self.words.document(sending.message).encode()
        with translated("files.getUploadURLExternal"):
            place = await self.client.files_getUploadURLExternal(filename=name, length=len(content))
        with translated("files.upload"):
            async with self.session.post(place["upload_url"], data=content) as response:
                response.raise_for_status()
        wording = self.words.wording(sending.message)
        with translated("files.completeUploadExternal"):
            answer = await self.client.files_completeUploadExternal(
                files=[{"id": place["file_id"], "title": name}],
                channel_id=sending.channel,
                initial_comment=wording.lead or wording.text,
                thread_ts=sending.parent_ts,
            )
        return _shared_ts(answer.get("files"), sending.channel) or await self._appeared(sending)

    async def _appeared(self, sending: Sending) -> MessageTs:
        since = self.clock.now()
        for _ in range(SHARE_LOOKS):
            if (found := await self.find(sending, since)) is not None:
                return found
            await self.clock.sleep(SHARE_PAUSE)
        raise UnseenError("Slack took the file, but its message has not appeared yet.")

    async def find(self, sending: Sending, since: datetime) -> MessageTs | None:
        """Read the conversation from then on; a reply stands only in its thread."""
        async for message in self._messages(sending, since - CLOCK_SKEW):
            if _is_ours(message, sending):
                return MessageTs(str(message["ts"]))
        return None

    async def _messages(
        self, sending: Sending, since: datetime
    ) -> AsyncIterator[Mapping[str, Any]]:
        asked: dict[str, Any] = {
            "channel": sending.channel,
            "oldest": f"{since.timestamp():.6f}",
            "include_all_metadata": True,
            "limit": PAGE,
        }
        for _ in range(PAGES_MAX):
            if sending.parent_ts is None:
                with translated("conversations.history"):
                    answer = await self.client.conversations_history(**asked)
            else:
                with translated("conversations.replies"):
                    answer = await self.client.conversations_replies(ts=sending.parent_ts, **asked)
            for message in answer.get("messages") or []:
                yield message
            asked["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor")
            if not asked["cursor"]:
                return

    async def link(self, channel: ChannelId, ts: MessageTs) -> str | None:
        """Ask for the permalink."""
        try:
            with translated("chat.getPermalink"):
                answer = await self.client.chat_getPermalink(channel=channel, message_ts=ts)
        except BotError as error:
            log.info("link.not_found", channel=channel, ts=ts, error=str(error))
            return None
        return str(answer["permalink"])

    async def name(self, user: UserId) -> str | None:
        """Ask for the display name, else the real name."""
        try:
            with translated("users.info"):
                answer = await self.client.users_info(user=user)
        except BotError as error:
            log.info("name.not_found", user=user, error=str(error))
            return None
        person = answer.get("user") or {}
        profile = person.get("profile") or {}
        found = profile.get("display_name") or person.get("real_name") or person.get("name")
        return str(found) if found else None

    async def whisper(
        self, user: UserId, channel: ChannelId, message: Message, thread: MessageTs | None = None
    ) -> None:
        """Post an ephemeral message; nobody hears when that fails."""
        drawn = draw(message, self.words.wording(message), self.words)
        try:
            with translated("chat.postEphemeral"):
                await self.client.chat_postEphemeral(
                    channel=channel,
                    user=user,
                    text=drawn.text,
                    blocks=drawn.blocks,
                    thread_ts=thread,
                )
        except BotError as error:
            log.warning("whisper.failed", user=user, channel=channel, error=str(error))

    def _drawn(self, sending: Sending, *, late: bool) -> Drawn:
        wording = self.words.wording(sending.message)
        said = self._lateness(sending.written_at) if late else ""
        return draw(sending.message, wording, self.words, revision=sending.revision, late=said)

    def _lateness(self, written_at: datetime) -> str:
        label = self.words.label("late")
        return label.format(written=_moment(written_at), delivered=_moment(self.clock.now()))

    def _thread(self, sending: Sending) -> dict[str, Any]:
        if sending.parent_ts is None:
            return {}
        return {"thread_ts": sending.parent_ts, "reply_broadcast": sending.broadcast}


def _moment(at: datetime) -> str:
    return f"<!date^{int(at.timestamp())}^{{time}}|{at:%H:%M} UTC>"


def _is_ours(message: Mapping[str, Any], sending: Sending) -> bool:
    if sending.kind is SendingKind.FILE:
        names = [file.get("name") for file in message.get("files") or []]
        return file_name(sending.key) in names
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return metadata.get("event_type") == EVENT_TYPE and payload.get("key") == sending.key


def _shared_ts(files: Any, channel: ChannelId) -> MessageTs | None:  # noqa: ANN401  foreign JSON
    for file in files or []:
        shares = file.get("shares") or {}
        for places in shares.values():
            for place in places.get(channel) or []:
                if place.get("ts"):
                    return MessageTs(str(place["ts"]))
    return None
