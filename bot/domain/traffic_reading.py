"""From the answers of Prometheus to numbers about users, or to why there are none.

The trap here is the value that is none: `NaN > 30` is false, an absent series sums to nothing, a
stale one still has its last value. Each of them is told apart, and none of them counts as healthy.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from bot.domain.answer import AnswerClass
from bot.domain.classes import class_of_status, is_success
from bot.domain.metrics import P95_MARK, MetricsSource, Query, Reading, Sample, Span
from bot.domain.observation import ago
from bot.domain.traffic import Traffic, TrafficState

# Enough requests to judge the newest part of the window alone: a fault shows and ends at once then.
ENOUGH: Final = 20
# Fewer are enough when all are good, or all fail, and that would hardly happen at the share of
# failures in the whole window.
HARDLY: Final = 0.05
FEWEST: Final = 5  # failures; what one user runs into is not yet everybody's
_WORDS: Final = {
    "success": AnswerClass.IMAGE,
    "safety_rejected": AnswerClass.UNSAFE,
    "rate_limited": AnswerClass.RATE_LIMITED,
    "timeout": AnswerClass.TIMED_OUT,
}
_HTTP: Final = re.compile(r"[1-5][0-9]{2}")  # some write 000 where no answer came
_GONE: Final = frozenset({"403", "410"})  # a signed URL that has ended
_LONGEST_SECONDS: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class TrafficReading:
    """What is known about users.

    Attributes:
        why: In words, when nothing is seen; empty otherwise.
        gaps: What else could not be read, in words.
    """

    state: TrafficState
    traffic: Traffic
    why: str = ""
    gaps: tuple[str, ...] = ()


def read_traffic(
    source: MetricsSource,
    readings: Mapping[Query, Reading],
    recent: Mapping[Query, Reading],
) -> TrafficReading:
    """Judge what came back.

    Args:
        source: Tells window and what is stale.
        readings: By query; one that was not asked is absent.
        recent: What is counted over the window, over its newest part alone.
    """
    state, why = _state(source, readings)
    is_seen = state is TrafficState.SEEN
    newest = recent.get(Query.OUTCOMES, Reading())
    is_latest = is_seen and _is_enough(_requests(newest), _requests(readings[Query.OUTCOMES]))
    traffic = _beside(readings, source.recent if is_latest else source.window)
    if is_seen:
        # All of it from the same time: a refusal of before is none of the newest requests.
        traffic = _counted(traffic, {**readings, **recent} if is_latest else readings)
    return TrafficReading(state, traffic, why, tuple(_gaps(readings, is_seen=is_seen)))


def read_history(reading: Reading, span: Span) -> tuple[Traffic | None, ...]:
    """Read the answer of a range query: one per moment, None where requests were not measured."""
    found: dict[int, list[Sample]] = defaultdict(list)
    for one in reading.samples:
        found[span.place(one.at)].append(one)
    return tuple(_at_once(found.get(place, []), span.step) for place, _ in enumerate(span.moments))


def _at_once(samples: Sequence[Sample], step: timedelta) -> Traffic | None:
    """Read the samples of one moment."""
    counts = [one for one in samples if one.labels.get("status") != P95_MARK]
    outcomes = Reading(tuple(counts))
    if not counts or not outcomes.is_number:
        return None
    answers, unexplained = _answers(outcomes)
    marked = Reading(tuple(one for one in samples if one.labels.get("status") == P95_MARK))
    p95 = None if marked.single is None else _duration(marked.single.value)
    return Traffic(step, answers, unexplained, p95=p95)


def _state(source: MetricsSource, readings: Mapping[Query, Reading]) -> tuple[TrafficState, str]:
    outcomes = readings.get(Query.OUTCOMES, Reading(problem="not asked"))
    newest = readings.get(Query.NEWEST)
    needed = [one for one in (outcomes, newest) if one is not None]
    for one in needed:
        if one.problem:
            return TrafficState.FAILED, one.problem
    if not all(one.is_number for one in needed):
        return TrafficState.NAN, "Prometheus answers NaN: the expression divides by nothing"
    if newest is not None and (not newest.samples or _age(newest) > source.stale_after):
        return _unfresh(outcomes, newest)
    return _fresh(source, readings, outcomes, is_known_fresh=newest is not None)


def _fresh(
    source: MetricsSource,
    readings: Mapping[Query, Reading],
    outcomes: Reading,
    *,
    is_known_fresh: bool,
) -> tuple[TrafficState, str]:
    if not outcomes.samples:
        if not is_known_fresh:
            return TrafficState.ABSENT, "Prometheus has no such series"
        if (shown := _asked_by(readings)) is not None:
            return TrafficState.ABSENT, f"no series for outcomes, though {shown} shows requests"
    if not _sum(outcomes.samples):
        return TrafficState.NO_TRAFFIC, f"no requests in {ago(source.window)}"
    return TrafficState.SEEN, ""


def _asked_by(readings: Mapping[Query, Reading]) -> Query | None:
    """Name what shows that somebody asked in the window; without requests a quantile is NaN."""
    counts = (query for query in (Query.P95, Query.SAFETY) if (_single(readings, query) or 0) > 0)
    return next(counts, None)


def _unfresh(outcomes: Reading, newest: Reading) -> tuple[TrafficState, str]:
    if newest.samples:
        return TrafficState.STALE, f"the newest sample is {ago(_age(newest))} old"
    if outcomes.samples:
        return TrafficState.STALE, "the last scrape failed"
    return TrafficState.ABSENT, "Prometheus has no such series"


def _age(newest: Reading) -> timedelta:
    """Tell how old the newest sample is, by Prometheus' clock; a year for a senseless moment."""
    (first, *_) = newest.samples
    try:
        return first.at - datetime.fromtimestamp(first.value, UTC)
    except (ValueError, OverflowError, OSError):
        return timedelta(days=365)


