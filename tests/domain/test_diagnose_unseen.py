"""What was not seen: it is named with its reason, and vouched for by nobody."""

from dataclasses import replace

import pytest

from bot.domain.answer import AnswerClass as Answer
from bot.domain.diagnose import diagnose
from bot.domain.diagnosis import Cause, Measurements, Mode
from bot.domain.health import HealthState
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.service import Call
from bot.domain.severity import Severity
from bot.domain.traffic import TrafficState
from tests.builders import a_result
from tests.domain.measured import (
    NO_HEALTH,
    all_well,
    health,
    legacy,
    no_traffic,
    traffic,
    v3,
    workload,
)


def test_minor_rows_are_also_seen_when_a_call_was_not_measured():
    diagnosis = diagnose(all_well(legacy(None), v3(Answer.UNSAFE)))

    assert diagnosis.cause is Cause.UNDETERMINED
    assert [one.cause for one in diagnosis.also_seen] == [Cause.SAFETY]


def test_what_could_not_be_judged_says_what_is_missing_and_what_to_grant():
    forbidden = replace(v3(None), detail="no key: cannot get secret ideogram-secrets")
    same = replace(legacy(None), detail=forbidden.detail)

    diagnosis = diagnose(all_well(forbidden, same))

    assert diagnosis.evidence == (ProbeKind.GENERATE_LEGACY, ProbeKind.GENERATE_V3)
    assert diagnosis.steps[-1].text == (
        "Grant or fix what could not be looked at: no key: cannot get secret ideogram-secrets"
    )


def test_what_was_not_looked_at_says_why():
    diagnosis = diagnose(all_well(v3(None)))

    assert [(one.probe, one.why) for one in diagnosis.not_looked_at] == [
        (ProbeKind.GENERATE_V3, "no key")
    ]


def test_a_probe_without_result_is_not_looked_at():
    diagnosis = diagnose(Measurements((Call.V3,), Mode.FULL, {}))

    assert {one.why for one in diagnosis.not_looked_at} == {"not measured"}


def test_free_probes_that_were_not_run_leave_a_quick_triage_undetermined():
    diagnosis = diagnose(Measurements((Call.V3,), Mode.QUICK, {}))

    assert (diagnosis.cause, diagnosis.severity) == (Cause.UNDETERMINED, Severity.P1)


NOT_SEEN = a_result(ProbeKind.WORKLOAD, Outcome.UNKNOWN, detail="no cluster")
SCALED_DOWN = workload(replicas=0, available=0)
FINE = {
    "all": (all_well(), "Ideogram, us, users"),
    "two-of-two-failed": (all_well(traffic(0, server_error=2)), "Ideogram, us"),
    "nobody-asks": (all_well(no_traffic(TrafficState.NO_TRAFFIC)), "Ideogram, us"),
    "we-are-not-seen": (all_well(NOT_SEEN, NO_HEALTH), "Ideogram, users"),
    "health-is-seen": (all_well(NOT_SEEN), "Ideogram, us, users"),
    "pods-are-seen": (all_well(NO_HEALTH), "Ideogram, us, users"),
    "nothing-else": (
        all_well(NOT_SEEN, NO_HEALTH, no_traffic(TrafficState.NO_TRAFFIC)),
        "Ideogram",
    ),
    "no-pods-are-wanted": (
        all_well(replace(SCALED_DOWN, outcome=Outcome.UNHEALTHY), NO_HEALTH),
        "Ideogram, users",
    ),
    "placeholders": (all_well(health(HealthState.FALLBACK)), "Ideogram, us"),
    "free": (all_well(mode=Mode.QUICK), "us, users"),
    "a-fault": (all_well(v3(Answer.RATE_LIMITED)), ""),
    "undetermined": (all_well(v3(None)), ""),
}


@pytest.mark.parametrize(("seen", "fine"), FINE.values(), ids=FINE.keys())
def test_healthy_vouches_for_nobody_who_was_not_seen(seen, fine):
    assert ", ".join(diagnose(seen).fine) == fine


@pytest.mark.parametrize("call", [v3(Answer.SERVER_ERROR), v3(None)], ids=["fault", "unmeasured"])
def test_a_gap_beside_another_verdict_is_also_seen_and_not_looked_at(call):
    diagnosis = diagnose(all_well(call, no_traffic(TrafficState.STALE)))

    assert [one.cause for one in diagnosis.also_seen] == [Cause.MONITORING_GAP]
    assert ProbeKind.TRAFFIC in {one.probe for one in diagnosis.not_looked_at}
