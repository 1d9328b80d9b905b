"""How the switches of a service stand, and what decides about them, as its probes saw it."""

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
        concurrency: How many requests it may send at once; None when that was not seen.
        inflight_limit: How many Ideogram named in a 429; None when it named none.
    """

    fallback_on: bool | None = None
    is_reduced: bool = False
    concurrency: int | None = None
    inflight_limit: int | None = None

    @property
    def holds_back(self) -> bool:
        """Whether there is something to end."""
        return bool(self.fallback_on) or self.is_reduced


def switched(results: Results) -> Switched:
    """Read the switches."""
    is_reduced = _fact(results, ProbeKind.WORKLOAD, facts.REDUCED) is True
    concurrency = str(_fact(results, ProbeKind.WORKLOAD, facts.CONCURRENCY))
    limits = [one.facts.get(facts.MAX_INFLIGHT) for one in results.values()]
    return Switched(
        _fallback_on(results),
        is_reduced,
        int(concurrency) if concurrency.isdecimal() else None,
        next((limit for limit in limits if isinstance(limit, int)), None),
    )


def _fallback_on(results: Results) -> bool | None:
    switch = _fact(results, ProbeKind.WORKLOAD, facts.FALLBACK)
    if switch in ("on", "off"):
        return switch == "on"
    state = _fact(results, ProbeKind.APP_HEALTH, facts.STATE)
    return None if state is None else state == HealthState.FALLBACK


def _fact(results: Results, kind: ProbeKind, name: str) -> str | float | bool | None:
    result = results.get(kind)
    return None if result is None else result.facts.get(name)
