"""What do users get? As the service's own metrics tell it, through Prometheus."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from bot.domain import facts, onset
from bot.domain.metrics import STEP, MetricsSource, Query, Reading, Span
from bot.domain.observation import one_line
from bot.domain.onset import find_onset
from bot.domain.probe import Outcome, ProbeKind, ProbeResult
from bot.domain.traffic import Signs, TrafficState, to_facts
from bot.domain.traffic_reading import TrafficReading, read_history, read_traffic
from bot.domain.traffic_words import in_words
from bot.ports import Instruments, Metrics, Subject


@dataclass(frozen=True, slots=True)
class UserTraffic:
    """Asks for outcomes, latency, refusals, downloads, balance and the hours before, all at once.

    What is absent, stale or not a number is unknown and says which. Facts: `state`, `gaps`, the
    numbers of `domain.traffic.Traffic`, and since when it hurts (`domain.onset.Onset`).
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
        started, now = self.tools.clock.monotonic(), self.tools.clock.now()
        span = Span.back_from(now, min(source.recent, STEP))
        found, history = await self._read(metrics, source, span)
        signs = Signs(found.traffic, self.tools.thresholds)
        is_seen = found.state is TrafficState.SEEN
        began = find_onset(read_history(history, span), span, signs) if is_seen else None
        healthy_or_not = Outcome.HEALTHY if is_seen else Outcome.UNKNOWN
        return ProbeResult(
            kind=self.kind,
            outcome=Outcome.UNHEALTHY if signs.hurts else healthy_or_not,
            detail=self._detail(found, history),
            measured_at=self.tools.clock.now(),
            latency=self.tools.clock.monotonic() - started,
            facts={
                facts.STATE: found.state.value,
                **_gaps(found),
                **to_facts(found.traffic),
                **onset.to_facts(began),
            },
        )

    async def _read(
        self, metrics: Metrics, source: MetricsSource, span: Span
    ) -> tuple[TrafficReading, Reading]:
        back = source.history_expression(span.step)
        async with asyncio.TaskGroup() as group:
            history = group.create_task(
                metrics.history(source.url, back, span, timeout=self.timeout)
            )
            whole = group.create_task(self._ask(metrics, source.url, source.expressions()))
            recent = group.create_task(self._ask(metrics, source.url, source.recent_expressions()))
        return read_traffic(source, whole.result(), recent.result()), history.result()

    async def _ask(
        self, metrics: Metrics, url: str, asked: Mapping[Query, str]
    ) -> Mapping[Query, Reading]:
        async with asyncio.TaskGroup() as group:
            tasks = {
                query: group.create_task(metrics.query(url, one, timeout=self.timeout))
                for query, one in asked.items()
            }
        return {query: task.result() for query, task in tasks.items()}

    def _detail(self, found: TrafficReading, history: Reading) -> str:
        said = in_words(found.traffic, self.tools.thresholds)
        is_read = found.state in (TrafficState.SEEN, TrafficState.NO_TRAFFIC)
        # What tells of the past alone is no gap in what is known of users now.
        past = f"{Query.HISTORY}: {history.problem}" if history.problem else ""
        gaps = [*found.gaps, past][:1] if is_read else []
        unread = [f"not read: {one_line(one)}" for one in gaps if one]
        return ", ".join(part for part in (one_line(found.why), said, *unread) if part)


def _gaps(found: TrafficReading) -> dict[str, str]:
    return {facts.GAPS: one_line("; ".join(found.gaps))} if found.gaps else {}
