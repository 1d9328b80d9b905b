"""What is said about money, for one person."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from bot.domain.ledger import Estimate, Runway


@dataclass(frozen=True, slots=True)
class BalanceReport:
    """The balance at Ideogram as far as it is known, and the day's budget for probes.

    Attributes:
        estimate: None when nobody recorded a balance yet.
        runway: None without an estimate.
        used, limit: Of today's budget for probes, USD.
        reserve: The last part of it, which automatic canaries leave to people, USD.
        quote_off: The operation that is no longer asked for a price; empty when none is.
        recorded: Whether this answers somebody who just recorded a balance.
        billing_url: Where a person reads the balance and tops up; empty when not configured.
    """

    estimate: Estimate | None
    runway: Runway | None
    used: Decimal
    limit: Decimal
    reserve: Decimal
    quote_off: str = ""
    recorded: bool = False
    billing_url: str = ""
    kind: Literal["balance-report"] = "balance-report"
    version: int = 1
