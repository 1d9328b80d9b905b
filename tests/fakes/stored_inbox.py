"""The inbox in memory."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.errors import ClaimLostError
from bot.domain.ids import DeliveryKey
from bot.domain.request import Request
from bot.ports import Delivery, Inbox


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A delivery and its claim."""

    delivery: Delivery
    holder: str | None
    claimed_until: datetime | None
    closed_at: datetime | None = None


class FakeInbox(Inbox):
    """Deliveries by key, in the order received."""

    def __init__(self, rows: dict[DeliveryKey, InboxRow]) -> None:
        self._rows = rows

    async def receive(
        self, key: DeliveryKey, request: Request, *, at: datetime, until: datetime, holder: str
    ) -> bool:
        if key in self._rows:
            return False
        self._rows[key] = InboxRow(Delivery(key, request, at, attempts=1), holder, until)
        return True

    async def claim(self, now: datetime, until: datetime, holder: str) -> Delivery | None:
        for key, row in self._rows.items():
            claimed = row.claimed_until is not None and row.claimed_until > now
            if row.closed_at is None and not claimed:
                taken = replace(row.delivery, attempts=row.delivery.attempts + 1)
                self._rows[key] = InboxRow(taken, holder, until)
                return taken
        return None

    async def close(self, key: DeliveryKey, *, at: datetime) -> None:
        row = self._rows.get(key)
        if row is None:
            return
        if row.closed_at is not None:
            raise ClaimLostError(f"The request {key} was worked on by somebody else.")
        self._rows[key] = replace(row, closed_at=at)

    async def release(self, holder: str, now: datetime) -> None:
        for key, row in self._rows.items():
            if row.holder == holder:
                self._rows[key] = replace(row, holder=None, claimed_until=None)
