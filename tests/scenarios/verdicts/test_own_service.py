"""`own-service`: Ideogram works, our Deployment does not."""

import pytest

from tests.scenarios.verdicts.deployment import crash_loop, no_pods, stuck_rollout

pytestmark = pytest.mark.asyncio(loop_scope="session")

BOTH = ["app-health", "workload"]
UNDO = "Undo or roll back the newest deploy"


def verdict(severity):
    return ("own-service", "us", severity, "our own deploy")


@pytest.mark.parametrize(("word", "severity"), [("down", "P1"), ("degraded", "P2")])
async def test_bad_health_accuses_us_while_every_call_works(place, word, severity):
    place.health.says = word

    found = await place.triage()

    assert found.verdict == verdict(severity)
    assert found.evidence == BOTH
    assert found.next_steps == [UNDO]
    assert "Enable Fallback" not in found.next_steps
    assert found.would_change == "healthy pods and health while the calls work"
    assert found.row("app-health")[1].startswith(f"says {word}")


async def test_bad_health_accuses_nobody_of_us_while_a_call_fails(place):
    await place.break_("v3-only")
    place.health.says = "degraded"

    found = await place.triage()

    assert found.cause == "outage"
    assert "own-service" not in found.also_seen


async def test_a_bad_deploy_is_named_by_revision_age_cause_and_image(place):
    await place.break_("bad-deploy")
    await place.settled()
    place.health.says = "down"

    found = await place.triage()

    assert found.verdict == verdict("P1")
    facts = found.probe("workload")["facts"]
    assert facts["revision_age_seconds"] < 60
    assert f"Suspect: revision {facts['revision']}, " in found.summary
    assert "s old, “deploy 2.8.1-bad”, image " in found.summary
    assert "ideogram-service:2.8.1-bad." in found.summary
    (command,) = found.by_hand
    assert command.endswith("-n default rollout undo deployment/ideogram-service")
    assert found.summary.endswith(command)


async def test_errors_of_users_that_nothing_else_explains_are_ours(place):
    place.prometheus.sees(success=300, codes={"": 100})

    found = await place.triage()

    assert found.verdict == verdict("P2")
    assert found.evidence == [*BOTH, "traffic"]
    assert "100 of 400 requests failed" in found.summary


async def test_a_crash_loop_is_ours_while_users_are_fine(place):
    async with crash_loop(place):
        found = await place.triage()

    assert found.verdict == verdict("P2")
    assert "CrashLoopBackOff" in found.row("workload")[1]
    assert found.row("app-health")[0] == "healthy"


async def test_a_stuck_rollout_is_ours_and_says_why(place):
    async with stuck_rollout(place, "registry.example.com/ideogram-service:2.9.0"):
        found = await place.triage()

    assert found.verdict == verdict("P2")
    assert "rollout stuck" in found.row("workload")[1]
    assert "“deploy 2.9.0”, image registry.example.com/ideogram-service:2.9.0" in found.summary


async def test_no_pod_available_is_p1_whatever_health_says(place):
    async with no_pods(place):
        found = await place.triage()

    assert found.verdict == verdict("P1")
    assert found.row("workload")[1].startswith("0/4 pods ready")
