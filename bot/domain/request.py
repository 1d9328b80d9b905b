"""What people ask the bot to do: one frozen value per kind, stored in the inbox as JSON.

Every request names who asked, where the answer belongs, and when it was asked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

from bot.domain.diagnosis import Mode
from bot.domain.ids import (
    ChannelId,
    IncidentId,
    MessageTs,
    PreviewId,
    ServiceName,
    TriageId,
    UserId,
)
from bot.domain.mitigation import MitigationKind
from bot.domain.person import Sight
from bot.domain.service import Call
from bot.domain.severity import Severity

# A press that was taken up later than this changes nothing (design.md section 6).
PRESS_VALID_FOR: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked, where and when.

    Attributes:
        thread: Of the message that carried the button; None in the channel itself.
    """

    by: UserId
    channel: ChannelId
    at: datetime
    thread: MessageTs | None = None


@dataclass(frozen=True, slots=True)
class RunTriage:
    """Find out whether it is them or us. None for the service means the first one."""

    asked: Asked
    service: ServiceName | None = None
    mode: Mode | None = None
    kind: Literal["run-triage"] = "run-triage"


@dataclass(frozen=True, slots=True)
class Declare:
    """Open an incident, by hand or from a triage card."""

    asked: Asked
    title: str = ""
    severity: Severity | None = None
    service: ServiceName | None = None
    triage_id: TriageId | None = None
    kind: Literal["declare"] = "declare"


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Take an incident. None for the incident means the only open one."""

    asked: Asked
    incident_id: IncidentId | None = None
    kind: Literal["acknowledge"] = "acknowledge"


@dataclass(frozen=True, slots=True)
class PostUpdate:
    """Send a status update with these words."""

    asked: Asked
    incident_id: IncidentId
    severity: Severity
    status: str
    impact: str
    cause: str
    action: str
    next_update_at: datetime | None = None
    kind: Literal["post-update"] = "post-update"


@dataclass(frozen=True, slots=True)
class Resolve:
    """Close an incident; no root cause means that it was skipped."""

    asked: Asked
    incident_id: IncidentId
    root_cause: str | None = None
    kind: Literal["resolve"] = "resolve"


@dataclass(frozen=True, slots=True)
class Press:
    """Do what a preview describes."""

    asked: Asked
    preview_id: PreviewId
    kind: Literal["press"] = "press"


@dataclass(frozen=True, slots=True)
class OfferMitigations:
    """Show what can be done now; one kind, or all that are configured."""

    asked: Asked
    service: ServiceName | None = None
    mitigation: MitigationKind | None = None
    incident_id: IncidentId | None = None
    kind: Literal["offer-mitigations"] = "offer-mitigations"


@dataclass(frozen=True, slots=True)
class WritePostmortem:
    """Upload the postmortem of an incident. None means the newest incident."""

    asked: Asked
    incident_id: IncidentId | None = None
    kind: Literal["write-postmortem"] = "write-postmortem"


@dataclass(frozen=True, slots=True)
class ShowStatus:
    """List the open incidents."""

    asked: Asked
    kind: Literal["show-status"] = "show-status"


@dataclass(frozen=True, slots=True)
class ShowTimeline:
    """Show the timeline of an incident. None means the newest incident."""

    asked: Asked
    incident_id: IncidentId | None = None
    kind: Literal["show-timeline"] = "show-timeline"


@dataclass(frozen=True, slots=True)
class TriageAll:
    """Find out about every service at once."""

    asked: Asked
    mode: Mode | None = None
    kind: Literal["triage-all"] = "triage-all"


@dataclass(frozen=True, slots=True)
class TellTriage:
    """Tell a triage what a person saw; its verdict is judged again."""

    asked: Asked
    triage_id: TriageId
    sight: Sight
    kind: Literal["tell-triage"] = "tell-triage"


@dataclass(frozen=True, slots=True)
class AskQuality:
    """Say that pictures look bad, and ask what changed. None means the first service."""

    asked: Asked
    service: ServiceName | None = None
    kind: Literal["ask-quality"] = "ask-quality"


@dataclass(frozen=True, slots=True)
class ShowBalance:
    """Say what is left at Ideogram, and how long it lasts."""

    asked: Asked
    kind: Literal["show-balance"] = "show-balance"


@dataclass(frozen=True, slots=True)
class SetBalance:
    """Remember a balance that a person read, USD from 0 to 10000."""

    asked: Asked
    amount: Decimal
    kind: Literal["set-balance"] = "set-balance"


@dataclass(frozen=True, slots=True)
class AllowQuotes:
    """Ask for price quotes again, after one of them made an image."""

    asked: Asked
    kind: Literal["allow-quotes"] = "allow-quotes"


@dataclass(frozen=True, slots=True)
class SentImage:
    """One image that was asked for.

    Attributes:
        price: Reserved for it, USD.
        at: When that was reserved.
    """

    call: Call
    price: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class VerifyGeneration:
    """Have one image made, and say what came.

    Attributes:
        sent: What may be under way for it already; it is not sent again.
    """

    asked: Asked
    triage_id: TriageId
    sent: SentImage | None = None
    kind: Literal["verify-generation"] = "verify-generation"


@dataclass(frozen=True, slots=True)
class AskBilling:
    """Ask the person who can top up the account."""

    asked: Asked
    triage_id: TriageId
    kind: Literal["ask-billing"] = "ask-billing"


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """Say what the bot can do."""

    asked: Asked
    kind: Literal["show-help"] = "show-help"


Request = (
    RunTriage
    | Declare
    | Acknowledge
    | PostUpdate
    | Resolve
    | Press
    | OfferMitigations
    | WritePostmortem
    | ShowStatus
    | ShowTimeline
    | ShowBalance
    | SetBalance
    | AllowQuotes
    | ShowHelp
    | TriageAll
    | TellTriage
    | AskQuality
    | VerifyGeneration
    | AskBilling
)
