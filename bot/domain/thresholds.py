"""From where on a measurement is a fault: the checklist's figures, each of which may be set."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

SLOW_AFTER: Final = timedelta(seconds=30)  # incident runbook, P2: "P95 latency > 30s"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits of the verdict table. Shares are of requests, 0-1.

    Attributes:
        down_share: From this share of failed requests on, users fail (P1).
        degraded_share: From this share on, some do (P2).
        least: A share of fewer failures than this is chance, and judged by nobody.
        slow_after: P95, or one canary, above this is slow (runbook, P2).
        in_a_row: More 429 than this without another answer between them (checklist).
        rate_limited_share: Above this share 429 is no passing peak.
        rejected_share: Above this share the safety filter finds something (checklist).
        download_share: Above this share of downloads pictures get lost.
        slow_download_after: P95 of downloads above this is slow.
        low_balance_usd: Below this the balance will not last (checklist).
    """

    down_share: float = 0.5
    degraded_share: float = 0.05
    least: int = 3
    slow_after: timedelta = SLOW_AFTER
    in_a_row: int = 5
    rate_limited_share: float = 0.1
    rejected_share: float = 0.1
    download_share: float = 0.01
    slow_download_after: timedelta = timedelta(seconds=10)
    low_balance_usd: Decimal = Decimal(10)

    @property
    def in_words(self) -> dict[str, str]:
        """Write the figures that sentences name: `{slow}` is `30 s`, `{low_balance}` is `$10`."""
        dollars = self.low_balance_usd
        is_whole = dollars == dollars.to_integral_value()
        return {
            "slow": f"{self.slow_after.total_seconds():g} s",
            "low_balance": f"${dollars:.0f}" if is_whole else f"${dollars:.2f}",
        }
