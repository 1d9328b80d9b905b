"""Previews, presses, and who works on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.ids import IncidentId, MitigationId, PreviewId, ServiceName
from bot.domain.mitigation import MitigationKind, MitigationRun, Preview


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
            epoch: Of the claim under which it was worked on; None for a change from outside, which
                ends the claim: its holder has not seen the change, so nothing more is saved for it.
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

    async def standing(self, limit: int) -> Sequence[MitigationRun]:
        """List the newest in force anywhere and not undone, oldest first."""
        ...

    async def of_incident(self, incident_id: IncidentId) -> Sequence[MitigationRun]:
        """List the presses of an incident, oldest first."""
        ...

    async def last_worked(self, service: ServiceName, kind: MitigationKind) -> MitigationRun | None:
        """Read the newest effective press of a kind."""
        ...
