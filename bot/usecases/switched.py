"""How the switches of a service stand, as its probes saw them."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain import facts
from bot.domain.health import HealthState
from bot.domain.probe import ProbeKind, ProbeResult

Results = Mapping[ProbeKind, ProbeResult]


@dataclass(frozen=True, slots=True)
class Switched:
    """What is held back.

    Attributes:
        fallback_on: Whether users get placeholders; None when that was not seen.
        is_reduced: Whether fewer requests are sent at once than in normal times.
    """

    fallback_on: bool | None = None
    is_reduced: bool = False

    @property
    def holds_back(self) -> bool:
        """Whether there is something to end."""
        return bool(self.fallback_on) or self.is_reduced


def switched(results: Results) -> Switched:
    """Read the switches."""
    is_reduced = _fact(results, ProbeKind.WORKLOAD, facts.REDUCED) is True
    return Switched(_fallback_on(results), is_reduced)


def seen_limit(results: Results) -> int | None:
    """Read the limit of requests in flight that a 429 named; None when none did."""
    limits = [one.facts.get(facts.MAX_INFLIGHT) for one in results.values()]
    return next((limit for limit in limits if isinstance(limit, int)), None)


def _fallback_on(results: Results) -> bool | None:
    switch = _fact(results, ProbeKind.WORKLOAD, facts.FALLBACK)
    if switch in ("on", "off"):
        return switch == "on"
    state = _fact(results, ProbeKind.APP_HEALTH, facts.STATE)
    return None if state is None else state == HealthState.FALLBACK


def _fact(results: Results, kind: ProbeKind, name: str) -> str | float | bool | None:
    result = results.get(kind)
    return None if result is None else result.facts.get(name)
