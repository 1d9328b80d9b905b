"""Since when do users suffer? From the minutes before a triage to one moment.

History comes in steps, mostly of a minute, and is told in minutes here. One in which nobody asked
for a picture says nothing; one that nobody measured, or one good one, is a gap: a single gap is
bridged, two in a row end the trouble. Nothing is claimed when the newest minutes are fine, or when
none can be read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from bot.domain import facts
from bot.domain.answer import AnswerClass
from bot.domain.metrics import Span
from bot.domain.probe import ProbeKind, ProbeResult
from bot.domain.thresholds import Thresholds
from bot.domain.traffic import Share, Signs, Traffic, TrafficState
from bot.domain.traffic import from_facts as traffic_of

_GAP_MAX: Final = 1  # minutes in a row that may be good or unread within one trouble
_PERCENT: Final = 100


class Sign(StrEnum):
    """What hurts users."""

    FAILING = "failing"
    RATE_LIMITED = "rate-limited"
    SLOW = "slow"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Onset:
    """Since when one sign holds.

    Attributes:
        at: When it began; with `before` the earliest moment at which it was seen.
        before: It began before that, and nobody knows when.
        hit: Requests since then that show the sign; 0 when it is slowness.
        requests: All requests since then.
        until: Up to when they were counted.
    """

    sign: Sign
    at: datetime
    before: bool
    hit: int
    requests: int
    until: datetime

    @property
    def percent(self) -> int:
        """Write the share; neither 0 nor 100 unless it is none or all."""
        return percent(self.hit, self.requests)

    @property
    def share(self) -> float:
        """The share of requests since then that show it, 0 to 1."""
        return self.hit / self.requests if self.requests else 0.0

    @property
    def is_most(self) -> bool:
        """Whether at least half of the requests show it."""
        return self.hit * 2 >= self.requests


@dataclass(frozen=True, slots=True)
class Counted:
    """Requests of users in the last minutes before a moment.

    Attributes:
        failed: Of `requests`; none of 0 when nobody asked for a picture.
    """

    failed: int
    requests: int
    at: datetime

    @property
    def percent(self) -> int:
        """Write the share that failed."""
        return percent(self.failed, self.requests)


def percent(part: int, whole: int) -> int:
    """Write a share as whole percent; neither 0 nor 100 unless it is none or all."""
    if part <= 0 or part >= whole:
        return _PERCENT if part else 0
    return min(max(round(_PERCENT * part / whole), 1), _PERCENT - 1)


def sign_of(signs: Signs) -> Sign | None:
    """Name what hurts users most right now; None when nothing does that has a beginning."""
    traffic = signs.traffic
    limited = traffic.count(AnswerClass.RATE_LIMITED)
    if signs.share(traffic.failed) is not Share.FEW:
        return Sign.RATE_LIMITED if limited * 2 > traffic.failed else Sign.FAILING
    found = {
        Sign.RATE_LIMITED: signs.is_rate_limited,
        Sign.SLOW: bool(signs.is_slow),
        Sign.REFUSED: signs.is_unsafe,
    }
    return next((sign for sign, holds in found.items() if holds), None)


def find_onset(history: Sequence[Traffic | None], span: Span, signs: Signs) -> Onset | None:
    """Find since when the sign that hurts now holds.

    Args:
        history: One per moment of the span, oldest first: the requests of the step that ends
            there; None where they were not measured.
        span: When that was.
        signs: What users' requests show now, and the limits.

    Returns:
        None when nothing hurts, or the newest minutes do not show it.
    """
    sign = sign_of(signs)
    if sign is None:
        return None
    held, began = _held([_judged(sign, one, signs.limits) for one in history])
    if not held:
        return None
    part = _part([_share(sign, history[place]) for place in held]) if began else 0.0
    first, moments = held[0], span.moments
    since = [one for one in history[first + 1 :] if one is not None]
    hits, requests = _first_counts(sign, history[first], part if began else 1.0)
    return Onset(
        sign=sign,
        at=moments[first] - span.step * part,
        before=not began,
        hit=hits + sum(_hits(sign, one) for one in since),
        requests=requests + sum(one.requests for one in since),
        until=moments[-1],
    )


class _Minute(StrEnum):
    BAD = "bad"
    GOOD = "good"
    QUIET = "quiet"  # nobody asked for a picture
    UNREAD = "unread"


def _judged(sign: Sign, traffic: Traffic | None, limits: Thresholds) -> _Minute:
    """Judge one minute: the share decides, however few they are; the window judged the number."""
    if traffic is None or (sign is Sign.SLOW and traffic.requests and traffic.p95 is None):
        return _Minute.UNREAD
    if not traffic.requests:
        return _Minute.QUIET
    if sign is Sign.SLOW:
        is_bad = traffic.p95 is not None and traffic.p95 > limits.slow_after
    else:
        least = limits.rejected_share if sign is Sign.REFUSED else limits.degraded_share
        is_bad = _hits(sign, traffic) > 0 and _share(sign, traffic) >= least
    return _Minute.BAD if is_bad else _Minute.GOOD


def _held(minutes: Sequence[_Minute]) -> tuple[list[int], bool]:
    """List the bad minutes of the newest trouble, oldest first, and whether it was fine before.

    Only where users were seen fine right before the first one did it begin there.
    """
    held: list[int] = []
    gap: list[_Minute] = []
    for place in reversed(range(len(minutes))):
        if minutes[place] is _Minute.BAD:
            held.insert(0, place)
            gap = []
        elif minutes[place] is not _Minute.QUIET:
            gap.append(minutes[place])
            if len(gap) > _GAP_MAX:
                break
    return held, _Minute.GOOD in gap


def _hits(sign: Sign, traffic: Traffic) -> int:
    match sign:
        case Sign.FAILING:
            return traffic.failed
        case Sign.RATE_LIMITED:
            return traffic.count(AnswerClass.RATE_LIMITED)
        case Sign.REFUSED:
            return traffic.count(AnswerClass.UNSAFE)
        case _:
            return 0  # slowness has no share


def _share(sign: Sign, traffic: Traffic | None) -> float:
    return _hits(sign, traffic) / traffic.requests if traffic and traffic.requests else 0.0


def _part(shares: Sequence[float]) -> float:
    """Tell how much of its first minute the trouble filled: its share there against the next.

    Slowness has no share, and is taken to fill the minute.
    """
    whole = shares[1] if len(shares) > 1 else 1.0
    return min(shares[0] / whole, 1.0) if shares[0] and whole else 1.0


def _first_counts(sign: Sign, traffic: Traffic | None, part: float) -> tuple[int, int]:
    """Count what of the first minute came after the onset."""
    requests = 0 if traffic is None else traffic.requests
    hits = 0 if traffic is None else _hits(sign, traffic)
    return hits, max(round(requests * part), hits)


def to_facts(onset: Onset | None) -> dict[str, str | int | bool]:
    """Write an onset as facts of a probe result; nothing when there is none."""
    if onset is None:
        return {}
    return {
        facts.ONSET_AT: onset.at.isoformat(timespec="seconds"),
        facts.ONSET_SIGN: onset.sign.value,
        facts.ONSET_BEFORE: onset.before,
        facts.ONSET_HIT: onset.hit,
        facts.ONSET_REQUESTS: onset.requests,
        facts.ONSET_UNTIL: onset.until.isoformat(timespec="seconds"),
    }


def from_facts(found: Mapping[str, Any]) -> Onset | None:
    """Read back what `to_facts` wrote."""
    if facts.ONSET_AT not in found:
        return None
    return Onset(
        sign=Sign(found[facts.ONSET_SIGN]),
        at=datetime.fromisoformat(found[facts.ONSET_AT]).astimezone(UTC),
        before=found[facts.ONSET_BEFORE],
        hit=found[facts.ONSET_HIT],
        requests=found[facts.ONSET_REQUESTS],
        until=datetime.fromisoformat(found[facts.ONSET_UNTIL]).astimezone(UTC),
    )


def counted_in(results: Iterable[ProbeResult]) -> Counted | None:
    """Count what a triage saw of users; None when it did not see them."""
    for one in results:
        seen = one.facts.get(facts.STATE) in (TrafficState.SEEN, TrafficState.NO_TRAFFIC)
        if one.kind is ProbeKind.TRAFFIC and seen:
            traffic = traffic_of(one.facts)
            return Counted(traffic.failed, traffic.requests, one.measured_at)
    return None


def onset_in(results: Iterable[ProbeResult]) -> Onset | None:
    """Find the onset that a triage measured."""
    found = (from_facts(one.facts) for one in results if one.kind is ProbeKind.TRAFFIC)
    return next(found, None)
