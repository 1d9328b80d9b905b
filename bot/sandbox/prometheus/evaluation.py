"""The value of an expression at one moment."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from bot.sandbox.prometheus.functions import increase, quantile
from bot.sandbox.prometheus.operators import Value, Vector, operate, unique
from bot.sandbox.prometheus.store import NAME, Labels, Point, Store, without_name
from bot.sandbox.prometheus.syntax import (
    Aggregation,
    Call,
    Node,
    Number,
    Operation,
    Selector,
    Text,
    pattern_of,
)

Matrix = list[tuple[Labels, list[Point]]]


def _numbers(values: Sequence[float]) -> Sequence[float]:
    """Leave out what is no number, unless nothing else is there."""
    return [one for one in values if not math.isnan(one)] or values[:1]


_AGGREGATED: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {
    "sum": sum,
    "min": lambda values: min(_numbers(values)),
    "max": lambda values: max(_numbers(values)),
    "avg": lambda values: sum(values) / len(values),
    "count": lambda values: float(len(values)),
}


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment, Unix time in ms, over what was scraped."""

    store: Store
    at: int

    def value(self, node: Node) -> Value:
        """Evaluate a number or a vector.

        Raises:
            CannotEvaluateError: Series cannot be told apart, or matched.
        """
        match node:
            case Number():
                return node.value
            case Selector():
                return [(labels, value) for labels, (_, value) in self._newest(node)]
            case Call():
                return self._called(node)
            case Aggregation():
                return self._aggregated(node)
            case Operation():
                return operate(node, self.value(node.left), self.value(node.right))
            case Text():
                raise TypeError(node)

    def matrix(self, node: Selector) -> Matrix:
        """Find the samples of a range."""
        begin = self.at - (node.range_ms or 0)
        found = ((s.labels, s.between(begin, self.at)) for s in self.store.select(_fits(node)))
        return [(labels, points) for labels, points in found if points]

    def _newest(self, node: Selector) -> list[tuple[Labels, Point]]:
        found = ((one.labels, one.at(self.at)) for one in self.store.select(_fits(node)))
        return [(labels, point) for labels, point in found if point is not None]

    def _called(self, node: Call) -> Value:
        match node.name, node.arguments:
            case "time", ():
                return self.at / 1000
            case "vector", (one,):
                return [((), cast("float", self.value(one)))]
            case "histogram_quantile", (q, of):
                return _quantiles(cast("float", self.value(q)), cast("Vector", self.value(of)))
            case _:
                return unique(self._vector(node))

    def _vector(self, node: Call) -> Vector:
        match node.name, node.arguments:
            case "timestamp", (one,):
                return self._timestamps(one)
            case "label_replace", (of, *texts):
                return _relabelled(cast("Vector", self.value(of)), *map(_text, texts))
            case name, (Selector() as one,):
                per = (one.range_ms or 0) / 1000 if name == "rate" else 1
                return self._grown(one, per)
            case _:
                raise TypeError(node)

    def _timestamps(self, node: Node) -> Vector:
        """Tell when samples were taken; of all but a plain selector it is the moment itself."""
        if isinstance(node, Selector):
            return [(without_name(labels), at / 1000) for labels, (at, _) in self._newest(node)]
        vector = cast("Vector", self.value(node))
        return [(without_name(labels), self.at / 1000) for labels, _ in vector]

    def _grown(self, node: Selector, per: float) -> Vector:
        begin = self.at - (node.range_ms or 0)
        found = (
            (without_name(labels), increase(points, begin, self.at))
            for labels, points in self.matrix(node)
        )
        return [(labels, grown / per) for labels, grown in found if grown is not None]

    def _aggregated(self, node: Aggregation) -> Vector:
        groups: dict[Labels, list[float]] = {}
        for labels, value in cast("Vector", self.value(node.of)):
            groups.setdefault(_group(node, labels), []).append(value)
        whole = _AGGREGATED[node.name]
        return [(labels, float(whole(values))) for labels, values in groups.items()]


def _fits(node: Selector) -> Callable[[dict[str, str]], bool]:
    return lambda labels: all(one.fits(labels.get(one.label, "")) for one in node.matchers)


def _group(node: Aggregation, labels: Labels) -> Labels:
    if node.is_without:
        return tuple(one for one in labels if one[0] not in node.labels and one[0] != NAME)
    return tuple(one for one in labels if one[0] in node.labels)


def _text(node: Node) -> str:
    return cast("Text", node).value


def _relabelled(vector: Vector, label: str, new: str, source: str, pattern: str) -> Vector:
    """Set one label from another where the whole of that fits; an empty value removes it."""
    fits = pattern_of(pattern)
    made = []
    for labels, value in vector:
        known = dict(labels)
        found = fits.fullmatch(known.get(source, ""))
        if found is not None:
            known[label] = re.sub(r"\$(\w+)|\$\{(\w+)\}", partial(_reference, found), new)
        kept = tuple(sorted((name, text) for name, text in known.items() if text))
        made.append((kept, value))
    return made


def _reference(found: re.Match[str], asked: re.Match[str]) -> str:
    name = asked[1] or asked[2]
    try:
        return found[int(name) if name.isdecimal() else name] or ""
    except (IndexError, KeyError):
        return ""  # as Go's templates do with a group that is not there


def _quantiles(q: float, vector: Vector) -> Vector:
    histograms: dict[Labels, list[tuple[float, float]]] = {}
    for labels, count in vector:
        bound = _number(dict(labels).get("le", ""))
        if bound is not None:
            rest = tuple(one for one in without_name(labels) if one[0] != "le")
            histograms.setdefault(rest, []).append((bound, count))
    return [(labels, quantile(q, buckets)) for labels, buckets in histograms.items()]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
