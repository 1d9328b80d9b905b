"""What is said of a message that could not be delivered, and to whom."""

from bot.domain.ids import UserId
from bot.domain.in_force import IdeogramIsBack, StillInForce
from bot.domain.message import (
    IncidentCard,
    Message,
    MitigationOutcome,
    MitigationProgress,
    Note,
    Postmortem,
    StatusUpdate,
    TriageCard,
    Trouble,
)
from bot.domain.outbox import Sending
from bot.domain.replies import BillingRequest, Verification
from bot.domain.triage_table import TriageTable


def undelivered(sending: Sending, why: str) -> Trouble:
    """Tell that a message was given up."""
    return Trouble(
        what=f"The message {sending.key} could not be delivered to {sending.channel}.",
        meaning=f"{why} It is not tried again; what comes after it goes on.",
        fix="Mend the reason (is the bot in that channel?), then ask for it again.",
        whom=_whom(sending.message),
    )


def _whom(message: Message) -> UserId | None:
    """Tell who waits for a message."""
    who: UserId | None = None
    match message:
        case TriageCard() | TriageTable():
            who = message.asked_by
        case IncidentCard() | Postmortem():
            who = message.incident.owner or message.incident.declared_by
        case MitigationProgress() | MitigationOutcome():
            who = message.run.by
        case IdeogramIsBack() | StillInForce():
            who = message.person
        case StatusUpdate() | Note() | Verification() | BillingRequest():
            who = message.by
        case _:  # an answer to a person is no row of the outbox
            pass
    return who
