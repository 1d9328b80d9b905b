"""What requests cost and what may be spent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from bot.domain.answer import AnswerClass
from bot.domain.probe import CANARY_OF, ProbeResult
from bot.domain.service import Call

# USD per output image. Source: https://ideogram.ai/features/api-pricing, as of 2026-11-16.
LEGACY_PRICES: Final = {
    "V_1": Decimal("0.06"),
    "V_1_TURBO": Decimal("0.02"),
    "V_2": Decimal("0.08"),
    "V_2_TURBO": Decimal("0.05"),
    "V_2A": Decimal("0.04"),
    "V_2A_TURBO": Decimal("0.025"),
}
V3_PRICES: Final = {
    "FLASH": Decimal("0.03"),
    "TURBO": Decimal("0.03"),
    "DEFAULT": Decimal("0.06"),
    "BALANCED": Decimal("0.06"),
    "QUALITY": Decimal("0.09"),
}

# The last of a day's budget, USD: three full triages by people (diagnosis.md section 5).
FOR_PEOPLE: Final = Decimal("0.24")


@dataclass(frozen=True, slots=True)
class Canary:
    """Model and speed of the paid requests, names as Ideogram's."""

    legacy_model: str = "V_2_TURBO"
    v3_speed: str = "FLASH"

    def price(self, call: Call) -> Decimal:
        """Look up what one image of this call costs, USD."""
        if call is Call.LEGACY:
            return LEGACY_PRICES[self.legacy_model]
        return V3_PRICES[self.v3_speed]

    def price_of(self, calls: Iterable[Call]) -> Decimal:
        """Add up one image of each call, USD."""
        return sum((self.price(call) for call in calls), Decimal(0))

    def to_try(self, calls: Iterable[Call], results: Iterable[ProbeResult]) -> Call:
        """Choose the call whose image shows that generation works again.

        Args:
            calls: Those that the service uses, at least one.
            results: Of the triage that found the trouble; none where nobody knows.

        Returns:
            The cheapest of those that got no image then, else the cheapest of all.
        """
        tried = {one.kind: one.answer for one in results if one.ran}
        no_image = {kind for kind, answer in tried.items() if answer is not AnswerClass.IMAGE}
        used = tuple(calls)
        failed = tuple(one for one in used if CANARY_OF[one] in no_image)
        return min(failed or used, key=self.price)


def budget_day(now: datetime) -> date:
    """Tell the day whose budget a moment counts against: the UTC day."""
    return now.astimezone(UTC).date()


def automatic_limit(limit: Decimal) -> Decimal:
    """Tell up to where canaries that nobody asked for may use a day's budget, USD."""
    return max(limit - FOR_PEOPLE, Decimal(0))
