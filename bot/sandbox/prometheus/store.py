"""What was scraped: samples by series, the newest half hour of them."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

NAME: Final = "__name__"
LOOKBACK_MS: Final = 300_000  # an instant sees a sample no older than this
_KEPT_MS: Final = 1_800_000
_SPARE: Final = 100  # samples that may lie around before a list is cut

Labels = tuple[tuple[str, str], ...]
"""Name and value, sorted; the metric's name is one of them."""
Point = tuple[int, float]
"""Unix time in ms, and the value then."""


def labels_of(found: dict[str, str]) -> Labels:
    """Write labels as they identify a series; an empty one is none."""
    return tuple(sorted((name, value) for name, value in found.items() if value))


def without_name(labels: Labels) -> Labels:
    """Leave the metric's name out."""
    return tuple(one for one in labels if one[0] != NAME)


@dataclass(slots=True)
class Series:
    """Samples of one series, oldest first; a value of None marks that it ended then."""

    labels: Labels
    _times: list[int] = field(default_factory=list)
    _values: list[float | None] = field(default_factory=list)

    def append(self, at: int, value: float | None) -> None:
        """Add a sample; one that is not newer than the newest is left out, as Prometheus does."""
        if not self._times or at > self._times[-1]:
            self._times.append(at)
            self._values.append(value)

    def at(self, moment: int) -> Point | None:
        """Find the newest sample at `moment`; None when it is too old, or the series had ended."""
        place = bisect_right(self._times, moment) - 1
        if place < 0 or self._times[place] < moment - LOOKBACK_MS:
            return None
        value = self._values[place]
        return None if value is None else (self._times[place], value)

    def between(self, first: int, last: int) -> list[Point]:
        """List the samples of a range, both ends included."""
        begin, end = bisect_left(self._times, first), bisect_right(self._times, last)
        pairs = zip(self._times[begin:end], self._values[begin:end], strict=True)
        return [(at, value) for at, value in pairs if value is not None]

    def forget(self, before: int) -> bool:
        """Drop what is older; tells whether anything is left."""
        if self._times and self._times[-1] < before:
            return False
        old = bisect_left(self._times, before)
        if old > _SPARE:
            del self._times[:old]
            del self._values[:old]
        return True


class Store:
    """All series."""

    def __init__(self) -> None:
        """Start empty."""
        self._series: dict[Labels, Series] = {}

    def append(self, labels: Labels, at: int, value: float | None) -> None:
        """Add a sample; None marks the end of a series."""
        if labels not in self._series:
            self._series[labels] = Series(labels)
        self._series[labels].append(at, value)

    def forget(self, now: int) -> None:
        """Drop what nobody can ask for any more."""
        for labels, series in list(self._series.items()):
            if not series.forget(now - _KEPT_MS):
                del self._series[labels]

    def select(self, fits: Callable[[dict[str, str]], bool]) -> Iterator[Series]:
        """List the series whose labels fit."""
        return (one for labels, one in self._series.items() if fits(dict(labels)))
