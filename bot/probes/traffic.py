"""What do users get? As the service's own metrics tell it, through Prometheus."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from bot.domain import facts
from bot.domain.metrics import MetricsSource, Query, Reading
from bot.domain.observation import one_line
from bot.domain.probe import Outcome, ProbeKind, ProbeResult
from bot.domain.traffic import Signs, TrafficState, to_facts
from bot.domain.traffic_reading import TrafficReading, read_traffic
from bot.domain.traffic_words import in_words
from bot.ports import Instruments, Subject


@dataclass(frozen=True, slots=True)
class UserTraffic:
    """Asks for outcomes, latency, refusals, downloads and balance, all at once.

    What is absent, stale or not a number is unknown and says which. Facts: `state`, `gaps`, and
    the numbers of `domain.traffic.Traffic`.
    """

    kind: ClassVar = ProbeKind.TRAFFIC
    tools: Instruments

    @property
    def timeout(self) -> timedelta:
        """Bound each query; they run side by side."""
        return self.tools.timeout

    async def __call__(self, subject: Subject) -> ProbeResult:
        """Measure once."""
        source, metrics = subject.service.metrics, self.tools.metrics
        if source is None or metrics is None:
            detail, now = "no Prometheus is configured", self.tools.clock.now()
            return ProbeResult(self.kind, Outcome.UNKNOWN, detail, now, ran=False)
        started = self.tools.clock.monotonic()
        found = await self._read(source)
        hurts = Signs(found.traffic, self.tools.thresholds).hurts
        is_seen = found.state is TrafficState.SEEN
        healthy_or_not = Outcome.HEALTHY if is_seen else Outcome.UNKNOWN
        return ProbeResult(
            kind=self.kind,
            outcome=Outcome.UNHEALTHY if hurts else healthy_or_not,
            detail=self._detail(found),
            measured_at=self.tools.clock.now(),
            latency=self.tools.clock.monotonic() - started,
            facts={facts.STATE: found.state.value, **_gaps(found), **to_facts(found.traffic)},
        )

    async def _read(self, source: MetricsSource) -> TrafficReading:
        async with asyncio.TaskGroup() as group:
            whole = group.create_task(self._ask(source.url, source.expressions()))
            recent = group.create_task(self._ask(source.url, source.recent_expressions()))
        return read_traffic(source, whole.result(), recent.result())

    async def _ask(self, url: str, asked: Mapping[Query, str]) -> Mapping[Query, Reading]:
        assert self.tools.metrics is not None  # noqa: S101  asked for above
        ask = self.tools.metrics.query
        async with asyncio.TaskGroup() as group:
            tasks = {
                query: group.create_task(ask(url, one, timeout=self.timeout))
                for query, one in asked.items()
            }
        return {query: task.result() for query, task in tasks.items()}

    def _detail(self, found: TrafficReading) -> str:
        said = in_words(found.traffic, self.tools.thresholds)
        is_read = found.state in (TrafficState.SEEN, TrafficState.NO_TRAFFIC)
        gaps = f"not read: {one_line(found.gaps[0])}" if is_read and found.gaps else ""
        return ", ".join(part for part in (one_line(found.why), said, gaps) if part)


def _gaps(found: TrafficReading) -> dict[str, str]:
    return {facts.GAPS: one_line("; ".join(found.gaps))} if found.gaps else {}
