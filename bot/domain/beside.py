"""What a triage's card holds beside measurements and verdict: what people said and remember."""

from dataclasses import dataclass
from decimal import Decimal

from bot.domain.history import Earlier
from bot.domain.ids import UserId
from bot.domain.ledger import Estimate
from bot.domain.person import Witness
from bot.domain.quality import Comparison


@dataclass(frozen=True, slots=True)
class Beside:
    """Beside the verdict.

    Attributes:
        person: What a person saw; None when nobody said.
        quality: What decides how pictures look; None when nobody asked.
        earlier: The same trouble before; None when there was none.
        billing_asked_by: Who had the billing owner asked; None when nobody did.
        billing_url: Where a person reads the balance and tops up; empty when not configured.
        estimate: What was left at Ideogram, by the ledger; None when nobody recorded a balance.
    """

    person: Witness | None = None
    quality: Comparison | None = None
    earlier: Earlier | None = None
    billing_asked_by: UserId | None = None
    estimate: Estimate | None = None
    billing_url: str = ""

    @property
    def balance(self) -> Decimal | None:
        """Tell what was left at Ideogram, USD, by the ledger; None when nobody knows."""
        return None if self.estimate is None else self.estimate.balance
