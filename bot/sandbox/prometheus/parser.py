"""From the text of an expression to its parts: recursive descent over a small part of PromQL."""

import math
from typing import Final

from bot.sandbox.prometheus import checks
from bot.sandbox.prometheus.cursor import Cursor
from bot.sandbox.prometheus.lexer import NOT_SUPPORTED, BadQueryError, Word, milliseconds, unquoted
from bot.sandbox.prometheus.store import NAME
from bot.sandbox.prometheus.syntax import (
    AGGREGATIONS,
    COMPARISONS,
    FUNCTIONS,
    SETS,
    Matcher,
    Node,
    Number,
    Text,
    matcher,
)

_DEEPEST: Final = 50  # parts within parts
_NUMBERS: Final = {"inf": math.inf, "nan": math.nan}
# How strongly an operator binds. Equal ones group from the left.
_BINDS: Final = {
    "or": 1,
    "and": 2,
    "unless": 2,
    "==": 3,
    "!=": 3,
    ">": 3,
    "<": 3,
    ">=": 3,
    "<=": 3,
    "+": 4,
    "-": 4,
    "*": 5,
    "/": 5,
}
_TIGHTEST: Final = 6


def parse(query: str) -> Node:
    """Read an expression.

    Raises:
        BadQueryError: It is none, or more than this Prometheus knows.
    """
    return _Parser(query).whole()


class _Parser(Cursor):
    """One reading of one expression."""

    def __init__(self, query: str) -> None:
        super().__init__(query)
        self._depth = 0

    def whole(self) -> Node:
        found = self._expression()
        if self.word.kind != "end":
            raise self.unexpected()
        return found

    def _expression(self, binding: int = 0) -> Node:
        """Read operands joined by operators that bind more strongly than `binding`."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BadQueryError(f"more than {_DEEPEST} parts within parts are {NOT_SUPPORTED}")
        left = self._signed()
        while (binds := self._binds()) > binding:
            sign = self.take().text.lower()
            is_bool = sign in COMPARISONS and self.may("bool")
            left = checks.operation(sign, left, self._expression(binds), is_bool=is_bool)
        self._depth -= 1
        return left

    def _binds(self) -> int:
        word = self.word
        return _BINDS.get(word.text.lower(), 0) if word.kind in ("sign", "name") else 0

    def _signed(self) -> Node:
        if self.may("+"):
            return checks.operand(self._expression(_TIGHTEST))
        if self.may("-"):
            return checks.operation("*", Number(-1.0), self._expression(_TIGHTEST))
        found = self._operand()
        if self.is_("["):
            raise self.absent("a range of an expression")
        return found

    def _operand(self) -> Node:
        if self.may("("):
            found = self._expression()
            self.must(")")
            return found
        match self.word.kind:
            case "number":
                return Number(float(self.take().text))
            case "text":
                return Text(unquoted(self.take().text))
            case "name":
                return self._named()
            case _ if self.is_("{"):
                return self._selector()
            case _:
                raise self.unexpected()

    def _named(self) -> Node:
        name = self.word.text.lower()
        if name in SETS or name in ("by", "without", "bool"):
            raise self.unexpected()
        word = self.take()
        if name in _NUMBERS:
            return Number(_NUMBERS[name])
        if name in AGGREGATIONS and self.is_("(", "by", "without"):
            return self._aggregation(name)
        return self._call(word) if self.may("(") else self._selector(word.text)

    def _call(self, word: Word) -> Node:
        if word.text not in FUNCTIONS:
            raise self.absent(f'"{word.text}()"', word)
        arguments: list[Node] = []
        while not self.is_(")"):
            arguments.append(self._expression())
            if not self.may(","):
                break
        self.must(")")
        return checks.call(word.text, arguments)

    def _aggregation(self, name: str) -> Node:
        grouping = self._grouping()
        self.must("(")
        of = self._expression()
        self.must(")")
        is_without, labels = grouping or self._grouping() or (False, frozenset())
        return checks.aggregation(name, of, labels, is_without=is_without)

    def _grouping(self) -> tuple[bool, frozenset[str]] | None:
        if not self.is_("by", "without"):
            return None
        is_without = self.take().text.lower() == "without"
        self.must("(")
        labels: set[str] = set()
        while not self.is_(")"):
            labels.add(self.demand("name"))
            if not self.may(","):
                break
        self.must(")")
        return is_without, frozenset(labels)

    def _selector(self, name: str = "") -> Node:
        matchers = [matcher(NAME, "=", name)] if name else []
        if self.may("{"):
            while not self.is_("}"):
                matchers.append(self._matcher())
                if not self.may(","):
                    break
            self.must("}")
        return checks.selector(matchers, self._range() if self.may("[") else None)

    def _matcher(self) -> Matcher:
        label = self.demand("name")
        if not self.is_("=", "!=", "=~", "!~"):
            raise self.unexpected("a label matching operator")
        sign = self.take().text
        return matcher(label, sign, unquoted(self.demand("text")))

    def _range(self) -> int:
        range_ms = milliseconds(self.demand("duration"))
        if self.word.text.startswith(":"):
            raise self.absent("a subquery")
        self.must("]")
        return range_ms
