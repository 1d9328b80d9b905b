"""What is due while mitigations are in force."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.ids import MitigationId
from bot.domain.recovery import Recovery


@dataclass(frozen=True, slots=True)
class RecoveryClaim:
    """A claimed recovery: the epoch fences every later save under this claim."""

    recovery: Recovery
    epoch: int


class Recoveries(Protocol):
    """Recoveries by the mitigation that they look after."""

    async def begin(self, recovery: Recovery) -> None:
        """Remember one; one that ended begins anew, one under way stays as it is."""
        ...

    async def get(self, mitigation_id: MitigationId) -> Recovery | None:
        """Read one; None when there is none."""
        ...

    async def claim(self, now: datetime, until: datetime) -> RecoveryClaim | None:
        """Take the one that is due for longest and that nobody works on; None without any."""
        ...

    async def save(
        self, recovery: Recovery, *, epoch: int, claimed_until: datetime | None = None
    ) -> bool:
        """Replace one; False, without effect, when `epoch` is not the newest.

        Args:
            recovery: The new state.
            epoch: Of the claim under which it was worked on.
            claimed_until: Prolongs the claim; None gives it back.
        """
        ...
