"""What was measured, beside what it should be, as a table for a terminal and for the README."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; `good` is None where no limit was set."""

    what: str
    measured: str
    limit: str = "-"
    good: bool | None = None

    @property
    def verdict(self) -> str:
        return {None: "", True: "yes", False: "**no**"}[self.good]


def spread(values: Sequence[float], form: str, unit: str) -> str:
    """Write the median, and the extremes behind it."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:{form}} {unit} ({low:{form}} to {high:{form}})"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[math.ceil(len(ordered) * share) - 1]


def table(figures: Sequence[Figure]) -> str:
    """Write a Markdown table."""
    rows = [f"| {one.what} | {one.measured} | {one.limit} | {one.verdict} |" for one in figures]
    return "\n".join(["| what | measured | limit | kept |", "|---|---|---|---|", *rows])
