"""Money for probes."""

from datetime import date, datetime
from decimal import Decimal
from typing import Protocol


class Budget(Protocol):
    """The day's money for probes."""

    async def reserve(self, day: date, amount: Decimal, *, limit: Decimal) -> bool:
        """Reserve by one conditional update; False when it would pass the limit."""
        ...

    async def release(self, day: date, amount: Decimal) -> None:
        """Give back what was reserved and not spent; negative: more was spent than reserved."""
        ...

    async def used(self, day: date) -> Decimal:
        """Tell what is reserved or spent, USD."""
        ...

    async def switch_off(self, path: str, *, at: datetime) -> bool:
        """Never ask this path for a quote again until a person clears it.

        Returns:
            False when it was switched off already.
        """
        ...

    async def switch_on(self, path: str) -> bool:
        """Let this path be asked for a quote again; False when it was not switched off."""
        ...

    async def is_off(self, path: str) -> bool:
        """Tell whether a path is switched off."""
        ...
