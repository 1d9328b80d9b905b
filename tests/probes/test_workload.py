"""How is the Deployment?"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import ForbiddenError, UnavailableError
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.service import ConcurrencySwitch
from bot.domain.workload import Condition, Pod, Revision
from tests.builders import NIGHT, a_service
from tests.fakes.cluster import FakeCluster

TARGET = a_service().target
GIVEN_UP = Condition("Progressing", "False", "ProgressDeadlineExceeded", "timed out")


def pod(*, ready=True, reason="", restarts=0, started_at=NIGHT):
    return Pod("p", ready=ready, reason=reason, restarts=restarts, started_at=started_at)


def with_deployment(bench, **changes):
    bench.cluster.change(TARGET, lambda old: replace(old, **changes))


async def measured(bench, **service):
    return await bench.measure(ProbeKind.WORKLOAD, bench.subject(service=a_service(**service)))


async def test_a_quiet_deployment_is_healthy(bench):
    result = await measured(bench)

    assert (result.outcome, result.detail) == (
        Outcome.HEALTHY,
        "4/4 pods ready, no deploy for 3 d",
    )
    assert result.facts == {
        "ready": 4,
        "replicas": 4,
        "available": 4,
        "rolling": False,
        "stuck": False,
        "restarts": 0,
        "crash_loop": False,
        "revision": 14,
        "revision_age_seconds": 259_200,
        "revision_cause": "",
        "image": "registry.example.com/app:1.4.2",
        "fallback": "off",
        "generation": "on",
        "concurrency": "8",
        "in_flight": 32,
        "key_length": 20,
        "pods_older_than_key": False,
    }


async def test_no_replica_available_is_unhealthy(bench):
    with_deployment(bench, ready=0, available=0)

    result = await measured(bench)

    assert result.outcome is Outcome.UNHEALTHY
    assert result.facts["available"] == 0


async def test_a_crash_loop_is_unhealthy_and_names_its_reason(bench):
    broken = pod(ready=False, reason="CrashLoopBackOff", restarts=7)
    bench.cluster.set_pods(TARGET, broken, pod())

    result = await measured(bench)

    assert result.outcome is Outcome.UNHEALTHY
    assert (result.facts["crash_loop"], result.facts["restarts"]) == (True, 7)
    assert "CrashLoopBackOff" in result.detail


async def test_a_pod_on_its_way_out_is_no_reason(bench):
    bench.cluster.set_pods(TARGET, pod(ready=False, reason="Terminating"), pod())

    assert "pod_reason" not in (await measured(bench)).facts


async def test_a_stuck_rollout_is_unhealthy(bench):
    with_deployment(bench, updated=1, conditions=(GIVEN_UP,))

    result = await measured(bench)

    assert result.outcome is Outcome.UNHEALTHY
    assert (result.facts["stuck"], result.facts["rolling"]) == (True, False)
    assert "rollout stuck" in result.detail


@pytest.mark.parametrize(
    "changes",
    [{"generation": 15}, {"updated": 2, "total": 5}, {"total": 5}],
    ids=["not-noticed", "half-way", "old-one-ending"],
)
async def test_a_rollout_under_way_is_said_and_no_fault(bench, changes):
    with_deployment(bench, **changes)

    result = await measured(bench)

    assert (result.outcome, result.facts["rolling"]) == (Outcome.HEALTHY, True)
    assert "rolling out" in result.detail


async def test_one_pod_that_is_not_ready_makes_no_rollout(bench):
    with_deployment(bench, ready=3, available=3)

    assert (await measured(bench)).facts["rolling"] is False


async def test_a_rollout_back_to_an_old_template_is_as_old_as_the_rollout(bench):
    since = NIGHT - timedelta(minutes=4)
    rolled = Condition("Progressing", "True", "NewReplicaSetAvailable", updated_at=since)
    with_deployment(bench, conditions=(rolled,))

    result = await measured(bench)

    assert "deployed 4 min ago" in result.detail
    assert result.facts["revision_age_seconds"] == 240


async def test_resuming_a_paused_deployment_is_no_rollout(bench):
    resumed = Condition("Progressing", "Unknown", "DeploymentResumed", updated_at=NIGHT)
    with_deployment(bench, conditions=(resumed,))

    assert "no deploy for 3 d" in (await measured(bench)).detail


async def test_a_change_of_this_bot_is_called_one(bench):
    ours = "INC-1: enable-fallback by U0ANA (M-3f2a91, ideogram-bot)"
    bench.cluster.set_revisions(TARGET, Revision(15, NIGHT, ours, "app:1.5", 4))

    result = await measured(bench)

    assert "changed by this bot (INC-1) 0 s ago" in result.detail
    assert result.facts["revision_by"] == "this bot (INC-1)"


async def test_a_fresh_deploy_is_named_with_age_cause_and_image(bench):
    fresh = Revision(15, NIGHT - timedelta(minutes=12), "deploy 1.5", "app:1.5", 4)
    bench.cluster.set_revisions(TARGET, fresh)

    result = await measured(bench)

    assert "deployed 12 min ago" in result.detail
    facts = result.facts
    assert (facts["revision"], facts["revision_cause"]) == (15, "deploy 1.5")
    assert (facts["revision_age_seconds"], facts["image"]) == (720, "app:1.5")


@pytest.mark.parametrize(("value", "told"), [("true", "on"), ("false", "off"), ("1", "1")])
async def test_a_switch_is_told_in_the_services_own_words(bench, value, told):
    bench.cluster.set_env(TARGET, "IDEOGRAM_FALLBACK", value)

    assert (await measured(bench)).facts["fallback"] == told


async def test_switches_in_force_are_in_the_line(bench):
    bench.cluster.set_env(TARGET, "IDEOGRAM_FALLBACK", "true")
    bench.cluster.set_env(TARGET, "IDEOGRAM_ENABLED", "false")

    assert "fallback on, generation off" in (await measured(bench)).detail


@pytest.mark.parametrize(("value", "is_said"), [("2", True), ("8", False), ("many", False)])
async def test_fewer_requests_than_in_normal_times_are_said(bench, value, is_said):
    bench.cluster.set_env(TARGET, "IDEOGRAM_CONCURRENCY", value)

    seen = await measured(bench)

    assert ("reduced" in seen.facts, "concurrency reduced to 2" in seen.detail) == (is_said,) * 2


@pytest.mark.parametrize(("value", "per_pod", "in_flight"), [(None, True, 24), ("3", False, 3)])
async def test_requests_at_once_are_counted_over_all_pods(bench, value, per_pod, in_flight):
    env = "IDEOGRAM_CONCURRENCY" if value else "NOT_SET"  # the app takes its normal one then
    if value:
        bench.cluster.set_env(TARGET, env, value)
    switch = ConcurrencySwitch(env, 6, (3, 1), per_pod=per_pod)

    found = (await measured(bench, concurrency=switch)).facts

    assert (found["concurrency"], found["in_flight"]) == (value or "6", in_flight)


async def test_a_variable_from_a_reference_is_said_and_an_absent_one_left_out(bench):
    switches = a_service().switches
    fallback, generation = switches.values()
    switches = dict(
        zip(
            switches,
            (replace(fallback, env="IDEOGRAM_API_KEY"), replace(generation, env="NONE")),
            strict=True,
        )
    )

    found = (await measured(bench, switches=switches, concurrency=None)).facts

    assert found["fallback"] == "from a reference"
    assert not {"generation", "concurrency"} & set(found)


async def test_an_unnamed_container_among_several_leaves_the_switches_out(bench):
    found = (await measured(bench, target=replace(TARGET, container=None))).facts

    assert "fallback" not in found


async def test_a_pod_that_started_before_the_key_changed_has_the_old_one(bench):
    bench.cluster.secret_changed_at = NIGHT - timedelta(hours=1)
    bench.cluster.set_pods(TARGET, pod(), pod(started_at=NIGHT - timedelta(days=1)))

    assert (await measured(bench)).facts["pods_older_than_key"] is True


async def test_a_pod_on_its_way_out_says_nothing_about_the_key(bench):
    bench.cluster.secret_changed_at = NIGHT - timedelta(hours=1)
    old = pod(started_at=NIGHT - timedelta(days=1), ready=False, reason="Terminating")
    bench.cluster.set_pods(TARGET, pod(), old)

    assert (await measured(bench)).facts["pods_older_than_key"] is False


async def test_an_unknown_age_of_the_key_is_left_out(bench):
    bench.cluster.secret_changed_at = None

    assert "pods_older_than_key" not in (await measured(bench)).facts


async def test_no_secret_configured_leaves_the_key_out(bench):
    assert "key_length" not in (await measured(bench, secret=None)).facts


@pytest.mark.parametrize(
    ("method", "words", "lost"),
    [
        ("pods", "pods not seen: may not list pods", "restarts"),
        ("revisions", "deploys not seen: may not list pods", "image"),
        ("secret_facts", "secret not seen: may not list pods", "key_length"),
    ],
)
async def test_what_the_role_forbids_is_said_and_the_rest_is_seen(bench, method, words, lost):
    bench.cluster.fail(method, ForbiddenError("may not list pods"))

    result = await measured(bench)

    assert result.outcome is Outcome.HEALTHY
    assert words in result.detail
    assert lost not in result.facts


@pytest.mark.parametrize("error", [ForbiddenError("may not get"), UnavailableError("refused")])
async def test_a_deployment_that_cannot_be_read_is_unknown_with_the_reason(bench, error):
    bench.cluster.fail("deployment", error)

    result = await measured(bench)

    assert (result.outcome, result.ran, result.detail) == (Outcome.UNKNOWN, True, str(error))


async def test_a_cluster_that_hangs_is_unknown(bench):
    class Hanging(FakeCluster):
        async def deployment(self, target):
            await asyncio.Event().wait()

    result = await bench.measure(ProbeKind.WORKLOAD, cluster=Hanging(), timeout=timedelta(0))

    assert (result.outcome, result.ran) == (Outcome.UNKNOWN, True)


async def test_without_a_cluster_or_a_deployment_nothing_is_read(bench):
    no_cluster = await bench.measure(ProbeKind.WORKLOAD, cluster=None)
    no_target = await measured(bench, target=None)

    assert "KUBECONFIG" in no_cluster.detail
    assert [one.ran for one in (no_cluster, no_target)] == [False, False]


async def test_no_pods_and_no_revisions_are_no_crash(bench):
    bench.cluster.set_pods(TARGET)
    bench.cluster.set_revisions(TARGET)
    with_deployment(bench, replicas=0, ready=0, available=0, updated=0, total=0)

    result = await measured(bench)

    assert result.detail == "0/0 pods ready"
