"""What a query gives, as Prometheus' HTTP API writes it: moments as numbers, values as strings."""

import math
from decimal import Decimal
from typing import Any, Final

from bot.sandbox.prometheus.evaluation import Instant
from bot.sandbox.prometheus.lexer import BadQueryError
from bot.sandbox.prometheus.operators import Vector, unique
from bot.sandbox.prometheus.store import Labels, Point, Store
from bot.sandbox.prometheus.syntax import SPOKEN, Node, Selector, Text, Type

_POINTS_MAX: Final = 11_000  # for each series, as in Prometheus

Json = dict[str, Any]


def instant(node: Node, store: Store, at: int) -> Json:
    """Answer about one moment.

    Raises:
        CannotEvaluateError: Series cannot be told apart, or matched.
    """
    return {"resultType": node.type.value, "result": _result(node, Instant(store, at))}


def _result(node: Node, instant: Instant) -> list[Any]:
    if isinstance(node, Text):
        return [instant.at / 1000, node.value]
    if isinstance(node, Selector) and node.type is Type.MATRIX:
        return [_series(labels, points) for labels, points in instant.matrix(node)]
    found = instant.value(node)
    if isinstance(found, float):
        return _pair((instant.at, found))
    return [
        {"metric": dict(labels), "value": _pair((instant.at, value))}
        for labels, value in unique(found)
    ]


def over_time(node: Node, store: Store, start: int, end: int, step: int) -> Json:
    """Answer about every `step` ms of a time.

    Raises:
        BadQueryError: The expression or the steps are not for a range.
        CannotEvaluateError: Series cannot be told apart, or matched.
    """
    if node.type not in (Type.SCALAR, Type.VECTOR):
        said = f'invalid expression type "{SPOKEN[node.type]}" for range query'
        raise BadQueryError(f"{said}, must be Scalar or instant Vector")
    if (end - start) // step >= _POINTS_MAX:
        raise BadQueryError(f"exceeded maximum resolution of {_POINTS_MAX:,} points per timeseries")
    series: dict[Labels, list[Point]] = {}
    for at in range(start, end + 1, step):
        found = Instant(store, at).value(node)
        vector: Vector = [((), found)] if isinstance(found, float) else unique(found)
        for labels, value in vector:
            series.setdefault(labels, []).append((at, value))
    result = [_series(labels, series[labels]) for labels in sorted(series)]
    return {"resultType": Type.MATRIX.value, "result": result}


def _series(labels: Labels, points: list[Point]) -> Json:
    return {"metric": dict(labels), "values": [_pair(one) for one in points]}


def _pair(point: Point) -> list[float | str]:
    at, value = point
    return [at / 1000, _written(value)]


def _written(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    text = format(Decimal(repr(value)), "f")
    return text.removesuffix(".0")