def _is_enough(recent: Traffic, whole: Traffic) -> bool:
    if recent.requests >= ENOUGH:
        return True
    failing = whole.failed / max(whole.requests, 1)
    if not recent.failed:
        return (1 - failing) ** recent.requests < HARDLY
    all_fail = recent.requests == recent.failed >= FEWEST
    return all_fail and failing**recent.requests < HARDLY


def _requests(outcomes: Reading) -> Traffic:
    """Count requests alone; none where that cannot be read."""
    if outcomes.problem or not outcomes.is_number:
        return Traffic(timedelta())
    answers, unexplained = _answers(outcomes)
    return Traffic(timedelta(), answers, unexplained)


def _beside(readings: Mapping[Query, Reading], window: timedelta) -> Traffic:
    """Read what does not need anybody to ask for pictures right now."""
    balance = _single(readings, Query.BALANCE)
    return Traffic(window, balance_usd=None if balance is None else Decimal(str(balance)))


def _counted(known: Traffic, readings: Mapping[Query, Reading]) -> Traffic:
    answers, unexplained = _answers(readings[Query.OUTCOMES])
    unsafe = max(answers[AnswerClass.UNSAFE], _whole(_single(readings, Query.SAFETY) or 0))
    answers[AnswerClass.UNSAFE] = min(unsafe, answers.total() + unexplained)
    downloads = readings.get(Query.DOWNLOADS, Reading())
    whole, lost, expired = _downloads(downloads)
    return replace(
        known,
        answers={one: count for one, count in answers.items() if count},
        unexplained=unexplained,
        in_a_row=_in_a_row(readings, answers, unexplained),
        p95=_duration(_single(readings, Query.P95)),
        downloads=whole,
        lost=lost,
        expired=expired,
        download_p95=_duration(_single(readings, Query.DOWNLOAD_P95)),
    )


def _answers(outcomes: Reading) -> tuple[Counter[AnswerClass], int]:
    answers: Counter[AnswerClass] = Counter()
    unexplained = 0
    for one in outcomes.samples:
        known = _class_of(one.labels)
        if known is None:
            unexplained += _whole(one.value)
        else:
            answers[known] += _whole(one.value)
    return answers, unexplained


def _class_of(labels: Mapping[str, str]) -> AnswerClass | None:
    """Tell the class of an attempt; None for an error that says no more of itself."""
    status, code = labels.get("status", ""), labels.get("code", "")
    if status in _WORDS:
        return _WORDS[status]
    for one in (code, status):
        if one in _WORDS:
            return _WORDS[one]
        if _HTTP.fullmatch(one):
            known = class_of_status(int(one))
            # An error with a good answer failed after it: nobody knows how.
            return None if known is AnswerClass.IMAGE and status not in ("", one) else known
        if one.lower() == "5xx":
            return AnswerClass.SERVER_ERROR
    return None


def _downloads(reading: Reading) -> tuple[int, int, int]:
    if reading.problem or not reading.is_number:
        return 0, 0, 0
    lost = [one for one in reading.samples if _is_lost(one.labels)]
    expired = (one for one in lost if one.labels.get("code") in _GONE)
    return _sum(reading.samples), _sum(lost), _sum(expired)


def _is_lost(labels: Mapping[str, str]) -> bool:
    """Tell whether a download failed; a counter without these labels tells of no failure."""
    status, code = labels.get("status", ""), labels.get("code", "")
    if status:
        return status != "success"
    return bool(code) and not is_success(int(code) if _HTTP.fullmatch(code) else None)


def _in_a_row(
    readings: Mapping[Query, Reading], answers: Counter[AnswerClass], unexplained: int
) -> int | None:
    """Count 429 in a row: as a gauge says, or all of them when nothing else came at all."""
    gauge = _single(readings, Query.CONSECUTIVE_429)
    if gauge is not None:
        return _whole(gauge)
    limited = answers[AnswerClass.RATE_LIMITED]
    return limited if limited and limited == answers.total() + unexplained else None


def _gaps(readings: Mapping[Query, Reading], *, is_seen: bool) -> Iterator[str]:
    for query, reading in readings.items():
        if query in (Query.OUTCOMES, Query.NEWEST, Query.HISTORY):
            continue  # two decide the state; the third tells of the past alone
        if reading.problem:
            yield f"{query}: {reading.problem}"
        elif not reading.is_number and is_seen and query is not Query.DOWNLOAD_P95:
            yield f"{query}: not a number"  # without traffic a quantile of nothing is NaN


def _single(readings: Mapping[Query, Reading], query: Query) -> float | None:
    reading = readings.get(query, Reading())
    sample = None if reading.problem else reading.single
    return None if sample is None else sample.value


def _duration(seconds: float | None) -> timedelta | None:
    if seconds is None or seconds < 0:
        return None
    return timedelta(seconds=min(seconds, _LONGEST_SECONDS))


def _sum(samples: Iterable[Sample]) -> int:
    return sum(_whole(one.value) for one in samples)


def _whole(value: float) -> int:
    """Round what `increase` extrapolates; a counter that ran backwards counted nothing."""
    return max(round(value), 0)
