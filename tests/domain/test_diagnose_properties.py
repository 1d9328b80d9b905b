"""What holds of every verdict, whatever was measured (diagnosis.md section 4)."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain import facts
from bot.domain.answer import AnswerClass as Answer
from bot.domain.diagnose import diagnose
from bot.domain.diagnosis import Cause, Diagnosis, Measurements, Mode
from bot.domain.health import HealthState
from bot.domain.person import Sight, Witness
from bot.domain.probe import CANARY_OF, Outcome, ProbeKind, ProbeResult
from bot.domain.severity import Severity
from bot.domain.signals import Signals
from tests.builders import ANA, NIGHT
from tests.domain.drawn import measurements, not_run, sick_ways
from tests.domain.measured import (
    all_well,
    cut_off,
    health,
    keyless,
    legacy,
    page,
    traffic,
    v3,
    workload,
)

LAST = v3(Answer.UNSAFE, 422)


def but(seen: Measurements, one: ProbeResult) -> Measurements:
    return replace(seen, results={**seen.results, one.kind: one})


def rank(diagnosis: Diagnosis) -> int:
    return 5 if diagnosis.severity is None else diagnosis.severity.rank


@given(measurements())
def test_any_set_of_results_has_exactly_one_verdict(seen):
    diagnosis = diagnose(seen)

    assert diagnosis.cause in Cause
    assert (diagnosis.severity is None) == (diagnosis.cause is Cause.HEALTHY)
    assert diagnosis.cause not in {one.cause for one in diagnosis.also_seen}
    assert len({one.cause for one in diagnosis.also_seen}) == len(diagnosis.also_seen)


@given(measurements())
def test_a_used_call_that_was_not_measured_never_ends_healthy(seen):
    canaries = {CANARY_OF[call] for call in seen.calls}
    used = canaries if seen.mode is Mode.FULL else {ProbeKind.AUTH, ProbeKind.REACHABILITY}

    assert all(diagnose(but(seen, not_run(kind))).cause is not Cause.HEALTHY for kind in used)


@given(measurements())
def test_users_who_are_seen_failing_are_never_called_healthy(seen):
    found = seen.results[ProbeKind.TRAFFIC].facts
    failed, requests = found.get(facts.FAILED, 0), found.get(facts.REQUESTS, 0)
    shown = seen.results[ProbeKind.APP_HEALTH].facts.get(facts.STATE)
    failing = failed >= seen.thresholds.least and failed * 2 >= requests

    if failing and shown != HealthState.FALLBACK:
        assert diagnose(seen).cause is not Cause.HEALTHY


@given(measurements(), st.sampled_from(Outcome))
def test_a_status_page_never_moves_a_verdict(seen, outcome):
    before, after = diagnose(seen), diagnose(but(seen, page(outcome)))

    assert (before.cause, before.severity, before.evidence) == (
        after.cause,
        after.severity,
        after.evidence,
    )


@given(measurements(), st.data())
def test_a_healthy_result_that_turns_sick_never_makes_the_severity_milder(seen, data):
    healthy = [one for one in seen.results.values() if one.outcome is Outcome.HEALTHY]
    one = data.draw(st.sampled_from(healthy)) if healthy else not_run(ProbeKind.CONNECTIVITY)
    before = diagnose(seen)
    if one.kind is ProbeKind.CONNECTIVITY or before.cause is Cause.UNDETERMINED:
        return  # both are excepted by the reference itself

    for sick in sick_ways(one):
        worse = but(seen, sick)
        after = diagnose(worse)
        assert rank(after) <= rank(before) or is_excepted(before, worse)


def is_excepted(before: Diagnosis, worse: Measurements) -> bool:
    """Tell the three ways in which a severity may fall; a test below names each."""
    if diagnose(worse).cause is Cause.OWN_NETWORK:
        return True
    seen = Signals(worse)
    if before.cause is Cause.STALE_KEY and seen.signs is not None and seen.signs.is_explained:
        return True
    rests_on_an_image = before.cause in (Cause.STALE_KEY, Cause.QUALITY)
    return rests_on_an_image and not seen.with_image


def test_our_own_network_comes_first_and_is_mild_while_users_are_seen_fine():
    silent = keyless(Outcome.UNHEALTHY, Answer.NO_ANSWER, answered=False)
    cut = but(cut_off(workload(available=0)), replace(silent, outcome=Outcome.HEALTHY))
    no_way_out = replace(cut.results[ProbeKind.CONNECTIVITY], outcome=Outcome.UNHEALTHY)
    answered = but(but(cut, keyless(Outcome.HEALTHY)), no_way_out)

    assert diagnose(answered).severity is Severity.P1
    assert diagnose(but(answered, silent)).cause is Cause.OWN_NETWORK
    assert diagnose(but(answered, silent)).severity is Severity.P4


def test_with_the_last_image_nothing_proves_the_key_that_pods_lack():
    seen = all_well(
        legacy(Answer.UNSAFE, 422), workload(pods_older_than_key=True), health(HealthState.DEGRADED)
    )

    assert (diagnose(seen).cause, diagnose(seen).severity) == (Cause.STALE_KEY, Severity.P1)
    assert diagnose(but(seen, LAST)).severity is Severity.P2


def test_requests_that_fail_for_another_reason_do_not_speak_of_an_old_key():
    old = all_well(workload(pods_older_than_key=True), health(HealthState.DEGRADED))
    limited = but(old, traffic(0, rate_limited=75))

    assert (diagnose(old).cause, diagnose(old).severity) == (Cause.STALE_KEY, Severity.P1)
    assert diagnose(limited).cause is Cause.RATE_LIMIT


def test_with_the_last_image_there_is_none_to_look_bad():
    seen = replace(
        all_well(legacy(Answer.UNSAFE, 422)), person=Witness(Sight.LOOKS_BAD, ANA, NIGHT)
    )

    assert (diagnose(seen).cause, diagnose(seen).severity) == (Cause.QUALITY, Severity.P2)
    assert diagnose(but(seen, LAST)).severity is Severity.P3
