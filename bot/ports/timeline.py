"""The timeline as it is remembered."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.ids import IncidentId
from bot.domain.timeline import TimelineEvent


class Timeline(Protocol):
    """Timeline events. Only added, never changed."""

    async def add(self, event: TimelineEvent) -> None:
        """Append one line."""
        ...

    async def of(self, incident_id: IncidentId) -> Sequence[TimelineEvent]:
        """List the lines of an incident by moment, oldest first; ties in the order added."""
        ...
