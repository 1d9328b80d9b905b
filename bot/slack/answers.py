"""Answers to one person: by the response_url while it lasts, else as an ephemeral message."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
import structlog

from bot.domain.ids import ChannelId, IncidentId, MessageTs, UserId
from bot.domain.message import Message
from bot.ports import Answers, Messenger, Words
from bot.slack.cards import draw

# docs.slack.dev, handling user interaction, read 2026-11-20.
RESPONSE_URL_USES: Final = 5
TIMEOUT: Final = aiohttp.ClientTimeout(total=5)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Who asked, and where the answer belongs; read from what Slack sent.

    Attributes:
        thread: Of the message that carried the button; None in the channel itself.
        response_url: Empty where Slack gives none, as for submissions of forms.
    """

    user: UserId
    channel: ChannelId
    thread: MessageTs | None = None
    response_url: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a form was opened: the only thing it carries, back from people's hands.

    Attributes:
        state: Of the incident when the form was filled in; None for forms that do not depend on it.
        prefilled: Fingerprints of what was filled in, by field.
    """

    channel: ChannelId
    thread: MessageTs | None = None
    incident: IncidentId | None = None
    state: str | None = None
    prefilled: Mapping[str, str] = field(default_factory=dict)

    def encode(self) -> str:
        """Write it as JSON."""
        fields: dict[str, object] = {"c": self.channel, "t": self.thread, "i": self.incident}
        if self.state is not None:
            fields |= {"s": self.state, "p": dict(self.prefilled)}
        return json.dumps(fields)


def origin_of(metadata: str | None) -> Origin:
    """Read it back; garbage leads nowhere."""
    try:
        found = json.loads(metadata or "")
    except (ValueError, TypeError, RecursionError):
        found = None
    given: Mapping[str, Any] = found if isinstance(found, dict) else {}
    channel, thread, incident = given.get("c"), given.get("t"), given.get("i")
    state, prefilled = given.get("s"), given.get("p")
    return Origin(
        ChannelId(channel if isinstance(channel, str) else ""),
        MessageTs(thread) if isinstance(thread, str) else None,
        IncidentId(incident) if isinstance(incident, int) else None,
        state if isinstance(state, str) else None,
        prefilled if isinstance(prefilled, dict) else {},
    )


def place_of(body: Mapping[str, Any]) -> Place:
    """Read who and where from what Slack sent; absent parts are empty.

    A form says where it was opened only by what we gave it along.
    """
    if (view := _part(body, "view")) and not body.get("channel"):
        origin = origin_of(view.get("private_metadata"))
        presser = UserId(str(_part(body, "user").get("id") or ""))
        return Place(user=presser, channel=origin.channel, thread=origin.thread)
    container = _part(body, "container")
    channel = body.get("channel_id") or _part(body, "channel").get("id") or ""
    user = body.get("user_id") or _part(body, "user").get("id") or ""
    thread = container.get("thread_ts")
    return Place(
        user=UserId(str(user)),
        channel=ChannelId(str(channel or container.get("channel_id") or "")),
        thread=MessageTs(str(thread)) if thread else None,
        response_url=str(body.get("response_url") or ""),
    )


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


@dataclass(slots=True, kw_only=True)
class SlackAnswers(Answers):
    """Answers to one request; counts how often its response_url was used."""

    place: Place
    session: aiohttp.ClientSession
    messenger: Messenger
    words: Words
    uses: int = 0

    async def __call__(self, message: Message) -> None:
        """Say it; when nothing reaches the person, only the log hears of it."""
        if self.place.response_url and self.uses < RESPONSE_URL_USES:
            self.uses += 1
            if await self._respond(message):
                return
        place = self.place
        if place.channel and place.user:
            await self.messenger.whisper(place.user, place.channel, message, place.thread)

    async def _respond(self, message: Message) -> bool:
        drawn = draw(message, self.words.wording(message), self.words)
        body = {
            "response_type": "ephemeral",
            "replace_original": False,
            "text": drawn.text,
            "blocks": drawn.blocks,
        }
        try:
            url = self.place.response_url
            async with self.session.post(url, json=body, timeout=TIMEOUT) as response:
                response.raise_for_status()
        except (aiohttp.ClientError, TimeoutError) as error:
            # The address is a secret of this one request: it stays out of the log.
            log.info("answer.not_taken", user=self.place.user, error=type(error).__name__)
            return False
        return True
