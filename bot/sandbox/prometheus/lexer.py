"""From the text of an expression to its words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

NOT_SUPPORTED: Final = "not supported by this pretend Prometheus"
_UNITS_MS: Final = {
    "y": 31_536_000_000,
    "w": 604_800_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1000,
    "ms": 1,
}
_UNIT: Final = re.compile(r"(\d+)(ms|[ywdhms])")
_DURATION: Final = re.compile(  # the largest unit first, each once
    r"(\d{1,9}y)?(\d{1,9}w)?(\d{1,9}d)?(\d{1,9}h)?(\d{1,9}m)?(\d{1,9}s)?(\d{1,9}ms)?"
)
_WORD: Final = re.compile(
    r"""
      (?P<space>(?:\s|\#[^\n]*)+)
    | (?P<duration>(?:\d+(?:ms|[ywdhms]))+(?![\w.]))
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    | (?P<name>[a-zA-Z_:][\w:]*)
    | (?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)
    | (?P<sign>=~|!~|==|!=|<=|>=|[-+*/%^<>=(){}\[\],:@])
    """,
    re.VERBOSE | re.ASCII,
)


_ESCAPE: Final = re.compile(r"\\(.)")
_ESCAPES: Final = {"\\": "\\", '"': '"', "'": "'", "n": "\n", "r": "\r", "t": "\t"}


class BadQueryError(Exception):
    """An expression that this Prometheus does not take; the text says why."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of an expression.

    Attributes:
        kind: `duration`, `number`, `name`, `text`, `sign`, or `end`.
        place: Where it begins, counted from 1.
    """

    kind: str
    text: str
    place: int


def words(query: str) -> Iterator[Word]:
    """Split an expression; the last word is its end.

    Raises:
        BadQueryError: A character belongs to no word.
    """
    place = 0
    while place < len(query):
        found = _WORD.match(query, place)
        if found is None:
            raise BadQueryError(f"1:{place + 1}: parse error: unexpected {query[place]!r}")
        if found.lastgroup != "space":
            yield Word(str(found.lastgroup), found[0], place + 1)
        place = found.end()
    yield Word("end", "end of input", place + 1)


def milliseconds(text: str) -> int:
    """Read a duration such as `5m` or `1h30m`.

    Raises:
        BadQueryError: It is none, or not positive.
    """
    if not _DURATION.fullmatch(text):
        raise BadQueryError(f'parse error: not a valid duration string: "{text}"')
    whole = sum(int(count) * _UNITS_MS[unit] for count, unit in _UNIT.findall(text))
    if not 0 < whole < _UNITS_MS["y"] * 100:
        raise BadQueryError("parse error: duration must be greater than 0 and within reason")
    return whole


def unquoted(text: str) -> str:
    """Read a string literal.

    Raises:
        BadQueryError: An escape in it is none of the usual ones.
    """
    if text.startswith("`"):
        return text[1:-1]
    return _ESCAPE.sub(_unescaped, text[1:-1])


def _unescaped(found: re.Match[str]) -> str:
    if found[1] not in _ESCAPES:
        raise BadQueryError(f"the escape {found[0]} is {NOT_SUPPORTED}")
    return _ESCAPES[found[1]]
