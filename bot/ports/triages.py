"""Triages as they are remembered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.ids import ServiceName, TriageId
from bot.domain.triage import Triage


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

    async def running(self, service: ServiceName, now: datetime) -> Triage | None:
        """Read the newest that is being measured now: not ended, its claim in force.

        Nobody else opens one until this unit of work ends, so None may be answered by a new one.
        """
        ...
