"""A database in memory: units of work one after the other, with rollback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from copy import copy
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.domain.errors import UnavailableError
from bot.domain.ids import DeliveryKey, IncidentId, MitigationId, OutboxKey, PreviewId, TriageId
from bot.domain.incident import Incident
from bot.domain.ledger import Anchor
from bot.domain.message import Message
from bot.domain.mitigation import MitigationRun, Preview
from bot.domain.outbox import Sending
from bot.domain.timeline import TimelineEvent
from bot.domain.triage import Triage
from bot.ports import AuditEntry, Storage, UnitOfWork
from tests.fakes.stored_inbox import FakeInbox, InboxRow
from tests.fakes.stored_mitigations import FakeMitigations, PressRow
from tests.fakes.stored_outbox import FakeOutbox, OutboxRow
from tests.fakes.stored_records import (
    FakeAudit,
    FakeBudget,
    FakeIncidents,
    FakeLedger,
    FakeTimeline,
    FakeTriages,
    TriageRow,
)
from tests.fakes.stored_recoveries import FakeRecoveries, RecoveryRow


@dataclass
class Tables:
    """All rows. Rows are frozen, so copies of the containers are copies of everything."""

    incidents: dict[IncidentId, Incident] = field(default_factory=dict)
    incident_numbers: list[int] = field(default_factory=list)
    events: list[TimelineEvent] = field(default_factory=list)
    triages: dict[TriageId, TriageRow] = field(default_factory=dict)
    triage_numbers: list[int] = field(default_factory=list)
    previews: dict[PreviewId, Preview] = field(default_factory=dict)
    presses: dict[MitigationId, PressRow] = field(default_factory=dict)
    locks: dict[str, MitigationId] = field(default_factory=dict)
    outbox: dict[OutboxKey, OutboxRow] = field(default_factory=dict)
    inbox: dict[DeliveryKey, InboxRow] = field(default_factory=dict)
    days: dict[date, Decimal] = field(default_factory=dict)
    off: dict[str, datetime] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)
    recoveries: dict[MitigationId, RecoveryRow] = field(default_factory=dict)
    anchors: list[Anchor] = field(default_factory=list)

    def copied(self) -> "Tables":
        return Tables(**{one.name: copy(getattr(self, one.name)) for one in fields(self)})


class FakeUnitOfWork(UnitOfWork):
    """One transaction on copied tables."""

    def __init__(self, tables: Tables) -> None:
        self._incidents = FakeIncidents(tables.incidents, tables.incident_numbers)
        self._timeline = FakeTimeline(tables.events)
        self._triages = FakeTriages(tables.triages, tables.triage_numbers)
        self._mitigations = FakeMitigations(tables.previews, tables.presses, tables.locks)
        self._outbox = FakeOutbox(tables.outbox)
        self._inbox = FakeInbox(tables.inbox)
        self._budget = FakeBudget(tables.days, tables.off)
        self._audit = FakeAudit(tables.audit)
        self._recoveries = FakeRecoveries(tables.recoveries)
        self._ledger = FakeLedger(tables.anchors)

    @property
    def incidents(self) -> FakeIncidents:
        return self._incidents

    @property
    def timeline(self) -> FakeTimeline:
        return self._timeline

    @property
    def triages(self) -> FakeTriages:
        return self._triages

    @property
    def mitigations(self) -> FakeMitigations:
        return self._mitigations

    @property
    def outbox(self) -> FakeOutbox:
        return self._outbox

    @property
    def inbox(self) -> FakeInbox:
        return self._inbox

    @property
    def budget(self) -> FakeBudget:
        return self._budget

    @property
    def recoveries(self) -> FakeRecoveries:
        return self._recoveries

    @property
    def ledger(self) -> FakeLedger:
        return self._ledger

    @property
    def audit(self) -> FakeAudit:
        return self._audit


class FakeStorage(Storage):
    """Keeps everything until the test ends. `is_away` makes it unavailable.

    The properties show what was committed, for assertions.
    """

    def __init__(self) -> None:
        self.tables = Tables()
        self.is_away = False
        self._busy_in: int | None = None
        self._one_at_a_time = asyncio.Lock()
        self._rung = asyncio.Event()

    def busy_in(self, units: int) -> None:
        """Make one unit of work find it busy: the next one is 1."""
        self._busy_in = units

    def __call__(self) -> AbstractAsyncContextManager[FakeUnitOfWork]:
        return self._unit()

    @asynccontextmanager
    async def _unit(self) -> AsyncIterator[FakeUnitOfWork]:
        async with self._one_at_a_time:
            self._busy_in = None if self._busy_in is None else self._busy_in - 1
            if self.is_away or self._busy_in == 0:
                raise UnavailableError("The database does not answer.")
            copied = self.tables.copied()
            uow = FakeUnitOfWork(copied)
            yield uow
            self.tables = copied
        if uow.outbox.was_written:
            self._rung.set()

    async def wait_for_outbox(self, within: timedelta) -> None:
        try:
            async with asyncio.timeout(within.total_seconds()):
                await self._rung.wait()
        except TimeoutError:
            return
        self._rung.clear()

    @property
    def incidents(self) -> list[Incident]:
        return list(self.tables.incidents.values())

    @property
    def events(self) -> list[TimelineEvent]:
        """All lines of all timelines, in the order added."""
        return self.tables.events

    @property
    def triages(self) -> list[Triage]:
        return [row.triage for row in self.tables.triages.values()]

    @property
    def runs(self) -> list[MitigationRun]:
        return [row.run for row in self.tables.presses.values()]

    @property
    def previews(self) -> list[Preview]:
        return list(self.tables.previews.values())

    @property
    def sendings(self) -> list[Sending]:
        """The outbox, in the order written."""
        return [row.sending for row in self.tables.outbox.values()]

    @property
    def messages(self) -> list[Message]:
        """What the outbox says, each card in its newest state, in the order written."""
        return [sending.message for sending in self.sendings]

    @property
    def closed(self) -> set[DeliveryKey]:
        """Keys of the inbox rows that were closed."""
        return {key for key, row in self.tables.inbox.items() if row.closed_at is not None}

    @property
    def open_deliveries(self) -> set[DeliveryKey]:
        """Keys of the inbox rows that are still open."""
        return self.tables.inbox.keys() - self.closed

    @property
    def audit(self) -> list[AuditEntry]:
        return self.tables.audit
