"""What is to be said, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.ids import ChannelId, MessageTs, OutboxKey
from bot.domain.message import Message
from bot.domain.outbox import Sending


class Outbox(Protocol):
    """What is to be said. Writing is idempotent by key."""

    async def post(
        self,
        key: OutboxKey,
        channel: ChannelId,
        message: Message,
        *,
        at: datetime,
        parent: OutboxKey | None = None,
        broadcast: bool = False,
    ) -> None:
        """Say something once; a second call with the key has no effect."""
        ...

    async def card(
        self,
        key: OutboxKey,
        channel: ChannelId,
        message: Message,
        *,
        at: datetime,
        parent: OutboxKey | None = None,
    ) -> None:
        """Show a message's newest state; a second call replaces the state.

        A card that was given up is tried again with its new state.
        """
        ...

    async def file(
        self,
        key: OutboxKey,
        channel: ChannelId,
        message: Message,
        *,
        at: datetime,
        parent: OutboxKey | None = None,
    ) -> None:
        """Upload a document once."""
        ...

    async def claim(self, now: datetime, until: datetime, holder: str) -> Sending | None:
        """Take one row that is due.

        A post or file is due only as the oldest unfinished row of its conversation (channel and
        parent), after its parent has a `ts`; when the parent was given up, it is handed out
        without one, for the channel itself. A card with a `ts` and a newer revision is due when
        its wait is over, whatever else waits. None when nothing is due.

        `unseen` holds whenever no result of the last attempt was recorded, so also after a claim
        ran out.
        """
        ...

    async def sent(
        self, sending: Sending, ts: MessageTs, *, at: datetime, not_before: datetime | None = None
    ) -> bool:
        """Record a sending under its epoch; False when the claim was lost.

        Args:
            sending: As claimed; its revision is what was sent.
            ts: Of the message.
            at: When.
            not_before: For a card: its next edit waits until then.
        """
        ...

    async def failed(
        self, sending: Sending, *, at: datetime, again_at: datetime, unseen: bool
    ) -> bool:
        """Record a failed attempt; it is due again at `again_at`."""
        ...

    async def repost(self, sending: Sending, *, at: datetime) -> bool:
        """Forget a card's `ts`: its message is gone for good, so it becomes a new post."""
        ...

    async def dead(self, sending: Sending, *, at: datetime, why: str) -> bool:
        """Give a row up; the next of its conversation goes."""
        ...

    async def linked(self, key: OutboxKey, link: str) -> None:
        """Remember the address of a message; an empty one means that there is none to be had."""
        ...

    async def links(self, keys: Sequence[OutboxKey]) -> dict[OutboxKey, str]:
        """Look up addresses; messages without one are absent."""
        ...

    async def message(self, key: OutboxKey) -> Message | None:
        """Read what was last said under a key; None when nothing was."""
        ...

    async def unlinked(self, limit: int) -> Sequence[Sending]:
        """List sent messages without an address, oldest first."""
        ...

    async def release(self, holder: str, now: datetime) -> None:
        """Hand all claims of a holder back, at once (on stopping)."""
        ...
