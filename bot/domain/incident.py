"""Incidents: a disruption people work on, and its states."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.diagnosis import Cause, Origin
from bot.domain.errors import InvalidTransitionError
from bot.domain.ids import (
    ChannelId,
    IncidentId,
    OutboxKey,
    ServiceName,
    TriageId,
    UserId,
    incident_text,
)
from bot.domain.severity import Severity

TITLE_MAX_CHARS: Final = 120  # what fits on a lock screen beside id, severity and status


class Status(StrEnum):
    """Printed in capitals, as the communication template does."""

    INVESTIGATING = "investigating"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"


NEXT: Final[Mapping[Status, frozenset[Status]]] = {
    Status.INVESTIGATING: frozenset({Status.MITIGATED, Status.RESOLVED}),
    Status.MITIGATED: frozenset({Status.INVESTIGATING, Status.RESOLVED}),
    Status.RESOLVED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident.

    Attributes:
        started_at: When the trouble began, as far as known; never after `declared_at`.
        impact, cause_text, action: Plain words for the communication template.
        channel: Where its live message stands.
        next_update_at: The promise of the last status update.
        updates: How many status updates went out.
        root_cause: In a person's words; None when skipped.
    """

    id: IncidentId
    service: ServiceName
    title: str
    severity: Severity
    status: Status
    channel: ChannelId
    declared_at: datetime
    declared_by: UserId
    started_at: datetime
    cause: Cause | None = None
    origin: Origin | None = None
    impact: str = ""
    cause_text: str = ""
    action: str = ""
    triage_id: TriageId | None = None
    owner: UserId | None = None
    acknowledged_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: UserId | None = None
    root_cause: str | None = None
    next_update_at: datetime | None = None
    updates: int = 0

    @property
    def is_open(self) -> bool:
        """Whether people still work on it."""
        return self.status is not Status.RESOLVED

    @property
    def name(self) -> str:
        """Write its id as people read it."""
        return incident_text(self.id)

    @property
    def card(self) -> OutboxKey:
        """Name its live message in the outbox."""
        return OutboxKey(f"{self.name}/card")

    def acknowledged(self, by: UserId, at: datetime) -> "Incident":
        """Let a person take it; the first acknowledgement keeps its time.

        Raises:
            InvalidTransitionError: It is resolved.
        """
        if not self.is_open:
            raise InvalidTransitionError(f"{self.name} is resolved; there is nothing to take.")
        return replace(self, owner=by, acknowledged_at=self.acknowledged_at or at)

    def moved(self, status: Status, at: datetime) -> "Incident":
        """Change the status; the first time of each is kept.

        Raises:
            InvalidTransitionError: That status cannot follow.
        """
        if status is self.status:
            return self
        if status not in NEXT[self.status]:
            raise InvalidTransitionError(f"{self.name} is {self.status}, so not {status}.")
        if status is Status.MITIGATED:
            return replace(self, status=status, mitigated_at=self.mitigated_at or at)
        if status is Status.RESOLVED:
            return replace(self, status=status, resolved_at=at)
        return replace(self, status=status)


def shortened(text: str, limit: int) -> str:
    """Fold white space and cut to `limit` characters, marking the cut with an ellipsis."""
    folded = " ".join(text.split())
    return folded if len(folded) <= limit else folded[: limit - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Clocks:
    """Times of an incident; None for what has not happened."""

    to_acknowledge: timedelta | None
    to_mitigate: timedelta | None
    to_resolve: timedelta | None


def clocks(incident: Incident) -> Clocks:
    """Measure from the start of the trouble to each milestone."""

    def since(at: datetime | None) -> timedelta | None:
        return None if at is None else at - incident.started_at

    return Clocks(
        to_acknowledge=since(incident.acknowledged_at),
        to_mitigate=since(incident.mitigated_at),
        to_resolve=since(incident.resolved_at),
    )
