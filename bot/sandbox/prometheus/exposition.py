"""Prometheus' text format 0.0.4, as a scrape reads it.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

import re
from collections.abc import Iterator
from typing import Final

from bot.sandbox.prometheus.store import NAME

_VALUE: Final = r'"((?:[^"\\\n]|\\.)*)"'
_LABEL: Final = re.compile(rf"\s*([a-zA-Z_]\w*)\s*=\s*{_VALUE}\s*(,|$)", re.ASCII)
_LINE: Final = re.compile(
    rf"([a-zA-Z_:][\w:]*)\s*(?:\{{((?:[^\"}}]|{_VALUE})*)\}})?\s+(\S+)(?:\s+-?\d+)?", re.ASCII
)
_ESCAPES: Final = {r"\\": "\\", r"\"": '"', r"\n": "\n"}


class UnreadableError(Exception):
    """A scrape whose text is none of this format; the text quotes the line."""


def read(text: str) -> Iterator[tuple[dict[str, str], float]]:
    """Yield labels, the name among them, and value of every sample.

    Raises:
        UnreadableError: A line is no sample.
    """
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield _sample(line.strip())


def _sample(line: str) -> tuple[dict[str, str], float]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise UnreadableError(line)
    name, labels, value = found[1], found[2] or "", found[4]
    try:
        return {NAME: name, **_labels(labels)}, float(value)
    except ValueError:
        raise UnreadableError(line) from None


def _labels(text: str) -> dict[str, str]:
    labels: dict[str, str] = {}
    place = 0
    while place < len(text.rstrip()):
        found = _LABEL.match(text, place)
        if found is None:
            raise UnreadableError(text)
        labels[found[1]] = re.sub(r"\\.", _unescaped, found[2])
        place = found.end()
    return labels


def _unescaped(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0], found[0])
