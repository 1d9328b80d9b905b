"""A verdict before every probe has answered: stated only when no pending answer can displace it.

The table of rows itself decides that: every answer that a pending probe can still give is tried.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import product
from math import prod
from typing import Final

from bot.domain import facts
from bot.domain.answer import AnswerClass
from bot.domain.diagnose import Verdict, diagnose, verdict
from bot.domain.diagnosis import Cause, Diagnosis, Measurements
from bot.domain.health import HealthState
from bot.domain.probe import CANARIES, Outcome, ProbeKind, ProbeResult
from bot.domain.resolution import SLOW_AFTER
from bot.domain.severity import Severity
from bot.domain.traffic import Traffic, to_facts

# Two pending canaries have 225 pairs of answers; beyond this many the verdict waits.
TRIES_MAX: Final = 600
_NO_VERDICT: Final = frozenset({Cause.HEALTHY, Cause.UNDETERMINED})
_SILENT: Final = frozenset({AnswerClass.TIMED_OUT, AnswerClass.NO_ANSWER})
_TO_THEM: Final = CANARIES | {ProbeKind.AUTH, ProbeKind.REACHABILITY}
_OWN_KEY: Final = {facts.KEY_SOURCE: "secret "}  # of the service, as its Secret has it
_STATUS: Final = {AnswerClass.DENIED: 401, AnswerClass.SERVER_ERROR: 500, AnswerClass.IMAGE: 200}


@dataclass(frozen=True, slots=True)
class Early:
    """A verdict from what is in so far.

    Attributes:
        is_settled: Nothing that is pending can change cause, origin or severity.
    """

    diagnosis: Diagnosis
    is_settled: bool


def early(so_far: Measurements, pending: Collection[ProbeKind]) -> Early | None:
    """Judge what is in so far.

    Args:
        so_far: Results of the probes that answered.
        pending: Those that did not.

    Returns:
        None while nothing speaks for a fault, and while nothing accuses us but the silence of
        calls that are still under way.
    """
    found = diagnose(so_far)
    accuses_us = found.cause is Cause.OWN_SERVICE and not _TO_THEM.isdisjoint(pending)
    if found.cause in _NO_VERDICT or accuses_us:
        return None
    waiting = [answers for kind, answers in _possible().items() if kind in pending]
    if found.severity is not Severity.P1 or prod(map(len, waiting)) > TRIES_MAX:
        return Early(found, is_settled=False)
    now = (found.cause, found.origin, found.severity)
    return Early(found, is_settled=all(now == later for later in _futures(so_far, waiting)))


def _futures(so_far: Measurements, waiting: Sequence[Sequence[ProbeResult]]) -> Iterator[Verdict]:
    for answers in product(*waiting):
        results = {**so_far.results, **{one.kind: one for one in answers}}
        yield verdict(replace(so_far, results=results))


def _at() -> datetime:
    """Give what never happened a moment."""
    return datetime.min.replace(tzinfo=UTC)


def _canary(kind: ProbeKind, answer: AnswerClass, status: int) -> ProbeResult:
    good = answer is AnswerClass.IMAGE
    return ProbeResult(
        kind=kind,
        outcome=Outcome.HEALTHY if good else Outcome.UNHEALTHY,
        detail="",
        measured_at=_at(),
        latency=timedelta(0),
        status=status,
        answer=answer,
        answered=answer not in _SILENT,
    )


def _result(
    kind: ProbeKind,
    outcome: Outcome,
    found: Mapping[str, str | float | bool] | None = None,
    *,
    answer: AnswerClass | None = None,
    status: int | None = None,
) -> ProbeResult:
    asked = kind in _TO_THEM and (answer is not None or outcome is not Outcome.UNKNOWN)
    return ProbeResult(
        kind=kind,
        outcome=outcome,
        detail="",
        measured_at=_at(),
        status=status,
        answer=answer,
        answered=answer not in _SILENT if asked else None,
        facts={} if found is None else found,
    )


@cache
def _possible() -> Mapping[ProbeKind, tuple[ProbeResult, ...]]:
    """List, by probe, every answer that makes a difference to some row of the table."""
    return {
        **{kind: _canary_answers(kind) for kind in sorted(CANARIES)},
        ProbeKind.AUTH: _auth_answers(),
        ProbeKind.REACHABILITY: _keyless_answers(),
        ProbeKind.DNS: (
            _result(ProbeKind.DNS, Outcome.HEALTHY),
            _result(ProbeKind.DNS, Outcome.UNHEALTHY),
            replace(_result(ProbeKind.DNS, Outcome.HEALTHY), latency=2 * SLOW_AFTER),
        ),
        ProbeKind.CONNECTIVITY: _ways_out(),
        ProbeKind.APP_HEALTH: _health_answers(),
        ProbeKind.WORKLOAD: _workloads(),
        ProbeKind.DOWNLOAD: (
            _result(ProbeKind.DOWNLOAD, Outcome.HEALTHY),
            _result(ProbeKind.DOWNLOAD, Outcome.UNHEALTHY),
        ),
        ProbeKind.TRAFFIC: _requests(),
    }


def _canary_answers(kind: ProbeKind) -> tuple[ProbeResult, ...]:
    every = [_canary(kind, answer, _STATUS.get(answer, 400)) for answer in AnswerClass]
    image = _canary(kind, AnswerClass.IMAGE, 200)
    own_key = replace(image, facts=_OWN_KEY)
    late = [replace(one, latency=timedelta(days=1)) for one in (image, own_key)]
    refused = _canary(kind, AnswerClass.DENIED, 403)
    return (*every, own_key, *late, refused, _result(kind, Outcome.UNKNOWN))


def _auth_answers() -> tuple[ProbeResult, ...]:
    kind, source = ProbeKind.AUTH, _OWN_KEY
    return (
        _result(kind, Outcome.HEALTHY, source, status=200),
        _result(kind, Outcome.UNHEALTHY, source, answer=AnswerClass.DENIED, status=401),
        _result(kind, Outcome.UNKNOWN, source, answer=AnswerClass.SERVER_ERROR, status=500),
        _result(kind, Outcome.UNKNOWN, source, answer=AnswerClass.NO_ANSWER),
    )


def _keyless_answers() -> tuple[ProbeResult, ...]:
    kind = ProbeKind.REACHABILITY
    return (
        _result(kind, Outcome.HEALTHY, status=200),
        _result(kind, Outcome.UNHEALTHY, answer=AnswerClass.SERVER_ERROR, status=500),
        _result(kind, Outcome.UNHEALTHY, answer=AnswerClass.NO_ANSWER),
    )


def _ways_out() -> tuple[ProbeResult, ...]:
    kind = ProbeKind.CONNECTIVITY
    return (
        _result(kind, Outcome.HEALTHY, {facts.NAMES_RESOLVED: True}),
        _result(kind, Outcome.HEALTHY, {facts.NAMES_RESOLVED: False}),
        _result(kind, Outcome.UNHEALTHY),
        _result(kind, Outcome.UNKNOWN),
    )


def _health_answers() -> tuple[ProbeResult, ...]:
    kind = ProbeKind.APP_HEALTH
    return (
        _result(kind, Outcome.HEALTHY, {facts.STATE: HealthState.HEALTHY}),
        _result(kind, Outcome.UNHEALTHY, {facts.STATE: HealthState.DEGRADED}),
        _result(kind, Outcome.UNHEALTHY, {facts.STATE: HealthState.DOWN}),
        _result(kind, Outcome.HEALTHY, {facts.STATE: HealthState.FALLBACK}),
        _result(kind, Outcome.UNKNOWN),
    )


def _requests() -> tuple[ProbeResult, ...]:
    """List the answers to users' requests: each sign alone, for a lift makes any of them a P1."""
    kind, window, many = ProbeKind.TRAFFIC, timedelta(minutes=1), 1_000_000
    fine = {AnswerClass.IMAGE: many}
    seen = [
        *(Traffic(window, {one: many}) for one in AnswerClass),
        Traffic(window, unexplained=many),
        Traffic(window, fine, in_a_row=many),
        Traffic(window, fine, p95=timedelta(days=1)),
        Traffic(window, fine, downloads=many, lost=many),
        Traffic(window, fine, downloads=many, lost=many, expired=many),
        Traffic(window, fine, balance_usd=Decimal(0)),
    ]
    sick = [_result(kind, Outcome.UNHEALTHY, to_facts(one)) for one in seen]
    return (_result(kind, Outcome.UNKNOWN), *sick)


def _workloads() -> tuple[ProbeResult, ...]:
    kind, one = ProbeKind.WORKLOAD, {facts.REPLICAS: 1, facts.AVAILABLE: 1}
    return (
        _result(kind, Outcome.HEALTHY, one),
        _result(kind, Outcome.HEALTHY, one | {facts.FALLBACK: "on"}),
        _result(kind, Outcome.HEALTHY, one | {facts.PODS_OLDER_THAN_KEY: True}),
        _result(kind, Outcome.UNHEALTHY, one | {facts.AVAILABLE: 0}),
        _result(kind, Outcome.UNHEALTHY, one | {facts.STUCK: True}),
    )
