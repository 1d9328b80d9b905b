"""What arrived from outside and is not done yet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.ids import DeliveryKey
from bot.domain.request import Request


@dataclass(frozen=True, slots=True)
class Delivery:
    """One inbox row as claimed.

    Attributes:
        attempts: How often it was claimed, its receiver's included; from 1.
    """

    key: DeliveryKey
    request: Request
    received_at: datetime
    attempts: int = 1


class Inbox(Protocol):
    """What arrived from outside. Idempotent by key."""

    async def receive(
        self, key: DeliveryKey, request: Request, *, at: datetime, until: datetime, holder: str
    ) -> bool:
        """Remember a delivery, claimed by its receiver; False when it is known already."""
        ...

    async def claim(self, now: datetime, until: datetime, holder: str) -> Delivery | None:
        """Take the oldest open one whose claim ran out."""
        ...

    async def close(self, key: DeliveryKey, *, at: datetime) -> None:
        """Mark as done: from now on other state carries the work.

        Without effect for a key that was never received.

        Raises:
            ClaimLostError: It was closed before: another worker did it, while this one was slow.
                Rolling the unit of work back keeps it from happening twice.
        """
        ...

    async def release(self, holder: str, now: datetime) -> None:
        """Hand all claims of a holder back, at once (on stopping)."""
        ...
