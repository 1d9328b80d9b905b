"""Prometheus' HTTP API: queries (https://prometheus.io/docs/prometheus/2.42/querying/api).

Values are strings there; a wrong expression is 400; an unknown series is an empty list.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from bot.domain.answer import Exchange
from bot.domain.metrics import Reading, Sample, Span
from bot.domain.observation import happened, one_line
from bot.integrations.http import Http
from bot.integrations.http_ask import Ask
from bot.integrations.http_body import parse

_SAMPLES_MAX: Final = 1000  # an expression that forgot its sum
# Two hours of minutes take 5 KiB a series; more than a hundred series forgot their sum.
_HISTORY_MAX_BYTES: Final = 512 * 1024
_MS: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusApi:
    """Asks a Prometheus, or whatever speaks its API."""

    http: Http

    async def query(self, url: str, expression: str, *, timeout: timedelta) -> Reading:  # noqa: ASYNC109  it is a measurement
        """Evaluate an expression now."""
        asked = f"{url.rstrip('/')}/api/v1/query?{urlencode({'query': expression})}"
        return read_answer(await self.http.exchange(Ask(method="GET", url=asked), timeout=timeout))

    async def history(
        self,
        url: str,
        expression: str,
        span: Span,
        *,
        timeout: timedelta,  # noqa: ASYNC109  it is a measurement
    ) -> Reading:
        """Evaluate an expression at every moment of a span."""
        values = {"query": expression, **range_of(span)}
        ask = Ask(method="GET", url=f"{url.rstrip('/')}/api/v1/query_range?{urlencode(values)}")
        reply = await self.http.fetch(ask, timeout=timeout, max_bytes=_HISTORY_MAX_BYTES)
        return read_history(replace(reply.exchange, body=parse(reply.content)))


def range_of(span: Span) -> Mapping[str, str]:
    """Write a span as Prometheus asks for it, in seconds.

    It counts in ms, and leaves out a moment that lies 1 ms behind the end: all three are rounded
    together.
    """
    start, step = round(span.start.timestamp() * 1000), round(span.step / _MS)
    end = start + step * (len(span.moments) - 1)
    asked = {"start": start, "end": end, "step": step}
    return {name: f"{value / 1000:.3f}" for name, value in asked.items()}


def read_answer(exchange: Exchange) -> Reading:
    """Read an answer of `/api/v1/query`. Total: any status, any body."""
    return _read(exchange, _values)


def read_history(exchange: Exchange) -> Reading:
    """Read an answer of `/api/v1/query_range`. Total: any status, any body."""
    return _read(exchange, _matrix)


def _read(exchange: Exchange, values: Callable[[object, object], Reading]) -> Reading:
    body = exchange.body
    document = body if isinstance(body, Mapping) else {}
    if exchange.failure is not None or document.get("status") != "success":
        return Reading(problem=_refused(exchange, document))
    found = document.get("data")
    data: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    return values(data.get("resultType"), data.get("result"))


def _values(kind: object, result: object) -> Reading:
    match kind, result:
        case "scalar", _:
            sample = _sample({}, result)
            return Reading((sample,)) if sample else Reading(problem="the answer holds no value")
        case "vector", list():
            samples = tuple(_samples(result[:_SAMPLES_MAX]))
            unread = len(samples) < len(result)
            problem = "the answer holds values that cannot be read, or too many"
            return Reading(problem=problem) if unread else Reading(samples)
        case "vector", _:
            return Reading(problem="the answer holds no list")
        case _:
            words = one_line(str(kind))
            return Reading(problem=f"the expression gives a {words}, a vector is needed")


def _matrix(kind: object, result: object) -> Reading:
    if kind != "matrix" or not isinstance(result, list):
        return Reading(problem="the answer holds no series")
    samples: list[Sample] = []
    for one in result:
        found = _series(one)
        if found is None:
            return Reading(problem="the answer holds values that cannot be read")
        samples += found
    return Reading(tuple(samples))


def _series(one: object) -> list[Sample] | None:
    """Read the values of one series; None when any cannot be read."""
    match one:
        case {"metric": dict() as labels, "values": list() as pairs}:
            found = [_sample(labels, pair) for pair in pairs]
            read = [sample for sample in found if sample is not None]
            return read if len(read) == len(found) else None
        case _:
            return None


def _refused(exchange: Exchange, document: Mapping[str, Any]) -> str:
    said = document.get("error")
    if isinstance(said, str) and said:
        return f"{happened(exchange)}: {one_line(said)}"
    is_answer = exchange.failure is None
    return f"{happened(exchange)}, no answer of Prometheus" if is_answer else happened(exchange)


def _samples(result: list[Any]) -> Iterator[Sample]:
    for one in result:
        labels = one.get("metric") if isinstance(one, Mapping) else None
        if isinstance(labels, Mapping):
            sample = _sample(labels, one.get("value"))
            if sample is not None:
                yield sample


def _sample(labels: Mapping[Any, Any], pair: object) -> Sample | None:
    match pair:
        case [int() | float() as at, str() as text]:
            pass
        case _:
            return None
    try:
        moment, value = datetime.fromtimestamp(at, UTC), float(text)
    except (ValueError, OverflowError, OSError):
        return None
    return Sample({str(name): str(label) for name, label in labels.items()}, value, moment)
