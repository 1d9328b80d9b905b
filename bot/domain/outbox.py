"""What is to be said: rows that the deliverer works off, and the rules between them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.ids import ChannelId, MessageTs, OutboxKey
from bot.domain.message import Message, TriageCard, TriageState

# A post written this long before it was sent says so and loses its buttons (cards.md section 1).
LATE_AFTER: Final = timedelta(minutes=2)
# Edits of one message: the first at once, then at most one in this time (cards.md section 1).
EDIT_EVERY: Final = timedelta(seconds=2)


class SendingKind(StrEnum):
    """A post is sent once; a card is one message with a newest state; a file is uploaded once."""

    POST = "post"
    CARD = "card"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Sending:
    """One outbox row, as claimed for sending.

    Attributes:
        key: Ours; travels in the message's metadata.
        parent: The row whose message is the thread; None for the channel itself.
        parent_ts: Of that message; never None when `parent` is set (it is claimed only then).
        broadcast: Whether a reply in a thread is shown in the channel too.
        revision: Of the newest state, from 1; only cards go beyond.
        sent_revision: The newest that was sent, 0 before the first.
        ts: Of our message once it is known.
        unseen: The last attempt's answer was not seen: look before sending again.
        first_tried_at: None before the first attempt.
        lapses: Attempts in a row whose claim ran out without any result, good or bad.
        epoch: Fences the claim: a result under an older epoch is not recorded.
    """

    id: int
    key: OutboxKey
    kind: SendingKind
    channel: ChannelId
    message: Message
    written_at: datetime
    parent: OutboxKey | None = None
    parent_ts: MessageTs | None = None
    broadcast: bool = False
    revision: int = 1
    sent_revision: int = 0
    ts: MessageTs | None = None
    unseen: bool = False
    attempts: int = 0
    first_tried_at: datetime | None = None
    lapses: int = 0
    epoch: int = 0


def awaits_verdict(message: Message) -> bool:
    """Tell whether this is a triage without a settled verdict or its buttons: those may be next.

    Until then whoever measures shows a state every 2 s at most, so this makes two edits of a card
    come sooner. Otherwise a picture of probes painted just before would hold the verdict up.
    """
    waiting = (TriageState.RUNNING, TriageState.SO_FAR, TriageState.JUDGED)
    return isinstance(message, TriageCard) and message.state in waiting


def retry_delay(attempts: int, wished: timedelta | None) -> timedelta:
    """Tell how long to wait before the next attempt.

    Args:
        attempts: How many were made, from 1.
        wished: What the other side asked for; it wins when it is longer.

    Returns:
        1 s, doubling to 60 s.
    """
    own = timedelta(seconds=min(60, 2 ** min(attempts - 1, 6)))
    return max(own, wished) if wished is not None else own
