"""What is remembered. One unit of work is one transaction: state, timeline and outbox together.

Reading a row inside a unit of work for change locks it until the end, so two units cannot lose
each other's changes. Moments are handed in by the caller.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from bot.domain.ids import (
    ChannelId,
    DeliveryKey,
    IncidentId,
    MessageTs,
    MitigationId,
    OutboxKey,
    PreviewId,
    ServiceName,
    TriageId,
    UserId,
)
from bot.domain.incident import Incident
from bot.domain.message import Message
from bot.domain.mitigation import MitigationKind, MitigationRun, Preview
from bot.domain.outbox import Sending
from bot.domain.request import Request
from bot.domain.timeline import TimelineEvent
from bot.domain.triage import Triage


class Incidents(Protocol):
    """Incidents. What was saved comes back equal."""

    async def next_id(self) -> IncidentId:
        """Take the next number; numbers may be skipped, never reused."""
        ...

    async def get(self, incident_id: IncidentId) -> Incident:
        """Read for change.

        Raises:
            UnknownIncidentError: There is none.
        """
        ...

    async def save(self, incident: Incident) -> None:
        """Insert or replace."""
        ...

    async def open(self, service: ServiceName | None = None) -> Sequence[Incident]:
        """List those not resolved, newest first."""
        ...

    async def newest(self, limit: int) -> Sequence[Incident]:
        """List the newest, newest first."""
        ...


class Timeline(Protocol):
    """Timeline events. Only added, never changed."""

    async def add(self, event: TimelineEvent) -> None:
        """Append one line."""
        ...

    async def of(self, incident_id: IncidentId) -> Sequence[TimelineEvent]:
        """List the lines of an incident by moment, oldest first; ties in the order added."""
        ...


class Triages(Protocol):
    """Triages. A running one is claimed by its holder until a moment."""

    async def next_id(self) -> TriageId:
        """Take the next number."""
        ...

    async def get(self, triage_id: TriageId) -> Triage | None:
        """Read for change; None when there is none."""
        ...

    async def save(self, triage: Triage, *, claimed_until: datetime | None) -> None:
        """Insert or replace; a triage that ended has no claim."""
        ...

    async def abandoned(self, now: datetime) -> Sequence[Triage]:
        """List those that did not end and whose claim ran out."""
        ...

    async def newest(self, service: ServiceName) -> Triage | None:
        """Read the newest that ended."""
        ...


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed mitigation: the epoch fences every later save under this claim."""

    run: MitigationRun
    epoch: int


