"""Any set of measurements that one service can have, and each way in which a part of it turns sick.

One strategy for every property of the verdict: what it does not draw, no property is tested with.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final

from hypothesis import strategies as st

from bot.domain import facts
from bot.domain.answer import AnswerClass as Answer
from bot.domain.diagnosis import Measurements, Mode
from bot.domain.health import HealthState
from bot.domain.person import Sight, Witness
from bot.domain.probe import CANARIES, CANARY_OF, Outcome, ProbeKind, ProbeResult
from bot.domain.service import Call
from bot.domain.thresholds import Thresholds
from bot.domain.traffic import Signs, TrafficState, from_facts, to_facts
from tests.builders import ANA, NIGHT, a_result
from tests.domain.measured import (
    IMAGE,
    auth,
    canary,
    connectivity,
    health,
    keyless,
    traffic,
    workload,
)

SECRET: Final = "secret ideogram-secrets"
MANY: Final = 5000
LONG: Final = timedelta(seconds=41)
FAILURES: Final = tuple(
    (one, status)
    for one in Answer
    if one is not IMAGE
    for status in ((401, 403) if one is Answer.DENIED else (500,))
)
SILENT: Final = (Answer.NO_ANSWER, Answer.TIMED_OUT)
counts = st.sampled_from([0, 0, 0, 1, 3, 10, 60, 400])
outcomes = st.sampled_from(Outcome)


def not_run(kind: ProbeKind) -> ProbeResult:
    return a_result(kind, Outcome.UNKNOWN, detail="not measured", ran=False)


def _resolved(outcome: Outcome, seconds: int) -> ProbeResult:
    return a_result(ProbeKind.DNS, outcome, latency=timedelta(seconds=seconds))


def _keyless() -> list[ProbeResult]:
    failing = [
        keyless(Outcome.UNHEALTHY, one, answered=one not in SILENT)
        for one in (Answer.SERVER_ERROR, *SILENT)
    ]
    return [keyless(Outcome.HEALTHY), *failing]


def _quotes() -> list[ProbeResult]:
    refused = [auth(Outcome.UNHEALTHY, Answer.DENIED, status) for status in (401, 403)]
    odd = [
        replace(auth(Outcome.UNKNOWN, one, 500), answered=one not in SILENT)
        for one in Answer
        if one not in (IMAGE, Answer.DENIED)
    ]
    no_quote = auth(Outcome.UNKNOWN, Answer.SERVER_ERROR, 200)
    return [auth(Outcome.HEALTHY, status=200), *refused, *odd, no_quote]


def _calls(kind: ProbeKind) -> list[ProbeResult]:
    failing = [canary(kind, one, status) for one, status in FAILURES]
    return [canary(kind, IMAGE), canary(kind, IMAGE), canary(kind, IMAGE, seconds=40), *failing]


@st.composite
def requests(draw: st.DrawFn) -> ProbeResult:
    """Draw requests of users with up to three kinds of failure, or why none are seen."""
    kinds = draw(st.sets(st.sampled_from(_HURTS), max_size=3))
    found: dict[str, Any] = {one: draw(_HURT.get(one, counts)) for one in sorted(kinds)}
    if "lost" in found:
        found |= {"downloads": 400, "expired": draw(st.sampled_from([0, found["lost"]]))}
    return traffic(
        draw(st.sampled_from([0, 100, 412])),
        state=draw(st.sampled_from([TrafficState.SEEN, *TrafficState])),
        p95=draw(st.sampled_from([None, timedelta(seconds=5), LONG])),
        balance_usd=draw(st.sampled_from([None, Decimal(0), Decimal(5), Decimal(50)])),
        **found,
    )


_HURT: Final = {"in_a_row": st.just(9), "lost": st.sampled_from([1, 8])}
_HURTS: Final = [
    *(one.name.lower() for one in Answer if one is not IMAGE),
    "unexplained",
    *_HURT,
]


def _workloads(*pods: Mapping[str, Any]) -> list[ProbeResult]:
    """List Deployments by the state of their pods, the age of those, and the two switches."""
    return [
        replace(
            workload(**one, pods_older_than_key=old, fallback=fallback, generation=generation),
            outcome=Outcome.UNHEALTHY if one else Outcome.HEALTHY,
        )
        for one in pods
        for old in (False, True)
        for fallback in (None, "off", "on")
        for generation in (None, "on", "off")
    ]


_BAD_PODS: Final[tuple[Mapping[str, Any], ...]] = (
    {facts.AVAILABLE: 0},
    {facts.STUCK: True},
    {facts.CRASH_LOOP: True},
)


def _keyed(one: ProbeResult, source: str) -> ProbeResult:
    """Give every request that carries the key the same source of it."""
    has_key = one.ran and one.kind in (CANARIES | {ProbeKind.AUTH})
    return replace(one, facts={**one.facts, facts.KEY_SOURCE: source}) if has_key else one


@cache
def every(kind: ProbeKind) -> list[ProbeResult]:
    """List what a probe can say; of users' requests one kind of failure at a time."""
    unseen = [traffic(0, state=one) for one in TrafficState if one is not TrafficState.SEEN]
    found = {
        ProbeKind.DNS: [_resolved(outcome, seconds) for outcome in Outcome for seconds in (0, 3)],
        ProbeKind.REACHABILITY: _keyless(),
        ProbeKind.AUTH: _quotes(),
        **{one: _calls(one) for one in CANARIES},
        ProbeKind.CONNECTIVITY: [
            connectivity(outcome, names_resolved=named)
            for outcome in Outcome
            for named in (True, False)
        ],
        ProbeKind.APP_HEALTH: [health(one) for one in HealthState],
        ProbeKind.WORKLOAD: _workloads({}, *_BAD_PODS),
        ProbeKind.TRAFFIC: [traffic(), *_sick_requests(traffic()), *unseen],
    }
    return [*found.get(kind, [a_result(kind, one) for one in Outcome]), not_run(kind)]


