"""A verdict before the end is stated only when nothing pending can displace it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import AnswerClass as Answer
from bot.domain.diagnose import diagnose
from bot.domain.diagnosis import Cause, Diagnosis, Measurements
from bot.domain.early import early
from bot.domain.health import HealthState
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.severity import Severity
from tests.domain.drawn import instead, measurements
from tests.domain.measured import (
    all_well,
    auth,
    connectivity,
    cut_off,
    health,
    keyless,
    legacy,
    traffic,
    v3,
)

DENIED = Answer.DENIED
REFUSED = all_well(
    auth(Outcome.UNHEALTHY, DENIED, 401),
    legacy(DENIED, 401),
    v3(DENIED, 401),
    health(HealthState.DOWN),
)
BROKEN = all_well(legacy(Answer.SERVER_ERROR, 500), v3(Answer.SERVER_ERROR, 500))


def without(seen: Measurements, *kinds: ProbeKind) -> Measurements:
    left = {kind: one for kind, one in seen.results.items() if kind not in kinds}
    return replace(seen, results=left)


def judged(seen: Measurements, *pending: ProbeKind):
    found = early(without(seen, *pending), pending)
    assert found is not None
    return (found.diagnosis.cause, found.is_settled)


def test_a_refused_key_stands_while_the_cluster_hangs():
    assert judged(REFUSED, ProbeKind.WORKLOAD, ProbeKind.DOWNLOAD) == (Cause.AUTH, True)


def test_an_outage_stands_while_health_and_cluster_hang():
    pending = (ProbeKind.WORKLOAD, ProbeKind.APP_HEALTH, ProbeKind.CONNECTIVITY)

    assert judged(BROKEN, *pending) == (Cause.OUTAGE, True)


def test_one_refused_call_may_still_be_a_matter_of_the_plan():
    assert judged(REFUSED, ProbeKind.GENERATE_LEGACY) == (Cause.AUTH, False)


def test_one_broken_call_is_no_settled_outage():
    assert judged(BROKEN, ProbeKind.GENERATE_V3) == (Cause.OUTAGE, False)


def test_silence_may_still_be_our_own_network():
    seen = cut_off(keyless(Outcome.UNHEALTHY, Answer.NO_ANSWER, answered=False))

    assert judged(seen, ProbeKind.CONNECTIVITY)[1] is False


def test_any_answer_of_theirs_rules_our_network_out():
    seen = cut_off(keyless(Outcome.HEALTHY, answered=True))

    assert judged(seen, ProbeKind.CONNECTIVITY) == (Cause.OUTAGE, True)


BEHIND = {
    "own-service": all_well(traffic(0, unexplained=400)),
    "rate-limit": all_well(
        traffic(0, rate_limited=400), legacy(Answer.RATE_LIMITED, 429), v3(Answer.RATE_LIMITED, 429)
    ),
    "own-network": cut_off(connectivity(Outcome.UNHEALTHY), traffic(0, server_error=400)),
}


@pytest.mark.parametrize("seen", BEHIND.values(), ids=BEHIND.keys())
def test_health_may_still_say_that_users_see_placeholders(seen):
    assert judged(seen, ProbeKind.APP_HEALTH)[1] is False


def test_pods_may_still_say_that_placeholders_were_chosen():
    seen = all_well(health(HealthState.FALLBACK), traffic(0, server_error=400))

    assert judged(seen, ProbeKind.WORKLOAD) == (Cause.OUTAGE, False)


def test_with_too_much_pending_the_verdict_waits():
    assert judged(REFUSED, *(kind for kind in ProbeKind if kind is not ProbeKind.AUTH))[1] is False


@pytest.mark.parametrize(
    "seen", [all_well(), without(all_well(), ProbeKind.GENERATE_V3)], ids=["well", "pending"]
)
def test_nothing_is_said_while_nothing_speaks_for_a_fault(seen):
    assert early(seen, [kind for kind in ProbeKind if kind not in seen.results]) is None


def test_our_service_is_not_accused_while_their_calls_are_under_way():
    seen = all_well(health(HealthState.DOWN))
    pending = [ProbeKind.GENERATE_V3]

    assert early(without(seen, *pending), pending) is None


def test_a_milder_fault_is_only_said_so_far():
    assert judged(all_well(v3(Answer.RATE_LIMITED, 429)), ProbeKind.WORKLOAD) == (
        Cause.RATE_LIMIT,
        False,
    )


@given(measurements().filter(lambda seen: diagnose(seen).severity is Severity.P1))
def test_a_settled_verdict_is_displaced_by_nothing_that_is_pending(seen):
    for kind in [kind for kind, one in seen.results.items() if one.ran]:
        found = early(without(seen, kind), [kind])
        if found is not None and found.is_settled:
            late = {stands(diagnose(one)) for one in instead(seen, kind)}
            assert late == {stands(found.diagnosis)}


@given(measurements(), st.sets(st.sampled_from(ProbeKind), min_size=2, max_size=3))
def test_a_settled_verdict_is_the_final_one(seen, pending):
    found = early(without(seen, *pending), pending)

    if found is not None and found.is_settled:
        assert stands(diagnose(seen)) == stands(found.diagnosis)


def stands(verdict: Diagnosis) -> tuple[object, ...]:
    """Name what buttons are drawn for, and what people are told before the end."""
    return verdict.cause, verdict.origin, verdict.severity, verdict.calls_for_a_switch
