"""Previews and presses in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.ids import IncidentId, MitigationId, PreviewId, ServiceName
from bot.domain.mitigation import IN_FORCE, MitigationKind, MitigationRun, Preview, State
from bot.ports import Claim, Mitigations


@dataclass(frozen=True, slots=True)
class PressRow:
    """A press and its claim."""

    run: MitigationRun
    epoch: int
    holder: str | None
    claimed_until: datetime | None


class FakeMitigations(Mitigations):
    """Presses by id, in the order inserted."""

    def __init__(
        self,
        previews: dict[PreviewId, Preview],
        presses: dict[MitigationId, PressRow],
        locks: dict[str, MitigationId],
    ) -> None:
        self._previews = previews
        self._presses = presses
        self._locks = locks

    async def add_preview(self, preview: Preview) -> None:
        self._previews[preview.id] = preview

    async def preview(self, preview_id: PreviewId) -> Preview | None:
        return self._previews.get(preview_id)

    async def settle(self, preview_id: PreviewId, by: MitigationId) -> bool:
        preview = self._previews.get(preview_id)
        if preview is None or preview.settled_by is not None:
            return False
        self._previews[preview_id] = replace(preview, settled_by=by)
        return True

    async def lock(self, object_key: str, by: MitigationId) -> MitigationId | None:
        holder = self._locks.setdefault(object_key, by)
        return None if holder == by else holder

    async def unlock(self, object_key: str, by: MitigationId) -> None:
        if self._locks.get(object_key) == by:
            del self._locks[object_key]

    async def insert(self, run: MitigationRun, *, holder: str, claimed_until: datetime) -> None:
        self._presses[run.id] = PressRow(run, 1, holder, claimed_until)

    async def get(self, mitigation_id: MitigationId) -> MitigationRun | None:
        row = self._presses.get(mitigation_id)
        return row.run if row else None

    async def save(
        self, run: MitigationRun, *, epoch: int | None, claimed_until: datetime | None = None
    ) -> bool:
        row = self._presses.get(run.id)
        if row is None or epoch not in (None, row.epoch):
            return False
        if epoch is None:  # fences the holder, who has not seen this change
            row = replace(row, epoch=row.epoch + 1, holder=None, claimed_until=None)
        until = claimed_until or row.claimed_until
        self._presses[run.id] = replace(row, run=run, claimed_until=until)
        return True

    async def claim(self, now: datetime, until: datetime, holder: str) -> Claim | None:
        for row in self._presses.values():
            if row.run.is_running and (row.claimed_until is None or row.claimed_until <= now):
                taken = PressRow(row.run, row.epoch + 1, holder, until)
                self._presses[row.run.id] = taken
                return Claim(taken.run, taken.epoch)
        return None

    async def release(self, holder: str, now: datetime) -> None:
        for key, row in self._presses.items():
            if row.holder == holder:
                self._presses[key] = replace(row, holder=None, claimed_until=None)

    async def in_force(self, object_key: str) -> Sequence[MitigationRun]:
        return [
            run
            for run in self._runs()
            if run.object_key == object_key and run.state in IN_FORCE and run.undone_by is None
        ]

    async def standing(self, limit: int) -> Sequence[MitigationRun]:
        standing = (run.state in IN_FORCE and run.undone_by is None for run in self._runs())
        return [run for run, stands in zip(self._runs(), standing, strict=True) if stands][-limit:]

    async def of_incident(self, incident_id: IncidentId) -> Sequence[MitigationRun]:
        return [run for run in self._runs() if run.incident_id == incident_id]

    async def last_worked(self, service: ServiceName, kind: MitigationKind) -> MitigationRun | None:
        worked = (
            run
            for run in reversed(self._runs())
            if (run.service, run.kind, run.state) == (service, kind, State.EFFECTIVE)
        )
        return next(worked, None)

    def _runs(self) -> list[MitigationRun]:
        return [row.run for row in self._presses.values()]
