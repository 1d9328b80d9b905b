"""Whose fault it is, and whom to ask: theirs, ours, or who pays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import facts
from bot.domain.answer import AnswerClass as Answer
from bot.domain.branches import BRANCHES
from bot.domain.diagnose import diagnose
from bot.domain.diagnosis import Cause, Mode, Origin
from bot.domain.health import HealthState
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.severity import Severity
from tests.builders import ANA, a_result
from tests.domain.measured import OWN_KEY, all_well, health, traffic, v3, workload

BROKEN, LATE = Answer.SERVER_ERROR, Answer.TIMED_OUT
LOST = a_result(ProbeKind.DOWNLOAD, Outcome.UNHEALTHY)


def test_expired_links_are_our_own_doing_and_other_losses_are_not():
    ours = traffic(downloads=100, lost=10, expired=6)
    theirs = traffic(downloads=100, lost=10, expired=5)

    assert diagnose(all_well(ours)).origin is Origin.US
    assert diagnose(all_well(ours)).contact == "who owns the Deployment"
    assert diagnose(all_well(theirs)).origin is Origin.PROVIDER
    assert diagnose(all_well(ours, LOST)).origin is Origin.PROVIDER


def test_an_origin_that_depends_is_the_same_where_it_is_also_seen():
    seen = all_well(traffic(90, server_error=10, downloads=100, lost=10, expired=9))

    (also,) = diagnose(seen).also_seen
    assert (also.cause, also.origin) == (Cause.DOWNLOAD, Origin.US)


def test_the_denied_are_ours_only_where_the_secrets_key_is_proven():
    seen = all_well(OWN_KEY, traffic(50, denied=50), mode=Mode.QUICK)

    assert diagnose(seen).cause is Cause.AUTH
    assert diagnose(all_well(traffic(50, denied=50), mode=Mode.QUICK)).cause is Cause.OWN_SERVICE


def slow_dns(seconds=3):
    hurts = {facts.TROUBLE: f"resolving takes {seconds}.0 s"}
    return a_result(ProbeKind.DNS, latency=timedelta(seconds=seconds), facts=hurts)


def test_a_slow_resolver_is_suspected_before_the_newest_deploy():
    found = diagnose(all_well(slow_dns(), health(HealthState.DEGRADED)))

    assert (found.cause, found.severity, found.branch) == (
        Cause.OWN_SERVICE,
        Severity.P2,
        "our own DNS",
    )
    assert ProbeKind.DNS in found.evidence
    assert [step.text for step in found.steps] == ["Mend our DNS: resolving takes 3.0 s"]


def test_pods_that_fail_are_blamed_before_a_slow_resolver():
    found = diagnose(all_well(slow_dns(), health(HealthState.DOWN), workload(available=0)))

    assert (found.cause, found.branch) == (Cause.OWN_SERVICE, "our own deploy")
    assert ProbeKind.DNS not in found.evidence


@pytest.mark.parametrize(("late", "severity"), [(400, Severity.P1), (40, Severity.P2)])
def test_users_who_time_out_behind_a_slow_resolver_accuse_us(late, severity):
    slow = diagnose(all_well(slow_dns(), traffic(400 - late, timed_out=late)))
    quick = diagnose(all_well(traffic(400 - late, timed_out=late)))

    assert (slow.cause, slow.severity) == (Cause.OWN_SERVICE, severity)
    assert (quick.cause, quick.severity) == (Cause.TIMEOUT, severity)


def test_a_call_that_times_out_is_theirs_however_slow_our_resolver_is():
    found = diagnose(all_well(slow_dns(), v3(LATE), traffic(0, timed_out=400)))

    assert found.cause is Cause.TIMEOUT


def test_trouble_with_resolvers_stays_visible_where_all_is_well():
    found = diagnose(all_well(slow_dns()))

    assert found.cause is Cause.HEALTHY
    assert [step.text for step in found.steps] == ["Mend our DNS: resolving takes 3.0 s"]


def test_the_billing_owner_is_named_where_money_is_the_matter():
    owned = replace(all_well(v3(Answer.UNFUNDED)), billing_owner=ANA)
    broken = replace(all_well(v3(BROKEN)), billing_owner=ANA)

    assert (diagnose(owned).contact, diagnose(owned).contact_id) == ("the billing owner", ANA)
    assert diagnose(broken).contact_id is None


def test_only_our_own_faults_are_blamed_on_us():
    ours = {row.cause for row in BRANCHES if row.origin is Origin.US}

    assert ours == {
        Cause.STALE_KEY,
        Cause.OWN_SERVICE,
        Cause.RATE_LIMIT,
        Cause.REQUEST_BUG,
        Cause.QUALITY,
        Cause.MONITORING_GAP,
    }
