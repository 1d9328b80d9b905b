"""What users' requests show after a change: whether refusals and failures came to an end."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.domain.answer import AnswerClass
from bot.domain.metrics import MetricsSource, Query, Reading, Span
from bot.domain.mitigation import Effect, EffectState, MitigationRun
from bot.domain.observation import ago
from bot.domain.onset import Counted, Onset
from bot.domain.thresholds import Thresholds
from bot.domain.traffic import Share, Signs, Traffic, TrafficState
from bot.domain.traffic_reading import read_history, read_traffic

CALM_FOR: Final = timedelta(minutes=2)  # mitigations.md section 1: no 429 for 2 min
FALLEN_FOR: Final = timedelta(minutes=1)  # of failures: users who wait want to know soon
NO_TRAFFIC: Final = "user traffic is not visible (no Prometheus configured)"
_AT_LEAST: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests of users before a press and after its rollout, each over the same window.

    Attributes:
        before: None when nobody measured them.
        young: Trouble that began within the window before, which holds good requests as well.
        state, why: Of what came after; in words when it cannot be judged.
        is_whole: The window after lies wholly behind the rollout.
    """

    before: Traffic | None
    young: Onset | None
    after: Traffic
    at: datetime
    state: TrafficState
    why: str
    is_whole: bool

    @property
    def counted(self) -> Counted:
        """Write them as they stand on a card."""
        return Counted(self.after.failed, self.after.requests, self.at)


def span_of(run: MitigationRun, now: datetime) -> Span:
    """Name the two moments that are compared: the press, and now."""
    return Span(run.pressed_at, now, max(now - run.pressed_at, _AT_LEAST))


def compared(
    source: MetricsSource,
    run: MitigationRun,
    span: Span,
    outcomes: Reading,
    newest: Reading | None,
) -> Requests:
    """Read what came back.

    Args:
        source: Its window is the one that was asked for.
        run: Tells when its rollout was done.
        span: As of `span_of`.
        outcomes: A history of both moments.
        newest: None where nobody can tell how fresh it is.
    """
    now = span.end
    latest = [one for one in outcomes.samples if span.place(one.at) == len(span.moments) - 1]
    readings = {Query.OUTCOMES: replace(outcomes, samples=tuple(latest))}
    if newest is not None:
        readings[Query.NEWEST] = newest
    found = read_traffic(source, readings, {})
    before, *_ = read_history(outcomes, span)
    since = run.rolled_out_at or run.pressed_at
    whole = now - since >= source.window
    young = _young(run, source.window)
    return Requests(before, young, found.traffic, now, found.state, found.why, whole)


def _young(run: MitigationRun, window: timedelta) -> Onset | None:
    onset = run.onset
    is_young = onset is not None and not onset.before and onset.at > run.pressed_at - window
    return onset if is_young else None


def no_refusals(seen: Requests, limits: Thresholds) -> Effect:
    """Judge by 429: none may come any more."""
    if (unjudged := _unjudged(seen)) is not None:
        return unjudged
    limited = seen.after.count(AnswerClass.RATE_LIMITED)
    count = f"{limited} \N{MULTIPLICATION SIGN} 429" if limited else "no 429"
    said = f"{count} in {seen.after.requests} requests of {ago(seen.after.window)}"
    if not limited:
        return Effect(EffectState.EFFECTIVE, said, seen.counted)
    state = EffectState.WORSE if _fails_more(seen, limits) else EffectState.PENDING
    return Effect(state, f"{said}{_before(seen, AnswerClass.RATE_LIMITED)}", seen.counted)


def fewer_failures(seen: Requests, limits: Thresholds) -> Effect:
    """Judge by the share of failures: it must have been one, and be none any more."""
    if (unjudged := _unjudged(seen)) is not None:
        return unjudged
    failed, requests = seen.after.failed, seen.after.requests
    said = f"{failed} of {requests} requests failed in {ago(seen.after.window)}{_before(seen)}"
    if Signs(seen.after, limits).share(failed) is not Share.FEW:
        state = EffectState.WORSE if _fails_more(seen, limits) else EffectState.PENDING
        return Effect(state, said, seen.counted)
    if seen.before is None or Signs(seen.before, limits).share(seen.before.failed) is Share.FEW:
        return Effect(EffectState.UNSEEN, f"{said}: nothing fell", seen.counted)
    return Effect(EffectState.EFFECTIVE, said, seen.counted)


def _unjudged(seen: Requests) -> Effect | None:
    """Wait for the whole window: until new pods are scraped, what they did is absent or stale."""
    if seen.state is not TrafficState.FAILED and not seen.is_whole:
        return Effect(EffectState.PENDING, seen.why or "too early to tell")
    return None if seen.state is TrafficState.SEEN else Effect(EffectState.UNSEEN, seen.why)


def _before(seen: Requests, *classes: AnswerClass) -> str:
    if seen.before is None or not seen.before.requests:
        return ""
    count = seen.before.count(*classes) if classes else seen.before.failed
    return f", {count} of {seen.before.requests} before"


def _fails_more(seen: Requests, limits: Thresholds) -> bool:
    """Tell whether so many more requests fail than before that it is no chance.

    Of trouble that was young at the press counts what failed since it began: the good requests
    before that would make every press look harmful.
    """
    if seen.before is None or not seen.before.requests or seen.after.failed < limits.least:
        return False
    young = 0.0 if seen.young is None else seen.young.share
    rise = _failing(seen.after) - max(_failing(seen.before), young)
    return rise >= limits.degraded_share


def _failing(traffic: Traffic) -> float:
    return traffic.failed / traffic.requests
