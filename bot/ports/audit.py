"""Who wanted what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.ids import UserId


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