@cache
def _any(kind: ProbeKind) -> st.SearchStrategy[ProbeResult]:
    listed = st.sampled_from(every(kind))
    return requests() | listed if kind is ProbeKind.TRAFFIC else listed


@cache
def _well(kind: ProbeKind) -> st.SearchStrategy[ProbeResult]:
    """Draw a result that speaks for no fault: placeholders and pods with an old key do not."""
    shown = [HealthState.HEALTHY, HealthState.FALLBACK]
    found = {
        ProbeKind.APP_HEALTH: [health(one) for one in shown],
        ProbeKind.WORKLOAD: _workloads({}),
        ProbeKind.TRAFFIC: [traffic(), traffic(p95=timedelta(seconds=5))],
    }
    return st.sampled_from(found.get(kind, every(kind)[:1]))


@st.composite
def measurements(draw: st.DrawFn) -> Measurements:
    """Draw any set of results that is consistent in itself; a few probes are not well."""
    mode = draw(st.sampled_from(Mode))
    calls = draw(st.sampled_from([tuple(Call), tuple(Call), (Call.LEGACY,), (Call.V3,)]))
    sent = {CANARY_OF[call] for call in calls} if mode is Mode.FULL else set()
    troubled = draw(st.sets(st.sampled_from(ProbeKind), max_size=5))
    found = {
        kind: not_run(kind)
        if kind in CANARIES - sent
        else draw(_any(kind) if kind in troubled else _well(kind))
        for kind in ProbeKind
    }
    if not any(one.answer is IMAGE for one in found.values()):
        found[ProbeKind.DOWNLOAD] = not_run(ProbeKind.DOWNLOAD)
    source = draw(st.sampled_from([SECRET, "IDEOGRAM_API_KEY"]))
    sight = draw(st.none() | st.sampled_from(Sight))
    return Measurements(
        calls,
        mode,
        {kind: _keyed(one, source) for kind, one in found.items()},
        names_resolvable=draw(st.booleans()),
        person=None if sight is None else Witness(sight, ANA, NIGHT),
        balance=draw(st.sampled_from([None, Decimal(3), Decimal(50)])),
    )


def instead(seen: Measurements, kind: ProbeKind) -> list[Measurements]:
    """List the same set with every other thing that this probe can say."""
    sources = (one.facts.get(facts.KEY_SOURCE) for one in seen.results.values())
    source = str(next(filter(None, sources), SECRET))
    said = (_keyed(one, source) for one in every(kind))
    return [replace(seen, results={**seen.results, kind: one}) for one in said]


def sick_ways(one: ProbeResult) -> list[ProbeResult]:
    """List every way in which a healthy result turns unhealthy; what else it knows stays."""
    match one.kind:
        case ProbeKind.REACHABILITY:
            found = _keyless()[1:]
        case ProbeKind.AUTH:
            found = [replace(refused, facts=one.facts) for refused in _quotes()[1:3]]
        case ProbeKind.GENERATE_LEGACY | ProbeKind.GENERATE_V3:
            found = _calls(one.kind)[2:]
        case ProbeKind.APP_HEALTH:
            found = [health(HealthState.DEGRADED), health(HealthState.DOWN)]
        case ProbeKind.WORKLOAD:
            found = [_changed(one, change) for change in _BAD_PODS]
        case ProbeKind.TRAFFIC:
            found = _sick_requests(one)
        case _:
            found = [replace(one, outcome=Outcome.UNHEALTHY)]
    return [replace(new, facts={**one.facts, **new.facts}) for new in found]


def _changed(one: ProbeResult, change: Mapping[str, Any]) -> ProbeResult:
    return replace(one, outcome=Outcome.UNHEALTHY, facts={**one.facts, **change})


def _sick_requests(one: ProbeResult) -> list[ProbeResult]:
    before = from_facts(one.facts)
    worse = [
        replace(before, answers={**before.answers, kind: count})
        for kind in Answer
        if kind is not IMAGE
        for count in (before.requests // 4, MANY)
    ]
    worse += [
        replace(before, unexplained=before.requests // 4),
        replace(before, unexplained=MANY),
        replace(before, in_a_row=9),
        replace(before, p95=LONG),
        replace(before, downloads=400, lost=200),
        replace(before, downloads=400, lost=200, expired=200),
        replace(before, balance_usd=Decimal(5)),
    ]
    return [
        _changed(one, to_facts(traffic)) for traffic in worse if Signs(traffic, Thresholds()).hurts
    ]
