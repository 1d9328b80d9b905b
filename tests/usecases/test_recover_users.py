"""What the checks of a mitigation in force see of users."""

import pytest

from bot.domain.onset import Counted
from tests.builders import a_service
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import SOURCE, SteadyMetrics
from tests.usecases.in_force import Watch


def a_watch(**counts):
    clock = FakeClock()
    service = a_service(metrics=SOURCE)
    return Watch(service=service, clock=clock, metrics=SteadyMetrics(clock, **counts))


@pytest.mark.parametrize(
    ("counts", "failed", "requests"),
    [({"success": 120}, 0, 120), ({"success": 90, "c503": 30}, 30, 120), ({"success": 0}, 0, 0)],
)
async def test_each_check_says_what_users_get_by_now(counts, failed, requests):
    watch = a_watch(**counts)
    await watch.enabled()

    await watch.after()

    at = watch.clock.now()
    assert watch.storage.incidents[-1].users == Counted(failed, requests, at)
    assert watch.card.incident.users == Counted(failed, requests, at)


@pytest.mark.parametrize("service", [a_service(), a_service(metrics=SOURCE)])
async def test_users_who_are_not_seen_are_not_said_to_get_anything(service):
    watch = Watch(service=service)
    watch.metrics.readings.clear()
    await watch.enabled()

    await watch.after()

    assert watch.recovery.last_at is not None
    assert watch.storage.incidents[-1].users is None
