"""Incidents as they are remembered."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.diagnosis import Cause
from bot.domain.ids import IncidentId, ServiceName
from bot.domain.incident import Incident


class Incidents(Protocol):
    """Incidents. What was saved comes back equal."""

    async def next_id(self) -> IncidentId:
        """Take the next number; numbers may be skipped, never reused."""
        ...

    async def get(self, incident_id: IncidentId) -> Incident:
        """Read for change.

        Raises:
            UnknownIncidentError: There is none; the text names the newest.
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

    async def last_resolved(self, service: ServiceName, cause: Cause) -> Incident | None:
        """Read the newest resolved one of a service and cause; None when there is none."""
        ...
