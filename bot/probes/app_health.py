"""What does the service itself say about its use of Ideogram?"""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from bot.domain import facts
from bot.domain.answer import Exchange
from bot.domain.evidence import traced
from bot.domain.health import HealthReading, HealthState, is_out_of_sight, read_health
from bot.domain.observation import happened, in_time, one_line
from bot.domain.probe import Outcome, ProbeKind, ProbeResult
from bot.ports import Instruments, Subject

# Fallback is what somebody chose: users get placeholders as intended.
_OUTCOMES = {
    HealthState.HEALTHY: Outcome.HEALTHY,
    HealthState.FALLBACK: Outcome.HEALTHY,
    HealthState.DEGRADED: Outcome.UNHEALTHY,
    HealthState.DOWN: Outcome.UNHEALTHY,
    HealthState.UNKNOWN: Outcome.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class AppHealth:
    """Asks the service's health URL. Facts: `state`, `fallback`."""

    kind: ClassVar = ProbeKind.APP_HEALTH
    tools: Instruments

    @property
    def timeout(self) -> timedelta:
        """Bound the request."""
        return self.tools.timeout

    async def __call__(self, subject: Subject) -> ProbeResult:
        """Measure once."""
        service = subject.service
        if service.health_url is None:
            detail = "no health_url is configured"
            now = self.tools.clock.now()
            return ProbeResult(self.kind, Outcome.UNKNOWN, detail, now, ran=False)
        seen = await self.tools.network.get(service.health_url, timeout=self.timeout)
        reading = read_health(seen, service.health_path, service.health_values)
        result = ProbeResult(
            kind=self.kind,
            outcome=_OUTCOMES[reading.state],
            detail=_no_answer(seen) if seen.failure else _detail(reading, in_time(seen)),
            measured_at=self.tools.clock.now(),
            latency=seen.latency,
            status=seen.status,
            facts={
                facts.STATE: reading.state.value,
                facts.FALLBACK: reading.state is HealthState.FALLBACK,
            },
        )
        return traced(result, seen)


def _detail(reading: HealthReading, duration: str) -> str:
    if reading.state is HealthState.UNKNOWN:
        return f"health not understood: {one_line(reading.said)}"
    return f"says {one_line(reading.said)} in {duration}"


def _no_answer(seen: Exchange) -> str:
    return ("not reached from here: " if is_out_of_sight(seen) else "") + happened(seen)
