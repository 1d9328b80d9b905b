"""What a triage may do, and when it pays for it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bot.domain.diagnosis import Mode
from bot.domain.ledger import Anchor


@dataclass(frozen=True, slots=True)
class Plan:
    """What a triage may do.

    Attributes:
        reason: Why it is quick although full was possible, or that it was the last full one of
            the day; None otherwise.
        price: What its canaries cost, USD; zero while they are not paid for.
        reserved: USD taken from the day's budget; zero without a database.
        anchor: The last balance that a person recorded; None without one.
        day: Whose budget it counts against, also when it ends after midnight; None without a
            database.
    """

    mode: Mode
    reason: str | None
    price: Decimal
    reserved: Decimal
    dry_run_allowed: bool = True
    anchor: Anchor | None = None
    day: date | None = None


Pay = Callable[[Plan], Awaitable[Plan]]


class NotPaidError(Exception):
    """The price of the canaries could not be reserved: none is sent."""


@dataclass(slots=True)
class Purse:
    """Pays for the canaries of one triage when the first of them is to be sent.

    One whose canaries others measure never pays: cost grows with keys, not with services
    (diagnosis.md section 1).

    Attributes:
        plan: As it stands: full until its price is refused.
        pay: Reserves the price of all its canaries, or makes the plan a quick one; None when
            that is done.
    """

    plan: Plan
    pay: Pay | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def open(self) -> None:
        """Pay, unless another canary of this triage was the first.

        Raises:
            NotPaidError: The triage is a quick one by now.
        """
        async with self._turn:
            if self.pay is not None:
                self.plan, self.pay = await self.pay(self.plan), None
            is_refused = self.plan.mode is Mode.QUICK
        if is_refused:
            raise NotPaidError
