"""A short way to write sets of measurements."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain import facts
from bot.domain.answer import AnswerClass
from bot.domain.diagnosis import Measurements, Mode
from bot.domain.health import HealthState
from bot.domain.probe import Outcome, ProbeKind, ProbeResult
from bot.domain.service import Call
from bot.domain.thresholds import Thresholds
from bot.domain.traffic import Signs, Traffic, TrafficState, to_facts
from tests.builders import a_result

IMAGE = AnswerClass.IMAGE


def canary(
    kind: ProbeKind, answer: AnswerClass | None, status: int | None = None, seconds: float = 1
) -> ProbeResult:
    """Measure one call; None for the answer means that nobody could look."""
    if answer is None:
        return a_result(kind, Outcome.UNKNOWN, detail="no key", ran=False)
    good = answer is IMAGE and seconds <= 30
    return a_result(
        kind,
        Outcome.HEALTHY if good else Outcome.UNHEALTHY,
        answer=answer,
        status=status,
        answered=answer not in (AnswerClass.NO_ANSWER, AnswerClass.TIMED_OUT),
        latency=timedelta(seconds=seconds),
    )


def legacy(answer: AnswerClass | None, status: int | None = None, seconds: float = 1):
    return canary(ProbeKind.GENERATE_LEGACY, answer, status, seconds)


def v3(answer: AnswerClass | None, status: int | None = None, seconds: float = 1):
    return canary(ProbeKind.GENERATE_V3, answer, status, seconds)


def auth(outcome: Outcome, answer: AnswerClass | None = None, status: int | None = None):
    return a_result(
        ProbeKind.AUTH,
        outcome,
        answer=answer,
        status=status,
        answered=answer is not AnswerClass.NO_ANSWER,
        facts={facts.KEY_SOURCE: "secret ideogram-secrets"},
    )


def keyless(outcome: Outcome, answer: AnswerClass | None = None, *, answered: bool = True):
    return a_result(ProbeKind.REACHABILITY, outcome, answer=answer, answered=answered)


def connectivity(outcome: Outcome, **found: Any):
    return a_result(ProbeKind.CONNECTIVITY, outcome, facts=found)


def health(state: HealthState):
    sick = state in (HealthState.DOWN, HealthState.DEGRADED)
    outcome = Outcome.UNHEALTHY if sick else Outcome.HEALTHY
    if state is HealthState.UNKNOWN:
        outcome = Outcome.UNKNOWN
    return a_result(ProbeKind.APP_HEALTH, outcome, facts={facts.STATE: state})


def workload(**found: Any):
    whole: dict[str, Any] = {facts.REPLICAS: 4, facts.AVAILABLE: 4}
    return a_result(ProbeKind.WORKLOAD, Outcome.HEALTHY, facts=whole | found)


def page(outcome: Outcome):
    return a_result(ProbeKind.STATUS_PAGE, outcome)


def traffic(success: int = 412, *, state: TrafficState = TrafficState.SEEN, **changes: Any):
    """See users' requests: so many images, and answers by their class (`server_error=3`)."""
    counts = {one: changes.pop(one.name.lower(), 0) for one in AnswerClass}
    gaps = {facts.GAPS: changes.pop("gaps")} if "gaps" in changes else {}
    seen = Traffic(timedelta(minutes=5), counts | {IMAGE: success}, **changes)
    hurts = Signs(seen, Thresholds()).hurts
    fine = Outcome.HEALTHY if state is TrafficState.SEEN else Outcome.UNKNOWN
    return a_result(
        ProbeKind.TRAFFIC,
        Outcome.UNHEALTHY if hurts else fine,
        facts={facts.STATE: state, **gaps, **to_facts(seen)},
    )


def no_traffic(state: TrafficState, **changes: Any):
    return traffic(0, state=state, **changes)


def all_well(*others: ProbeResult, mode: Mode = Mode.FULL) -> Measurements:
    """Build a healthy set, with some results replaced."""
    results = [
        a_result(ProbeKind.DNS),
        keyless(Outcome.HEALTHY),
        auth(Outcome.HEALTHY, status=200),
        a_result(ProbeKind.DOWNLOAD),
        page(Outcome.HEALTHY),
        connectivity(Outcome.HEALTHY, names_resolved=True),
        health(HealthState.HEALTHY),
        workload(),
        traffic(),
    ]
    if mode is Mode.FULL:
        results += [legacy(IMAGE), v3(IMAGE)]
    by_kind = {one.kind: one for one in (*results, *others)}
    return Measurements(tuple(Call), mode, by_kind)


def cut_off(*others: ProbeResult) -> Measurements:
    """Build a set in which no request to Ideogram got an answer."""
    silent = AnswerClass.NO_ANSWER
    return all_well(
        legacy(silent),
        v3(silent),
        auth(Outcome.UNKNOWN, silent),
        keyless(Outcome.UNHEALTHY, silent, answered=False),
        replace(a_result(ProbeKind.DOWNLOAD, Outcome.UNKNOWN), ran=False),
        *others,
    )


NO_HEALTH = health(HealthState.UNKNOWN)
OLD_PODS = workload(**{facts.PODS_OLDER_THAN_KEY: True})
OWN_KEY = replace(auth(Outcome.HEALTHY, status=200), facts={facts.KEY_SOURCE: "IDEOGRAM_API_KEY"})
P95 = {"p95": timedelta(seconds=41)}  # slow
