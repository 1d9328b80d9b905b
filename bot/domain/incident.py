"""Incidents: a disruption people work on, and its states."""

from collections.abc import Mapping, Sequence
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
from bot.domain.onset import Counted, Onset, counted_in, onset_in
from bot.domain.probe import ProbeResult
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
        started_at: When the trouble was first seen: measured, or said; never after `declared_at`.
        onset: Since when users suffer, as their requests show; None when nobody knows.
        users: What users' requests showed last, after something was done; None when nobody looked.
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
    onset: Onset | None = None
    users: Counted | None = None

    @property
    def began_at(self) -> datetime:
        """Tell when the trouble began, as far as known: before it was seen, where that is known."""
        return self.started_at if self.onset is None else min(self.onset.at, self.started_at)

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


def seen_by(incident: Incident, results: Sequence[ProbeResult]) -> Incident:
    """Tell what an incident is after a triage looked at its users again.

    The first onset stays: its evidence is what people decided on. What users get now counts only
    after something was done; before, the onset says it.
    """
    onset, users = onset_in(results), incident.users
    if incident.onset is not None or onset is None or onset.at > incident.declared_at:
        onset = incident.onset
    if incident.mitigated_at is not None:
        users = counted_in(results) or users
    return replace(incident, onset=onset, users=users)


def shortened(text: str, limit: int) -> str:
    """Fold white space and cut to `limit` characters, marking the cut with an ellipsis."""
    folded = " ".join(text.split())
    return folded if len(folded) <= limit else folded[: limit - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Clocks:
    """Times of an incident; None for what has not happened.

    Attributes:
        to_notice: From the first user who suffered until it was seen; None when nobody knows.
        to_acknowledge: From when it was seen: nobody can take what nobody knows of.
        to_mitigate, to_resolve: From when it began.
    """

    to_notice: timedelta | None
    to_acknowledge: timedelta | None
    to_mitigate: timedelta | None
    to_resolve: timedelta | None


def clocks(incident: Incident) -> Clocks:
    """Measure how long each milestone took."""

    def since(start: datetime, at: datetime | None) -> timedelta | None:
        return None if at is None else at - start

    began, seen = incident.began_at, incident.started_at
    return Clocks(
        to_notice=None if incident.onset is None else seen - began,
        to_acknowledge=since(seen, incident.acknowledged_at),
        to_mitigate=since(began, incident.mitigated_at),
        to_resolve=since(began, incident.resolved_at),
    )
