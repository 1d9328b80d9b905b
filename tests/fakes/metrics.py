"""Metrics in memory: each expression gets the reading that a test chose."""

from collections.abc import Mapping
from datetime import timedelta

from bot.domain.metrics import MetricsSource, Query, Reading, Sample
from bot.ports import Metrics
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
        asked: URLs and expressions in order.
    """

    def __init__(self, source: MetricsSource = SOURCE) -> None:
        self.readings: dict[Query, Reading] = dict(FRESH)
        self.recent: dict[Query, Reading] = {}
        self.asked: list[tuple[str, str]] = []
        self._names = {one: name for name, one in source.expressions().items()}
        self._recent = {one: name for name, one in source.recent_expressions().items()}

    async def query(self, url: str, expression: str, *, timeout: timedelta) -> Reading:  # noqa: ASYNC109  the port's
        self.asked.append((url, expression))
        if expression in self._recent:
            return self.recent.get(self._recent[expression], Reading())
        return self.readings.get(self._names[expression], Reading())
