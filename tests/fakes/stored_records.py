"""Incidents, timeline, triages, budget and audit trail in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bot.domain.diagnosis import Cause
from bot.domain.errors import UnknownIncidentError
from bot.domain.ids import IncidentId, ServiceName, TriageId, unknown_incident
from bot.domain.incident import Incident
from bot.domain.ledger import Anchor
from bot.domain.timeline import TimelineEvent
from bot.domain.triage import Triage
from bot.ports import Audit, AuditEntry, Budget, Incidents, Ledger, Timeline, Triages


class FakeIncidents(Incidents):
    """Incidents by id."""

    def __init__(self, rows: dict[IncidentId, Incident], numbers: list[int]) -> None:
        self._rows = rows
        self._numbers = numbers

    async def next_id(self) -> IncidentId:
        self._numbers.append(max([0, *self._numbers, *self._rows]) + 1)
        return IncidentId(self._numbers[-1])

    async def get(self, incident_id: IncidentId) -> Incident:
        if incident_id not in self._rows:
            raise UnknownIncidentError(unknown_incident(incident_id, max(self._rows, default=None)))
        return self._rows[incident_id]

    async def save(self, incident: Incident) -> None:
        self._rows[incident.id] = incident

    async def open(self, service: ServiceName | None = None) -> Sequence[Incident]:
        return [one for one in self._newest() if one.is_open and service in (None, one.service)]

    async def newest(self, limit: int) -> Sequence[Incident]:
        return self._newest()[:limit]

    async def last_resolved(self, service: ServiceName, cause: Cause) -> Incident | None:
        own = (one for one in self._newest() if one.service == service and not one.is_open)
        return next((one for one in own if one.cause is cause), None)

    def _newest(self) -> list[Incident]:
        return sorted(self._rows.values(), key=lambda one: one.id, reverse=True)


class FakeTimeline(Timeline):
    """Lines in the order added."""

    def __init__(self, events: list[TimelineEvent]) -> None:
        self._events = events

    async def add(self, event: TimelineEvent) -> None:
        self._events.append(event)

    async def of(self, incident_id: IncidentId) -> Sequence[TimelineEvent]:
        own = (event for event in self._events if event.incident_id == incident_id)
        return sorted(own, key=lambda event: event.at)


@dataclass(frozen=True, slots=True)
class TriageRow:
    """A triage and its claim."""

    triage: Triage
    claimed_until: datetime | None


class FakeTriages(Triages):
    """Triages by id."""

    def __init__(self, rows: dict[TriageId, TriageRow], numbers: list[int]) -> None:
        self._rows = rows
        self._numbers = numbers

    async def next_id(self) -> TriageId:
        self._numbers.append(max([0, *self._numbers, *self._rows]) + 1)
        return TriageId(self._numbers[-1])

    async def get(self, triage_id: TriageId) -> Triage | None:
        row = self._rows.get(triage_id)
        return row.triage if row else None

    async def save(self, triage: Triage, *, claimed_until: datetime | None) -> None:
        self._rows[triage.id] = TriageRow(triage, claimed_until)

    async def abandoned(self, now: datetime) -> Sequence[Triage]:
        return [
            row.triage
            for _, row in sorted(self._rows.items())
            if row.triage.ended_at is None
            and (row.claimed_until is None or row.claimed_until <= now)
        ]

    async def newest(self, service: ServiceName) -> Triage | None:
        ended = [
            row.triage
            for _, row in sorted(self._rows.items())
            if row.triage.service == service and row.triage.ended_at is not None
        ]
        return ended[-1] if ended else None

    async def running(self, service: ServiceName, now: datetime) -> Triage | None:
        measured = [
            row.triage
            for _, row in sorted(self._rows.items())
            if row.triage.service == service
            and row.triage.ended_at is None
            and row.claimed_until is not None
            and row.claimed_until > now
        ]
        return measured[-1] if measured else None


class FakeBudget(Budget):
    """Money by day."""

    def __init__(self, days: dict[date, Decimal], off: dict[str, datetime]) -> None:
        self._days = days
        self._off = off

    async def reserve(self, day: date, amount: Decimal, *, limit: Decimal) -> bool:
        total = await self.used(day) + amount
        if total > limit:
            return False
        self._days[day] = total
        return True

    async def release(self, day: date, amount: Decimal) -> None:
        self._days[day] = max(Decimal(0), await self.used(day) - amount)

    async def used(self, day: date) -> Decimal:
        return self._days.get(day, Decimal(0))

    async def switch_off(self, path: str, *, at: datetime) -> bool:
        is_new = path not in self._off
        self._off.setdefault(path, at)
        return is_new

    async def switch_on(self, path: str) -> bool:
        return self._off.pop(path, None) is not None

    async def is_off(self, path: str) -> bool:
        return path in self._off


class FakeAudit(Audit):
    """Entries in the order added."""

    def __init__(self, entries: list[AuditEntry]) -> None:
        self._entries = entries

    async def add(self, entry: AuditEntry) -> None:
        self._entries.append(entry)

    async def newest(self, limit: int) -> Sequence[AuditEntry]:
        return self._entries[::-1][:limit]


class FakeLedger(Ledger):
    """Anchors in the order added."""

    def __init__(self, anchors: list[Anchor]) -> None:
        self._anchors = anchors

    async def add(self, anchor: Anchor) -> None:
        self._anchors.append(anchor)

    async def newest(self) -> Anchor | None:
        newest = sorted(self._anchors, key=lambda one: one.at)[-1:]  # stable: the last added wins
        return newest[0] if newest else None
