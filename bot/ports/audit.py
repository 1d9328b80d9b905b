"""Who wanted what, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.ids import UserId


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who wanted what and why, refused attempts included.

    Attributes:
        result: `pressed`, `refused: <guard>`, or the final state.
        why: The incident and the triage it was pressed on, and for an undo what it takes back;
            empty where it belongs to none.
    """

    at: datetime
    by: UserId
    what: str
    target: str
    before: str
    after: str
    result: str
    why: str = ""


class Audit(Protocol):
    """The audit trail. Only added."""

    async def add(self, entry: AuditEntry) -> None:
        """Append one entry."""
        ...

    async def newest(self, limit: int) -> Sequence[AuditEntry]:
        """List the newest, newest first."""
        ...
