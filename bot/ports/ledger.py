"""The balance at Ideogram, as people read it."""

from typing import Protocol

from bot.domain.ledger import Anchor


class Ledger(Protocol):
    """Balances that people recorded. Only added."""

    async def add(self, anchor: Anchor) -> None:
        """Append one."""
        ...

    async def newest(self) -> Anchor | None:
        """Read the one with the latest moment, of equal ones the last added; None without any."""
        ...
