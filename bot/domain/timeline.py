"""The timeline: dated lines of what happened. Lines are only ever added."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.domain.ids import IncidentId, OutboxKey, UserId
from bot.domain.onset import Onset

NEXT_UPDATE: Final = "next_update"  # a fact: when the next status update was promised for


class EventKind(StrEnum):
    """What happened; the words for each stand in the templates."""

    BEGAN = "began"
    TRIAGED = "triaged"
    DECLARED = "declared"
    ACKNOWLEDGED = "acknowledged"
    MITIGATION_PRESSED = "mitigation-pressed"
    MITIGATION_APPLIED = "mitigation-applied"
    MITIGATION_ROLLED_OUT = "mitigation-rolled-out"
    MITIGATION_FINISHED = "mitigation-finished"
    STATUS_CHANGED = "status-changed"
    UPDATE_POSTED = "update-posted"
    IDEOGRAM_BACK = "ideogram-back"
    RESOLVED = "resolved"
    PERSON_SAW = "person-saw"
    GENERATION_VERIFIED = "generation-verified"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a line can be checked.

    Attributes:
        ref: An id that the product knows, for example `T-118` or `M-3f2a91`.
        message: The message that shows it; its link is looked up when it is needed.
    """

    ref: str
    message: OutboxKey | None = None


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One dated line.

    Attributes:
        at: When it happened, not when it was written.
        by: The person; None for the bot.
        facts: Values for the words of this kind, plain text.
    """

    incident_id: IncidentId
    at: datetime
    kind: EventKind
    evidence: Evidence
    by: UserId | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


def promise(at: datetime | None) -> dict[str, str]:
    """Write down when the next status update was promised for, as a fact of an event."""
    return {} if at is None else {NEXT_UPDATE: at.isoformat()}


def promised_in(event: TimelineEvent) -> datetime | None:
    """Read back what `promise` wrote; None where nothing was promised."""
    found = event.facts.get(NEXT_UPDATE)
    return None if found is None else datetime.fromisoformat(found)


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """A timeline event with the link to its evidence; None when there is only its id."""

    event: TimelineEvent
    link: str | None


def onset_event(incident_id: IncidentId, onset: Onset, evidence: Evidence) -> TimelineEvent:
    """Date the begin of the trouble by what users' requests show; the triage is the evidence."""
    facts = {"sign": onset.sign.value, "known": "or earlier" if onset.before else ""}
    return TimelineEvent(incident_id, onset.at, EventKind.BEGAN, evidence, facts=facts)
