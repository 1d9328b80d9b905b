"""The chat that people read."""

from datetime import datetime
from typing import Protocol

from bot.domain.ids import ChannelId, MessageTs, OutboxKey, UserId
from bot.domain.message import Message
from bot.domain.outbox import Sending


class Messenger(Protocol):
    """Sends what the outbox holds, once per call; the outbox owns repetition.

    Every method but `whisper` may raise:
        RateLimitedError: 429; nothing took effect.
        UnavailableError: Could not connect; nothing took effect.
        UnseenError: Timeout, broken connection, 5xx: it may have taken effect.
        PermanentError: Refused for good; the text names the error.
    """

    async def post(self, sending: Sending, *, late: bool) -> MessageTs:
        """Post a message with our key in its metadata.

        Args:
            sending: A post or the first sending of a card.
            late: It was written long ago: say when, and leave out the buttons.
        """
        ...

    async def update(self, sending: Sending) -> None:
        """Replace a message by its newest state. `sending.ts` is set."""
        ...

    async def upload(self, sending: Sending) -> MessageTs:
        """Upload a file by `file_name(sending.key)` into the conversation."""
        ...

    async def find(self, sending: Sending, since: datetime) -> MessageTs | None:
        """Look for a post by our key, or a file by its name, from `since` on."""
        ...

    async def link(self, channel: ChannelId, ts: MessageTs) -> str | None:
        """Look up the address of a message, best effort."""
        ...

    async def name(self, user: UserId) -> str | None:
        """Look up a person's display name, best effort."""
        ...

    async def whisper(
        self, user: UserId, channel: ChannelId, message: Message, thread: MessageTs | None = None
    ) -> None:
        """Tell one person only, best effort: never raises."""
        ...


class Answers(Protocol):
    """Answers to one request, seen only by the person who asked; best effort, never raises."""

    async def __call__(self, message: Message) -> None:
        """Say it."""
        ...


def file_name(key: OutboxKey) -> str:
    """Name the file of a sending: `INC-42/postmortem/1` becomes `INC-42-postmortem-1.md`."""
    return key.replace("/", "-") + ".md"
