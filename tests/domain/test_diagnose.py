"""One claim per row of the verdict table, one per pair whose order matters."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain import facts
from bot.domain.answer import AnswerClass as Answer
from bot.domain.branches import BRANCHES
from bot.domain.diagnose import diagnose
from bot.domain.diagnosis import Cause, Mode
from bot.domain.health import HealthState
from bot.domain.person import Sight, Witness
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.service import Call
from bot.domain.traffic import TrafficState
from tests.builders import ANA, NIGHT, a_result
from tests.domain.measured import (
    IMAGE,
    all_well,
    auth,
    connectivity,
    cut_off,
    health,
    keyless,
    legacy,
    no_traffic,
    traffic,
    v3,
    workload,
)

DENIED, BROKEN, LATE = Answer.DENIED, Answer.SERVER_ERROR, Answer.TIMED_OUT
UNHEALTHY, UNKNOWN = Outcome.UNHEALTHY, Outcome.UNKNOWN
UNSEEN = no_traffic(TrafficState.NO_TRAFFIC)
ROWS = {
    "all-well": (all_well(), Cause.HEALTHY, None),
    "pictures-look-bad": (
        replace(all_well(), person=Witness(Sight.LOOKS_BAD, ANA, NIGHT)),
        Cause.QUALITY,
        "P2",
    ),
    "all-well-quick": (all_well(mode=Mode.QUICK), Cause.HEALTHY, None),
    "nothing-reachable": (cut_off(connectivity(UNHEALTHY)), Cause.OWN_NETWORK, "P4"),
    "nothing-reachable-users-unseen": (
        cut_off(connectivity(UNHEALTHY), health(HealthState.UNKNOWN), UNSEEN),
        Cause.OWN_NETWORK,
        "P1",
    ),
    "no-name-resolves": (
        cut_off(
            a_result(ProbeKind.DNS, UNHEALTHY),
            connectivity(Outcome.HEALTHY, names_resolved=False),
        ),
        Cause.OWN_NETWORK,
        "P4",
    ),
    "only-their-name-fails": (
        cut_off(a_result(ProbeKind.DNS, UNHEALTHY)),
        Cause.UNREACHABLE,
        "P1",
    ),
    "silence-but-we-see-others": (cut_off(), Cause.UNREACHABLE, "P1"),
    "silence-and-no-look-outside": (cut_off(connectivity(UNKNOWN)), Cause.OUTAGE, "P1"),
    "401-everywhere": (
        all_well(auth(UNHEALTHY, DENIED, 401), legacy(DENIED, 401), v3(DENIED, 401)),
        Cause.AUTH,
        "P1",
    ),
    "401-quick": (all_well(auth(UNHEALTHY, DENIED, 401), mode=Mode.QUICK), Cause.AUTH, "P1"),
    "403-and-quote-refused": (
        all_well(auth(UNHEALTHY, DENIED, 403), legacy(DENIED, 403), v3(DENIED, 403)),
        Cause.AUTH,
        "P1",
    ),
    "quote-refused-and-canaries-silent": (
        all_well(auth(UNHEALTHY, DENIED, 401), legacy(LATE), v3(LATE)),
        Cause.AUTH,
        "P1",
    ),
    "402": (all_well(legacy(Answer.UNFUNDED), v3(Answer.UNFUNDED)), Cause.CREDITS_EXHAUSTED, "P1"),
    "a-quote-refused-for-lack-of-funds": (
        all_well(auth(UNHEALTHY, Answer.UNFUNDED, 403), mode=Mode.QUICK),
        Cause.CREDITS_EXHAUSTED,
        "P1",
    ),
    "402-on-one-call": (all_well(v3(Answer.UNFUNDED)), Cause.CREDITS_EXHAUSTED, "P1"),
    "5xx-everywhere": (all_well(legacy(BROKEN), v3(BROKEN)), Cause.OUTAGE, "P1"),
    "5xx-on-one-call": (all_well(v3(BROKEN)), Cause.OUTAGE, "P2"),
    "5xx-beside-timeout": (all_well(legacy(BROKEN), v3(LATE)), Cause.OUTAGE, "P1"),
    "5xx-quick": (
        all_well(auth(UNKNOWN, BROKEN, 503), keyless(UNHEALTHY, BROKEN), mode=Mode.QUICK),
        Cause.OUTAGE,
        "P1",
    ),
    "timeouts": (all_well(legacy(LATE), v3(LATE)), Cause.TIMEOUT, "P1"),
    "one-timeout": (all_well(v3(LATE)), Cause.TIMEOUT, "P2"),
    "stale-key": (
        all_well(workload(**{facts.PODS_OLDER_THAN_KEY: True}), health(HealthState.DOWN)),
        Cause.STALE_KEY,
        "P1",
    ),
    "stale-key-while-one-call-works": (
        all_well(
            workload(**{facts.PODS_OLDER_THAN_KEY: True}),
            health(HealthState.DEGRADED),
            v3(BROKEN, 503),
        ),
        Cause.STALE_KEY,
        "P1",
    ),
    "stale-key-quick": (
        all_well(
            workload(**{facts.PODS_OLDER_THAN_KEY: True}),
            health(HealthState.DEGRADED),
            mode=Mode.QUICK,
        ),
        Cause.STALE_KEY,
        "P1",
    ),
    "no-pod-available": (all_well(workload(available=0)), Cause.OWN_SERVICE, "P1"),
    "crash-loop": (all_well(workload(crash_loop=True)), Cause.OWN_SERVICE, "P2"),
    "stuck-rollout": (all_well(workload(stuck=True)), Cause.OWN_SERVICE, "P2"),
    "health-down-while-calls-work": (all_well(health(HealthState.DOWN)), Cause.OWN_SERVICE, "P1"),
    "health-degraded-while-calls-work": (
        all_well(health(HealthState.DEGRADED)),
        Cause.OWN_SERVICE,
        "P2",
    ),
    "slow": (all_well(v3(IMAGE, seconds=31)), Cause.SLOW, "P2"),
    "429": (all_well(v3(Answer.RATE_LIMITED)), Cause.RATE_LIMIT, "P2"),
    "plan": (all_well(v3(Answer.PLAN)), Cause.PLAN_LIMIT, "P2"),
    "403-while-quote-accepted": (
        all_well(legacy(DENIED, 403), v3(DENIED, 403)),
        Cause.PLAN_LIMIT,
        "P2",
    ),
    "401-while-another-call-works": (all_well(v3(DENIED, 401)), Cause.PLAN_LIMIT, "P2"),
    "400-everywhere": (
        all_well(legacy(Answer.BAD_REQUEST), v3(Answer.BAD_REQUEST)),
        Cause.REQUEST_BUG,
        "P2",
    ),
    "400-on-one-call": (all_well(v3(Answer.BAD_REQUEST)), Cause.REQUEST_BUG, "P3"),
    "unsafe": (all_well(v3(Answer.UNSAFE)), Cause.SAFETY, "P3"),
    "picture-gone": (
        all_well(a_result(ProbeKind.DOWNLOAD, UNHEALTHY, status=410)),
        Cause.DOWNLOAD,
        "P3",
    ),
    "slow-and-users-leave": (
        all_well(v3(IMAGE, seconds=31), health(HealthState.DEGRADED)),
        Cause.SLOW,
        "P2",
    ),
    "picture-gone-and-users-fail": (
        all_well(a_result(ProbeKind.DOWNLOAD, UNHEALTHY, status=410), health(HealthState.DOWN)),
        Cause.DOWNLOAD,
        "P1",
    ),
    "credits-low": (
        all_well(traffic(balance_usd=Decimal(9))),
        Cause.CREDITS_LOW,
        "P2",
    ),
    "users-meant-to-be-seen": (
        all_well(no_traffic(TrafficState.ABSENT)),
        Cause.MONITORING_GAP,
        "P4",
    ),
    "canary-not-measured-users-fine": (all_well(v3(None)), Cause.UNDETERMINED, "P4"),
    "canary-not-measured-users-unseen": (
        all_well(v3(None), health(HealthState.UNKNOWN), UNSEEN),
        Cause.UNDETERMINED,
        "P1",
    ),
    "a-2xx-that-is-no-quote": (
        all_well(auth(UNKNOWN, BROKEN, 200), mode=Mode.QUICK),
        Cause.UNDETERMINED,
        "P4",
    ),
    "health-down-lifts-a-p3": (
        all_well(v3(Answer.UNSAFE), health(HealthState.DOWN)),
        Cause.SAFETY,
        "P1",
    ),
    "health-degraded-lifts-a-p3": (
        all_well(v3(Answer.UNSAFE), health(HealthState.DEGRADED)),
        Cause.SAFETY,
        "P2",
    ),
    "auth-before-outage": (
        all_well(auth(UNHEALTHY, DENIED, 401), legacy(DENIED, 401), v3(BROKEN)),
        Cause.AUTH,
        "P1",
    ),
}


@pytest.mark.parametrize(("seen", "cause", "severity"), ROWS.values(), ids=ROWS.keys())
def test_the_verdict(seen, cause, severity):
    diagnosis = diagnose(seen)

    assert (diagnosis.cause, diagnosis.severity) == (cause, severity)


def test_every_row_of_the_table_is_reached():
    reached = {cause for _, cause, _ in ROWS.values()}

    assert reached == set(Cause)


def test_a_verdict_names_the_probes_it_rests_on_in_fixed_order():
    diagnosis = diagnose(all_well(v3(BROKEN), legacy(BROKEN)))

    assert diagnosis.evidence == (ProbeKind.GENERATE_LEGACY, ProbeKind.GENERATE_V3)


@pytest.mark.parametrize("seen", [row[0] for row in ROWS.values()], ids=ROWS.keys())
def test_a_fault_rests_on_evidence(seen):
    diagnosis = diagnose(seen)

    faultless = diagnosis.cause in (Cause.HEALTHY, Cause.UNDETERMINED)
    assert faultless or diagnosis.evidence


def test_the_other_matching_rows_are_also_seen():
    diagnosis = diagnose(all_well(legacy(BROKEN), v3(Answer.RATE_LIMITED)))

    assert [one.cause for one in diagnosis.also_seen] == [Cause.RATE_LIMIT]


def test_a_call_that_nobody_uses_is_no_outage():
    seen = replace(all_well(legacy(BROKEN)), calls=(Call.V3,))

    assert diagnose(seen).cause is Cause.HEALTHY


CONTRADICTIONS = {
    "quote": (all_well(auth(UNHEALTHY, DENIED, 401)), "the price quote was refused"),
    "dns": (all_well(a_result(ProbeKind.DNS, UNHEALTHY)), "the name did not resolve"),
    "switch": (
        all_well(
            a_result(
                ProbeKind.APP_HEALTH,
                facts={facts.STATE: HealthState.FALLBACK, facts.FALLBACK: True},
            ),
            workload(fallback="off"),
        ),
        "health says fallback",
    ),
}


@pytest.mark.parametrize(("seen", "words"), CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_what_does_not_fit_together_is_shown(seen, words):
    assert diagnose(seen).contradictions[0].startswith(words)


def test_rows_have_one_cause_each_and_say_what_would_change_them():
    causes = [row.cause for row in BRANCHES]

    assert len(causes) == len(set(causes))
    assert all(row.would_change and row.when and row.severities for row in BRANCHES)


@pytest.mark.parametrize("seen", [row[0] for row in ROWS.values()], ids=ROWS.keys())
def test_every_fault_names_whom_to_ask(seen):
    diagnosis = diagnose(seen)

    faultless = diagnosis.cause in (Cause.HEALTHY, Cause.UNDETERMINED)
    assert bool(diagnosis.contact) is not faultless
