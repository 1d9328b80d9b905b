"""Metrics in memory: each expression gets the reading that a test chose."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.metrics import STEP, STEPS_BACK, MetricsSource, Query, Reading, Sample, Span
from bot.ports import Clock, Metrics
from tests.builders import NIGHT

SOURCE = MetricsSource("http://prometheus.example.com")


def a_sample(value: float, **labels: str) -> Sample:
    """Build one value, evaluated at night."""
    return Sample(labels, value, NIGHT)


def a_reading(value: float, **labels: str) -> Reading:
    """Build an answer of one value."""
    return Reading((a_sample(value, **labels),))


def outcomes(**counts: float) -> Reading:
    """Build outcomes by code (`c503=3`) or status (`success=2`)."""
    return Reading(tuple(_outcome(name, count) for name, count in counts.items()))


def _outcome(name: str, count: float) -> Sample:
    if name.startswith("c"):
        return a_sample(count, status="error", code=name[1:])
    return a_sample(count, status=name)


def minutes(*counts: Mapping[str, float] | None, end: datetime = NIGHT) -> Reading:
    """Build a history that ends now: counts of each minute as `outcomes` has them, oldest first."""
    begin = end - STEP * (len(counts) - 1)
    found = [
        Sample(one.labels, one.value, begin + STEP * place)
        for place, minute in enumerate(counts)
        for one in outcomes(**(minute or {})).samples
    ]
    return Reading(tuple(found))


def all_minutes(**counts: float) -> Reading:
    """Build a history that is the same from its first minute to its last."""
    return minutes(*[counts] * (STEPS_BACK + 1))


FRESH: Mapping[Query, Reading] = {
    Query.OUTCOMES: outcomes(success=412),
    Query.NEWEST: a_reading(NIGHT.timestamp() - 5),
    Query.P95: a_reading(5.8),
}


class FakeMetrics(Metrics):
    """A busy and healthy service, unless it is told otherwise.

    Attributes:
        readings: By query, for the whole window.
        recent: By query, for the newest part of it alone.
        past: The answer to every range query.
        asked: URLs and expressions in order.
        spans: Of the range queries, in order.
    """

    def __init__(self, source: MetricsSource = SOURCE) -> None:
        self.readings: dict[Query, Reading] = dict(FRESH)
        self.recent: dict[Query, Reading] = {}
        self.past = Reading()
        self.spans: list[Span] = []
        self.asked: list[tuple[str, str]] = []
        self._names = {one: name for name, one in source.expressions().items()}
        self._recent = {one: name for name, one in source.recent_expressions().items()}

    async def query(self, url: str, expression: str, *, timeout: timedelta) -> Reading:  # noqa: ASYNC109  the port's
        self.asked.append((url, expression))
        if expression in self._recent:
            return self.recent.get(self._recent[expression], Reading())
        name = self._names.get(expression)
        return Reading() if name is None else self.readings.get(name, Reading())

    async def history(
        self,
        url: str,
        expression: str,
        span: Span,
        *,
        timeout: timedelta,  # noqa: ASYNC109  the port's
    ) -> Reading:
        self.asked.append((url, expression))
        self.spans.append(span)
        return self.past


class SteadyMetrics(FakeMetrics):
    """Counts the same at every moment that is asked for, and is always fresh.

    Attributes:
        counts: As `outcomes` has them.
    """

    def __init__(self, clock: Clock, **counts: float) -> None:
        super().__init__()
        self.counts = counts
        self._clock = clock

    async def query(self, url: str, expression: str, *, timeout: timedelta) -> Reading:  # noqa: ASYNC109  the port's
        await super().query(url, expression, timeout=timeout)
        return a_reading(self._clock.now().timestamp())

    async def history(
        self,
        url: str,
        expression: str,
        span: Span,
        *,
        timeout: timedelta,  # noqa: ASYNC109  the port's
    ) -> Reading:
        await super().history(url, expression, span, timeout=timeout)
        at_once = outcomes(**self.counts).samples
        return Reading(tuple(replace(one, at=moment) for moment in span.moments for one in at_once))
