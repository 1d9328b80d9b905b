"""The parts of an expression, and of what type the value of each is."""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.sandbox.prometheus.lexer import BadQueryError


class Type(StrEnum):
    """Of a value; as an answer names them."""

    SCALAR = "scalar"
    VECTOR = "vector"
    MATRIX = "matrix"
    STRING = "string"


SPOKEN: Final = {
    Type.SCALAR: "scalar",
    Type.VECTOR: "instant vector",
    Type.MATRIX: "range vector",
    Type.STRING: "string",
}

FUNCTIONS: Final[Mapping[str, tuple[tuple[Type, ...], Type]]] = {
    "increase": ((Type.MATRIX,), Type.VECTOR),
    "rate": ((Type.MATRIX,), Type.VECTOR),
    "histogram_quantile": ((Type.SCALAR, Type.VECTOR), Type.VECTOR),
    "timestamp": ((Type.VECTOR,), Type.VECTOR),
    "label_replace": ((Type.VECTOR, *(Type.STRING,) * 4), Type.VECTOR),
    "vector": ((Type.SCALAR,), Type.VECTOR),
    "time": ((), Type.SCALAR),
}
"""What each takes, and gives."""
AGGREGATIONS: Final = frozenset({"sum", "min", "max", "avg", "count"})
SETS: Final = frozenset({"and", "or", "unless"})
COMPARISONS: Final = frozenset({"==", "!=", ">", "<", ">=", "<="})


@dataclass(frozen=True, slots=True)
class Matcher:
    """A demand on one label: `=`, `!=`, or with a `pattern` `=~`, `!~`."""

    label: str
    value: str
    pattern: re.Pattern[str] | None
    is_negative: bool

    def fits(self, found: str) -> bool:
        """Tell whether the label's value is one of those; an absent label is empty."""
        is_same = found == self.value if self.pattern is None else self.pattern.fullmatch(found)
        return bool(is_same) != self.is_negative


def matcher(label: str, sign: str, value: str) -> Matcher:
    """Build a demand.

    Raises:
        BadQueryError: It is no regular expression.
    """
    pattern = pattern_of(value) if "~" in sign else None
    return Matcher(label, value, pattern, sign.startswith("!"))


def pattern_of(text: str) -> re.Pattern[str]:
    """Read a regular expression.

    Raises:
        BadQueryError: It is none.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            return re.compile(text)
    except (re.error, OverflowError, RecursionError):
        raise BadQueryError(f"parse error: bad regular expression {text}") from None


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    value: float
    type: Type = Type.SCALAR


@dataclass(frozen=True, slots=True)
class Text:
    """A string."""

    value: str
    type: Type = Type.STRING


@dataclass(frozen=True, slots=True)
class Selector:
    """Series by their labels; with `range_ms` their samples over that time."""

    matchers: tuple[Matcher, ...]
    range_ms: int | None = None

    @property
    def type(self) -> Type:
        """Of the samples."""
        return Type.VECTOR if self.range_ms is None else Type.MATRIX


@dataclass(frozen=True, slots=True)
class Call:
    """A function of FUNCTIONS."""

    name: str
    arguments: tuple["Node", ...]

    @property
    def type(self) -> Type:
        """Of what it gives."""
        return FUNCTIONS[self.name][1]


@dataclass(frozen=True, slots=True)
class Aggregation:
    """One of AGGREGATIONS over groups of equal `labels`, or of all but them."""

    name: str
    of: "Node"
    labels: frozenset[str] = frozenset()
    is_without: bool = False
    type: Type = Type.VECTOR


@dataclass(frozen=True, slots=True)
class Operation:
    """Two operands; `is_bool` makes a comparison answer 0 or 1 instead of choosing."""

    sign: str
    left: "Node"
    right: "Node"
    is_bool: bool = False

    @property
    def type(self) -> Type:
        """A number only of two numbers."""
        both = self.left.type is Type.SCALAR and self.right.type is Type.SCALAR
        return Type.SCALAR if both else Type.VECTOR


Node = Number | Text | Selector | Call | Aggregation | Operation
