"""Functions over samples and buckets, as Prometheus 2 defines them."""

import math
from collections.abc import Sequence
from itertools import pairwise

from bot.sandbox.prometheus.store import Point

# Up to this many times the usual distance of samples, the edge of a range counts as reached.
_NEAR = 1.1
_FEWEST = 2  # samples for a growth, buckets for a quantile


def divided(left: float, right: float) -> float:
    """Divide as floating point does, by zero too."""
    if right:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1, right)


def increase(points: Sequence[Point], first: int, last: int) -> float | None:
    """Tell how much a counter grew between two moments (ms), extrapolated to both.

    A fall is a restart at zero. Nothing is extrapolated below zero, nor far beyond the samples.

    Returns:
        None with fewer than two samples.
    """
    if len(points) < _FEWEST:
        return None
    (begin, lowest), (end, _) = points[0], points[-1]
    grown = points[-1][1] - lowest
    grown += sum(before for (_, before), (_, after) in pairwise(points) if after < before)
    sampled = end - begin
    distance = sampled / (len(points) - 1)
    head: float = begin - first
    if grown > 0 and lowest >= 0:
        head = min(head, sampled * lowest / grown)
    edges = (edge if edge < distance * _NEAR else distance / 2 for edge in (head, last - end))
    return grown * ((sampled + sum(edges)) / sampled)


def quantile(q: float, buckets: Sequence[tuple[float, float]]) -> float:
    """Interpolate a quantile of a histogram.

    Args:
        q: 0 to 1.
        buckets: Upper bound and cumulative count, in any order.
    """
    if math.isnan(q):
        return math.nan
    if not 0 <= q <= 1:
        return math.copysign(math.inf, q)
    merged = _merged(buckets)
    if len(merged) < _FEWEST or merged[-1][0] != math.inf or not merged[-1][1] > 0:
        return math.nan
    return _interpolated(q * merged[-1][1], merged)


def _merged(buckets: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Add equal bounds up, and never let a count fall."""
    counts: dict[float, float] = {}
    for bound, count in sorted(buckets, key=lambda one: one[0]):
        counts[bound] = counts.get(bound, 0) + count
    most = -math.inf
    found = []
    for bound, count in counts.items():
        most = max(count, most)
        found.append((bound, most))
    return found


def _interpolated(rank: float, buckets: Sequence[tuple[float, float]]) -> float:
    place = next((n for n, one in enumerate(buckets) if one[1] >= rank), len(buckets) - 1)
    bound, count = buckets[place]
    if place == len(buckets) - 1:
        return buckets[-2][0]
    if place == 0:
        return bound if bound <= 0 else bound * divided(rank, count)
    lower, below = buckets[place - 1]
    return lower + (bound - lower) * ((rank - below) / (count - below))