class Mitigations(Protocol):
    """Previews and presses."""

    async def add_preview(self, preview: Preview) -> None:
        """Remember what a button would do."""
        ...

    async def preview(self, preview_id: PreviewId) -> Preview | None:
        """Read for change; None when there is none."""
        ...

    async def settle(self, preview_id: PreviewId, by: MitigationId) -> bool:
        """Mark a preview as pressed; False when it was pressed already."""
        ...

    async def lock(self, object_key: str, by: MitigationId) -> MitigationId | None:
        """Take the one place for unfinished work on an object.

        Returns:
            None when it was taken; else who holds it.
        """
        ...

    async def unlock(self, object_key: str, by: MitigationId) -> None:
        """Give the place back; without effect when another holds it."""
        ...

    async def insert(self, run: MitigationRun, *, holder: str, claimed_until: datetime) -> None:
        """Remember a press, claimed by its holder with epoch 1."""
        ...

    async def get(self, mitigation_id: MitigationId) -> MitigationRun | None:
        """Read for change; None when there is none."""
        ...

    async def save(
        self, run: MitigationRun, *, epoch: int | None, claimed_until: datetime | None = None
    ) -> bool:
        """Replace a press; False, without effect, when `epoch` is not the newest.

        Args:
            run: The new state.
            epoch: Of the claim under which it was worked on; None for a change from outside.
            claimed_until: Prolongs the claim; None leaves it.
        """
        ...

    async def claim(self, now: datetime, until: datetime, holder: str) -> Claim | None:
        """Take the oldest running one whose claim ran out; None when there is none."""
        ...

    async def release(self, holder: str, now: datetime) -> None:
        """Hand all claims of a holder back, at once (on stopping)."""
        ...

    async def in_force(self, object_key: str) -> Sequence[MitigationRun]:
        """List those in force on an object and not undone, oldest first."""
        ...

    async def of_incident(self, incident_id: IncidentId) -> Sequence[MitigationRun]:
        """List the presses of an incident, oldest first."""
        ...

    async def last_worked(self, service: ServiceName, kind: MitigationKind) -> MitigationRun | None:
        """Read the newest effective press of a kind."""
        ...


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
        """Show a message's newest state; a second call replaces the state."""
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
        parent), after its parent has a `ts`. A card with a `ts` and a newer revision is due when
        its wait is over, whatever else waits. None when nothing is due.
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
        """Remember the address of a message."""
        ...

    async def links(self, keys: Sequence[OutboxKey]) -> dict[OutboxKey, str]:
        """Look up addresses; messages without one are absent."""
        ...

    async def ts_of(self, key: OutboxKey) -> MessageTs | None:
        """Look up where a message stands."""
        ...

    async def unlinked(self, limit: int) -> Sequence[Sending]:
        """List sent messages without an address, oldest first."""
        ...

    async def release(self, holder: str, now: datetime) -> None:
        """Hand all claims of a holder back, at once (on stopping)."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """One inbox row as claimed.

    Attributes:
        attempts: How often it was claimed, its receiver's included; from 1.
    """

    key: DeliveryKey
    request: Request
    received_at: datetime
    attempts: int = 1


class Inbox(Protocol):
    """What arrived from outside. Idempotent by key."""

    async def receive(
        self, key: DeliveryKey, request: Request, *, at: datetime, until: datetime, holder: str
    ) -> bool:
        """Remember a delivery, claimed by its receiver; False when it is known already."""
        ...

    async def claim(self, now: datetime, until: datetime, holder: str) -> Delivery | None:
        """Take the oldest open one whose claim ran out."""
        ...

    async def close(self, key: DeliveryKey, *, at: datetime) -> None:
        """Mark as done: from now on other state carries the work."""
        ...

    async def release(self, holder: str, now: datetime) -> None:
        """Hand all claims of a holder back, at once (on stopping)."""
        ...


class Budget(Protocol):
    """The day's money for probes."""

    async def reserve(self, day: date, amount: Decimal, *, limit: Decimal) -> bool:
        """Reserve by one conditional update; False when it would pass the limit."""
        ...

    async def release(self, day: date, amount: Decimal) -> None:
        """Give back what was reserved and not spent."""
        ...

    async def used(self, day: date) -> Decimal:
        """Tell what is reserved or spent, USD."""
        ...

    async def switch_off(self, path: str, *, at: datetime) -> None:
        """Never ask this path for a quote again until a person clears it."""
        ...

    async def is_off(self, path: str) -> bool:
        """Tell whether a path is switched off."""
        ...


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who wanted what, refused attempts included.

    Attributes:
        result: `pressed`, `refused: <guard>`, or the final state.
    """

    at: datetime
    by: UserId
    what: str
    target: str
    before: str
    after: str
    result: str


class Audit(Protocol):
    """The audit trail. Only added."""

    async def add(self, entry: AuditEntry) -> None:
        """Append one entry."""
        ...

    async def newest(self, limit: int) -> Sequence[AuditEntry]:
        """List the newest, newest first."""
        ...


class UnitOfWork(Protocol):
    """One transaction."""

    @property
    def incidents(self) -> Incidents:
        """Incidents in this transaction."""
        ...

    @property
    def timeline(self) -> Timeline:
        """Timeline events in this transaction."""
        ...

    @property
    def triages(self) -> Triages:
        """Triages in this transaction."""
        ...

    @property
    def mitigations(self) -> Mitigations:
        """Mitigations in this transaction."""
        ...

    @property
    def outbox(self) -> Outbox:
        """The outbox in this transaction."""
        ...

    @property
    def inbox(self) -> Inbox:
        """The inbox in this transaction."""
        ...

    @property
    def budget(self) -> Budget:
        """The budget in this transaction."""
        ...

    @property
    def audit(self) -> Audit:
        """The audit trail in this transaction."""
        ...


class Storage(Protocol):
    """The database.

    Raises:
        UnavailableError: From any use, when the database does not answer.
    """

    def __call__(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Begin a unit of work: committed on leaving, rolled back on an exception.

        After a commit that wrote to the outbox, the deliverer is woken.
        """
        ...

    async def wait_for_outbox(self, within: timedelta) -> None:
        """Return once something was written to the outbox here, or when `within` is over."""
        ...
