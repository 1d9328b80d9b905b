"""`stale-key`: the Secret has a new key, and pods still hold the old one."""

import pytest
import pytest_asyncio

from bot.domain.diagnosis import Mode
from tests.scenarios.verdicts.deployment import change_key, restart

pytestmark = pytest.mark.asyncio(loop_scope="session")

STALE = ("stale-key", "us", "P1", "pods older than the key")
RESTART = "Restart the Deployment: pods read the Secret only at their start"


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def key_changed(shared_place):
    """Change the key once; restarting all pods ends it."""
    await shared_place.repair()
    await change_key(shared_place)
    yield
    await restart(shared_place)


async def test_pods_older_than_a_good_key_are_stale_when_the_service_is_down(place):
    place.health.says = "down"

    found = await place.triage()

    assert found.verdict == STALE
    assert found.evidence == ["auth", "app-health", "workload"]
    assert found.next_steps == [RESTART]
    (command,) = found.by_hand
    assert command.endswith("-n default rollout restart deployment/ideogram-service")
    assert found.would_change == "pods younger than the Secret"
    assert found.probe("workload")["facts"]["pods_older_than_key"] is True
    assert found.also_seen == ["own-service"]


async def test_users_refused_with_another_key_than_the_secrets_are_stale_too(place):
    place.prometheus.sees(success=100, codes={"401": 100})

    found = await place.triage()

    assert found.verdict == STALE
    assert found.evidence == ["auth", "app-health", "workload", "traffic"]
    assert found.next_steps == [RESTART]


async def test_an_accepted_quote_is_enough_without_canaries(place):
    place.health.says = "degraded"

    found = await place.triage(mode=Mode.QUICK)

    assert found.verdict == STALE


async def test_an_old_key_that_still_works_for_users_is_no_fault(place):
    assert (await place.triage()).cause == "healthy"


async def test_a_refused_new_key_is_a_matter_of_the_account(place):
    place.ideogram.revoke(*place.kubernetes.secret("ideogram-secrets").values())
    place.health.says = "down"

    assert (await place.triage()).cause == "auth"
