"""Triages as they are remembered."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain.ids import (
    ChannelId,
    IncidentId,
    OutboxKey,
    ServiceName,
    TriageId,
    UserId,
    triage_text,
)
from bot.domain.message import TriageCard


@dataclass(frozen=True, slots=True)
class Triage:
    """One run of probes.

    Attributes:
        card: Its newest state, also the state of its message.
        channel: Where its message stands.
        reserved: USD reserved and not yet released.
        ended_at: None while it runs.
    """

    id: TriageId
    service: ServiceName
    channel: ChannelId
    started_at: datetime
    card: TriageCard
    asked_by: UserId | None = None
    reserved: Decimal = Decimal(0)
    ended_at: datetime | None = None
    incident_id: IncidentId | None = None

    @property
    def name(self) -> str:
        """Write its id as people read it."""
        return triage_text(self.id)

    @property
    def message(self) -> OutboxKey:
        """Name its card in the outbox."""
        return OutboxKey(f"{self.name}/card")
