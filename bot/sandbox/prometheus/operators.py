"""Operators between numbers and vectors."""

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from bot.sandbox.prometheus.functions import divided
from bot.sandbox.prometheus.store import Labels, without_name
from bot.sandbox.prometheus.syntax import COMPARISONS, SETS, Operation

Vector = list[tuple[Labels, float]]
Value = float | Vector


class CannotEvaluateError(Exception):
    """An expression that is right and cannot be evaluated over what there is."""


_ARITHMETIC: Final[Mapping[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": divided,
}
_COMPARED: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


def operate(asked: Operation, left: Value, right: Value) -> Value:
    """Join two values.

    Raises:
        CannotEvaluateError: Series of both sides match in more than one way.
    """
    match left, right:
        case float(), float():
            return _joined(asked, left, right)
        case list(), float():
            return _all(_one(asked, labels, value, right, value) for labels, value in left)
        case float(), list():
            return _all(_one(asked, labels, left, value, value) for labels, value in right)
        case list(), list():
            return _sets(asked, left, right) if asked.sign in SETS else _pairs(asked, left, right)
        case _:
            raise TypeError(asked)


def _joined(asked: Operation, left: float, right: float) -> float:
    if asked.sign in COMPARISONS:
        return float(_COMPARED[asked.sign](left, right))
    return _ARITHMETIC[asked.sign](left, right)


def _one(asked: Operation, labels: Labels, left: float, right: float, kept: float) -> Vector:
    """Join two numbers of a series; a comparison without `bool` keeps one of them, or nothing."""
    joined = _joined(asked, left, right)
    if asked.is_bool or asked.sign not in COMPARISONS:
        return [(without_name(labels), joined)]
    return [(labels, kept)] if joined else []


def _all(found: Iterable[Vector]) -> Vector:
    return unique([one for vector in found for one in vector])


def _pairs(asked: Operation, left: Vector, right: Vector) -> Vector:
    others = dict(unique([(without_name(labels), value) for labels, value in right]))
    matched = [(without_name(labels), labels, value) for labels, value in left]
    matched = [one for one in matched if one[0] in others]
    unique([(match, value) for match, _, value in matched])
    return _all(_one(asked, labels, one, others[match], one) for match, labels, one in matched)


def _sets(asked: Operation, left: Vector, right: Vector) -> Vector:
    here = {without_name(labels) for labels, _ in left}
    there = {without_name(labels) for labels, _ in right}
    match asked.sign:
        case "or":
            return left + [one for one in right if without_name(one[0]) not in here]
        case "and":
            return [one for one in left if without_name(one[0]) in there]
        case _:
            return [one for one in left if without_name(one[0]) not in there]


def unique(vector: Vector) -> Vector:
    """Return the vector.

    Raises:
        CannotEvaluateError: Two of its series have the same labels.
    """
    if len({labels for labels, _ in vector}) < len(vector):
        raise CannotEvaluateError("vector cannot contain metrics with the same labelset")
    return vector
