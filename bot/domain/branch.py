"""One row of the verdict table, and what its questions are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.domain.diagnosis import Cause, HumanStep, Origin
from bot.domain.probe import ProbeKind
from bot.domain.severity import Severity
from bot.domain.signals import Signals, in_fixed_order

DEPLOYMENT: Final = "who owns the Deployment"


def _never(_: Signals) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Branch:
    """One row.

    Attributes:
        name: The branch taken, as cards show it.
        when: The condition in words, for the README.
        holds: The severity when the condition holds, else None.
        rests_on: The probes that speak for it.
        would_change: What would lead to another verdict; names figures as
            `Thresholds.in_words` does.
        contact: Whom to ask while the origin is the usual one, by role or address.
        steps: What people do, by place among the next steps.
        by_traffic: Whether users' requests speak for it too.
        is_ours: Whether the origin is us instead.
    """

    cause: Cause
    origin: Origin
    name: str
    when: str
    severities: str
    holds: Callable[[Signals], Severity | None]
    rests_on: Callable[[Signals], tuple[ProbeKind, ...]]
    would_change: str
    contact: str
    steps: tuple[HumanStep, ...] = ()
    by_traffic: Callable[[Signals], object] = _never
    is_ours: Callable[[Signals], bool] = _never

    def evidence(self, signals: Signals) -> tuple[ProbeKind, ...]:
        """Name what speaks for it, in fixed order."""
        users = (ProbeKind.TRAFFIC,) if self.by_traffic(signals) else ()
        return in_fixed_order((*self.rests_on(signals), *users))

    def origin_in(self, signals: Signals) -> Origin:
        """Tell whose fault it is."""
        return Origin.US if self.is_ours(signals) else self.origin

    def contact_in(self, signals: Signals) -> str:
        """Tell whom to ask."""
        return DEPLOYMENT if self.is_ours(signals) else self.contact

    def would_change_in(self, signals: Signals) -> str:
        """Tell what would lead to another verdict, by the figures in force."""
        return self.would_change.format(**signals.measured.thresholds.in_words)

    @property
    def whose(self) -> str:
        """Name every origin that it can have."""
        return self.origin if self.is_ours is _never else f"{self.origin}, {Origin.US}"
