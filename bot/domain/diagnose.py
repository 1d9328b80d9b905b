"""From measurements to one verdict."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

from bot.domain import facts
from bot.domain.branch import Branch
from bot.domain.branches import BILLING, BRANCHES, EGRESS
from bot.domain.conditions import failed_before_deploy, severity_of_unseen_users, suspects_dns
from bot.domain.diagnosis import (
    AlsoSeen,
    Cause,
    Diagnosis,
    HumanStep,
    Measurements,
    Mode,
    NotLookedAt,
    Origin,
    Part,
)
from bot.domain.health import HealthState
from bot.domain.person import Sight
from bot.domain.probe import CANARIES, CANARY_OF, Outcome, ProbeKind
from bot.domain.resolution import seen_trouble
from bot.domain.severity import Severity, worst
from bot.domain.signals import Signals, in_fixed_order
from bot.domain.users import Users, by_traffic

_SERIOUS: Final = frozenset({Severity.P1, Severity.P2})
_ALIKE_USD: Final = Decimal(5)  # usage lags by minutes: less apart than this is the same balance
_MONEY: Final = frozenset({Cause.AUTH, Cause.CREDITS_EXHAUSTED, Cause.CREDITS_LOW})
_Match = tuple[Branch, Severity]
Verdict = tuple[Cause, Origin | None, Severity | None]


def diagnose(measurements: Measurements) -> Diagnosis:
    """Judge a set of measurements.

    Every row of `BRANCHES` is evaluated. The verdict is the matching row with the worst severity,
    the earlier row breaks a tie, the others are also seen. `own-network` comes first; a used call
    that was not measured makes the verdict undetermined unless a P1 or P2 row matches; users who
    fail, by the service's own health or by their requests, lift the severity of every verdict.
    Nothing that could not be read counts as healthy, users' requests that are not a number neither.
    """
    signals = Signals(measurements)
    matches = _matches(signals)
    row, (cause, origin, severity) = _judged(signals, matches)
    if row is None:
        return _healthy(signals) if cause is Cause.HEALTHY else _undetermined(signals, matches)
    found = Diagnosis(
        cause=cause,
        origin=origin,
        severity=severity,
        branch=row.name,
        evidence=row.evidence(signals),
        also_seen=_also_seen(signals, matches, row),
        not_looked_at=not_looked_at(measurements),
        would_change=row.would_change_in(signals),
        steps=row.steps,
        contact=(contact := row.contact_in(signals)),
        contact_id=measurements.billing_owner if contact == BILLING else None,
        contradictions=_contradictions(signals, matches, origin),
        limits=measurements.thresholds,
    )
    if row.cause is not Cause.OWN_SERVICE:
        return found
    return _blaming_dns(found, signals) if suspects_dns(signals) else _doubting(found, signals)


def verdict(measurements: Measurements) -> Verdict:
    """Judge as `diagnose` does, and say nothing of the reasons: a third of the time."""
    signals = Signals(measurements)
    return _judged(signals, _matches(signals))[1]


def _matches(signals: Signals) -> list[_Match]:
    return [(row, severity) for row in BRANCHES if (severity := row.holds(signals)) is not None]


def _judged(signals: Signals, matches: list[_Match]) -> tuple[Branch | None, Verdict]:
    picked = _pick(matches)
    if signals.unmeasured and not _stands(picked):
        return None, (Cause.UNDETERMINED, None, severity_of_unseen_users(signals))
    if picked is None:
        return None, (Cause.HEALTHY, None, None)
    row, severity = picked
    return row, (row.cause, row.origin_in(signals), _lifted(severity, signals))


def _blaming_dns(found: Diagnosis, signals: Signals) -> Diagnosis:
    """Say what a slow resolver calls for: no deploy is to be undone, nobody else to be asked."""
    return replace(
        found,
        branch="our own DNS",
        would_change="names that resolve at once",
        steps=_mend_dns(signals, 1),
        contact=EGRESS,
    )


def _doubting(found: Diagnosis, signals: Signals) -> Diagnosis:
    """Send people to what came before a deploy that found users failing already."""
    before = failed_before_deploy(signals)
    if before is None:
        return found
    minutes = round(before / timedelta(minutes=1))
    text = f"Look for an older change, too: users failed already {minutes} min before that deploy"
    return replace(found, steps=(*found.steps, HumanStep(2, text)))


def _mend_dns(signals: Signals, place: int) -> tuple[HumanStep, ...]:
    hurts = seen_trouble(signals.result(ProbeKind.DNS))
    return () if hurts is None else (HumanStep(place, f"Mend our DNS: {hurts}"),)


def _pick(matches: list[_Match]) -> _Match | None:
    for match in matches:
        if match[0].cause is Cause.OWN_NETWORK:
            return match
    return min(matches, key=lambda match: match[1].rank, default=None)


def _stands(picked: _Match | None) -> bool:
    """Whether a verdict holds although a used call was not measured."""
    if picked is None:
        return False
    row, severity = picked
    return severity in _SERIOUS or row.cause is Cause.OWN_NETWORK


def _lifted(severity: Severity, signals: Signals) -> Severity:
    match signals.users_told:
        case Users.FAILING:
            return Severity.P1
        case Users.DEGRADED:
            return worst(severity, Severity.P2)
        case _:
            return severity


def _also_seen(
    signals: Signals, matches: list[_Match], picked: Branch | None
) -> tuple[AlsoSeen, ...]:
    """List the other rows that hold."""
    return tuple(
        AlsoSeen(row.cause, row.origin_in(signals), severity)
        for row, severity in matches
        if row is not picked
    )


def _undetermined(signals: Signals, matches: list[_Match]) -> Diagnosis:
    return Diagnosis(
        cause=Cause.UNDETERMINED,
        origin=None,
        severity=severity_of_unseen_users(signals),
        branch="cannot judge",
        evidence=in_fixed_order(signals.unmeasured),
        also_seen=_also_seen(signals, matches, None),
        not_looked_at=not_looked_at(signals.measured),
        would_change="an answer from every call that the service uses",
        steps=_without_answer(signals),
        contradictions=_contradictions(signals, matches),
        limits=signals.measured.thresholds,
    )


def _without_answer(signals: Signals) -> tuple[HumanStep, ...]:
    grant = "Grant or fix what could not be looked at" + _reasons(signals)
    match signals.said:
        case Sight.FAILING:
            return (HumanStep(1, "Declare an incident: users fail"), HumanStep(2, grant))
        case Sight.FINE:
            return (HumanStep(1, grant),)
        case _:
            look = "Make one image in your app and see what users see"
            return (HumanStep(1, look), HumanStep(2, grant))


def _reasons(signals: Signals) -> str:
    """Say what hinders the calls, which says what to grant; each reason once."""
    results = (signals.result(kind) for kind in signals.unmeasured)
    reasons = dict.fromkeys(one.detail for one in results if one is not None)
    return f": {'; '.join(reasons)}" if reasons else ""


def _healthy(signals: Signals) -> Diagnosis:
    quick = signals.measured.mode is Mode.QUICK
    return Diagnosis(
        cause=Cause.HEALTHY,
        origin=None,
        severity=None,
        branch="no fault found by free checks" if quick else "every call works",
        evidence=in_fixed_order(signals.with_image),
        also_seen=(),
        not_looked_at=not_looked_at(signals.measured),
        would_change="a failing call, or users who fail",
        steps=_mend_dns(signals, 2),
        contradictions=_contradictions(signals, []),
        fine=_fine(signals),
        limits=signals.measured.thresholds,
    )


def _fine(signals: Signals) -> tuple[Part, ...]:
    """List whom a verdict of healthy vouches for: no more than was seen.

    Free checks do not see generation, health alone no users, and placeholders are no pictures.
    """
    ours = (ProbeKind.WORKLOAD, ProbeKind.APP_HEALTH)
    seen = {
        Part.IDEOGRAM: signals.measured.mode is Mode.FULL,
        Part.US: any(signals.outcome(kind) is Outcome.HEALTHY for kind in ours),
        Part.USERS: by_traffic(signals.signs) is Users.FINE and not signals.placeholders_shown,
    }
    return tuple(part for part, is_fine in seen.items() if is_fine)


def not_looked_at(measurements: Measurements) -> tuple[NotLookedAt, ...]:
    """List the probes without an answer, in fixed order.

    Canaries of calls that the service does not use are left out.
    """
    used = {CANARY_OF[call] for call in measurements.calls}
    return tuple(
        NotLookedAt(kind, _why(measurements, kind))
        for kind in ProbeKind
        if (kind not in CANARIES or kind in used)
        and Signals(measurements).outcome(kind) is Outcome.UNKNOWN
    )


def _why(measurements: Measurements, kind: ProbeKind) -> str:
    result = measurements.results.get(kind)
    return "not measured" if result is None else result.detail


def _contradictions(
    signals: Signals, matches: list[_Match], origin: Origin | None = None
) -> tuple[str, ...]:
    """List what does not fit together.

    Args:
        signals: What was measured.
        matches: The rows that hold.
        origin: Whose fault the verdict calls it; None for healthy and undetermined.
    """
    money = _about_money(signals) if any(row.cause in _MONEY for row, _ in matches) else []
    found = [*money, *_about_users(signals)]
    page = signals.outcome(ProbeKind.STATUS_PAGE)
    if origin is Origin.PROVIDER and page is Outcome.HEALTHY:
        found.append("the provider's status page is green in this fault")
    is_full = signals.measured.mode is Mode.FULL
    if origin is None and page is Outcome.UNHEALTHY and is_full and signals.key_works:
        found.append("the provider's status page reports trouble, yet our calls work")
    if is_full and signals.quote_denied and signals.with_image:
        found.append("the price quote was refused, yet images come")
    if signals.with_image and signals.outcome(ProbeKind.DNS) is Outcome.UNHEALTHY:
        found.append("the name did not resolve, yet requests were answered")
    fallback = signals.fact(ProbeKind.APP_HEALTH, facts.FALLBACK) is True
    if fallback and signals.fact(ProbeKind.WORKLOAD, facts.FALLBACK) == "off":
        found.append("health says fallback, the switch says off")
    return (*found, *_said_otherwise(signals))


def _said_otherwise(signals: Signals) -> tuple[str, ...]:
    if signals.said is Sight.FINE and signals.users_suffer:
        return ("a person saw users fine, measurements see them fail",)
    if signals.said is Sight.FAILING and signals.users is Users.FINE:
        return ("a person saw users fail, measurements see them fine",)
    return ()


def _about_money(signals: Signals) -> list[str]:
    found = []
    if signals.looks_paused:
        found.append(f"balance about ${signals.balance:.2f}: paused rather than revoked")
    estimate, gauge = signals.measured.balance, signals.gauge
    if estimate is not None and gauge is not None and abs(estimate - gauge) > _ALIKE_USD:
        found.append(f"balance ${gauge:.2f} by the metrics, ${estimate:.2f} by our own estimate")
    return found


def _about_users(signals: Signals) -> list[str]:
    """Say where calls of ours, health and users' requests disagree."""
    by_requests = by_traffic(signals.signs)
    if signals.signs is None or by_requests not in (Users.FAILING, Users.DEGRADED):
        return []
    traffic = signals.signs.traffic
    shown = f"{traffic.failed} of {traffic.requests} requests of users fail"
    if signals.measured.mode is Mode.FULL and signals.key_works:
        return [f"every call works from here, yet {shown}"]
    if signals.fact(ProbeKind.APP_HEALTH, facts.STATE) == HealthState.HEALTHY:
        return [f"the service calls itself healthy, yet {shown}"]
    return []
