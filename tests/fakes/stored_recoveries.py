"""What is due while mitigations are in force, in memory."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.ids import MitigationId
from bot.domain.recovery import Recovery
from bot.ports import Recoveries, RecoveryClaim


@dataclass(frozen=True, slots=True)
class RecoveryRow:
    """A recovery and its claim."""

    recovery: Recovery
    epoch: int = 1
    claimed_until: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        due = self.recovery.due_at
        is_free = self.claimed_until is None or self.claimed_until <= now
        return is_free and due is not None and due <= now


class FakeRecoveries(Recoveries):
    """Recoveries by mitigation."""

    def __init__(self, rows: dict[MitigationId, RecoveryRow]) -> None:
        self._rows = rows

    async def begin(self, recovery: Recovery) -> None:
        row = self._rows.get(recovery.mitigation_id)
        if row is None:
            self._rows[recovery.mitigation_id] = RecoveryRow(recovery)
        elif row.recovery.ended_at is not None:
            self._rows[recovery.mitigation_id] = RecoveryRow(recovery, row.epoch + 1)

    async def get(self, mitigation_id: MitigationId) -> Recovery | None:
        row = self._rows.get(mitigation_id)
        return row.recovery if row else None

    async def claim(self, now: datetime, until: datetime) -> RecoveryClaim | None:
        due = [row for row in self._rows.values() if row.is_due(now)]
        if not due:
            return None
        row = min(due, key=lambda one: (one.recovery.due_at or now, one.recovery.mitigation_id))
        taken = replace(row, epoch=row.epoch + 1, claimed_until=until)
        self._rows[row.recovery.mitigation_id] = taken
        return RecoveryClaim(row.recovery, taken.epoch)

    async def save(
        self, recovery: Recovery, *, epoch: int, claimed_until: datetime | None = None
    ) -> bool:
        row = self._rows.get(recovery.mitigation_id)
        if row is None or row.epoch != epoch:
            return False
        self._rows[recovery.mitigation_id] = RecoveryRow(recovery, epoch, claimed_until)
        return True
