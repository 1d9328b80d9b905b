"""Does Ideogram answer at all? Needs no key and costs nothing."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from bot.domain import facts
from bot.domain.answer import Exchange
from bot.domain.classes import classify, is_below_500
from bot.domain.evidence import traced
from bot.domain.observation import happened, slow_part, slow_phase
from bot.domain.probe import Outcome, ProbeKind, ProbeResult
from bot.ports import Instruments, Subject


@dataclass(frozen=True, slots=True)
class Reachability:
    """Asks for the public keys: any answer below 500 is healthy.

    Facts: `certificate_days`, `slow_phase`, `slow_part`.
    """

    kind: ClassVar = ProbeKind.REACHABILITY
    tools: Instruments

    @property
    def timeout(self) -> timedelta:
        """Bound the request."""
        return self.tools.timeout

    async def __call__(self, subject: Subject) -> ProbeResult:
        """Measure once."""
        seen = await self.tools.ideogram.keyless()
        is_healthy = seen.failure is None and is_below_500(seen.status)
        result = ProbeResult(
            kind=self.kind,
            outcome=Outcome.HEALTHY if is_healthy else Outcome.UNHEALTHY,
            detail=_detail(seen),
            measured_at=self.tools.clock.now(),
            latency=seen.latency,
            status=seen.status,
            answer=None if is_healthy else classify(seen),
            answered=seen.status is not None,
            request_id=seen.request_id,
            facts=_facts(seen),
        )
        return traced(result, seen)


def _detail(seen: Exchange) -> str:
    days = seen.certificate_days
    return happened(seen) + ("" if days is None else f", certificate ends in {days} d")


def _facts(seen: Exchange) -> dict[str, str | int | None]:
    found = {
        facts.CERTIFICATE_DAYS: seen.certificate_days,
        facts.SLOW_PHASE: slow_phase(seen),
        facts.SLOW_PART: slow_part(seen),
    }
    return {name: value for name, value in found.items() if value is not None}
