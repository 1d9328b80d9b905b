"""Triages as they are remembered."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Self

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
        channel: Where it was asked for, and where its message stands.
        elsewhere: Other channels where people asked for it while it ran.
        table: The message that shows it as one line; until someone takes it up it has no card.
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
    elsewhere: tuple[ChannelId, ...] = ()
    table: OutboxKey | None = None

    @property
    def name(self) -> str:
        """Write its id as people read it."""
        return triage_text(self.id)

    @property
    def message(self) -> OutboxKey:
        """Name its card in the outbox."""
        return OutboxKey(f"{self.name}/card")

    @property
    def places(self) -> Iterator[tuple[OutboxKey, ChannelId]]:
        """Name its card in every channel where it is shown."""
        yield self.message, self.channel
        for channel in self.elsewhere:
            yield OutboxKey(f"{self.message}/{channel}"), channel

    def is_shown_in(self, channel: ChannelId) -> bool:
        """Tell whether its card stands in this channel."""
        return channel in (self.channel, *self.elsewhere)

    def shown_also_in(self, channel: ChannelId) -> Self:
        """Show it in one more channel."""
        return replace(self, elsewhere=(*self.elsewhere, channel))

    def after(self, stored: Self) -> Self:
        """Take over what people did with it meanwhile."""
        return replace(self, incident_id=stored.incident_id, elsewhere=stored.elsewhere)
