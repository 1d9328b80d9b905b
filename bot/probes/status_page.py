"""What does the provider say about itself? Evidence, never a verdict: pages lag and stay green."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final

from bot.domain import facts
from bot.domain.answer import Exchange
from bot.domain.classes import is_success
from bot.domain.evidence import traced
from bot.domain.observation import happened, one_line
from bot.domain.probe import Outcome, ProbeKind, ProbeResult
from bot.domain.status_page import StatusReading, read_status
from bot.ports import Instruments, Subject

# Nothing hangs on it: a triage does not wait for it as long as for a measurement.
WITHIN: Final = timedelta(seconds=5)
_OUTCOMES: Final = {True: Outcome.HEALTHY, False: Outcome.UNHEALTHY, None: Outcome.UNKNOWN}


@dataclass(frozen=True, slots=True)
class ProviderStatus:
    """Reads Statuspage's summary. Facts: `affected`; no page, no understood page is unknown."""

    kind: ClassVar = ProbeKind.STATUS_PAGE
    tools: Instruments

    @property
    def timeout(self) -> timedelta:
        """Bound the request."""
        return min(self.tools.timeout, WITHIN)

    async def __call__(self, subject: Subject) -> ProbeResult:
        """Measure once."""
        page = self.tools.status_page
        if page is None:
            detail, now = "no status_url is configured", self.tools.clock.now()
            return ProbeResult(self.kind, Outcome.UNKNOWN, detail, now, ran=False)
        seen = await self.tools.network.get(page.url, timeout=self.timeout)
        is_answer = seen.failure is None and is_success(seen.status)
        found = read_status(seen.body, page.components) if is_answer else None
        result = ProbeResult(
            kind=self.kind,
            outcome=_OUTCOMES[found.is_fine if found else None],
            detail=_detail(seen, found),
            measured_at=self.tools.clock.now(),
            latency=seen.latency,
            status=seen.status,
            facts={facts.AFFECTED: found.affected} if found and found.is_fine is not None else {},
        )
        return traced(result, seen)


def _detail(seen: Exchange, found: StatusReading | None) -> str:
    if found is None:
        return happened(seen)
    words = one_line(found.said)
    return words if found.is_fine is not None else f"not understood: {words}"
