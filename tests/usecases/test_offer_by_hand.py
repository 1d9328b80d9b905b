"""The command beside a button that cannot be: the next step from what was seen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.diagnosis import Cause
from bot.domain.errors import ForbiddenError, UnavailableError
from bot.domain.ids import TriageId
from bot.domain.message import NotOffered
from bot.domain.mitigation import MitigationKind
from bot.domain.probe import ProbeKind
from bot.domain.severity import Severity
from bot.usecases.describe import Context
from bot.usecases.switched import Switched
from tests.builders import a_result, a_service
from tests.sayings import a_diagnosis
from tests.usecases.pressing import World

REDUCE = MitigationKind.REDUCE_CONCURRENCY

ON, OFF = Switched(fallback_on=True), Switched(fallback_on=False)
LIMITED = a_diagnosis(Cause.RATE_LIMIT, Severity.P2)
FINE = a_diagnosis(Cause.HEALTHY, None, evidence=(ProbeKind.GENERATE_V3,))


def pods(concurrency: str):
    return a_result(ProbeKind.WORKLOAD, facts={"concurrency": concurrency})


@pytest.mark.parametrize(
    ("concurrency", "command"),
    [
        ("8", "IDEOGRAM_CONCURRENCY=3"),
        ("3", "IDEOGRAM_CONCURRENCY=1"),
        ("1", None),
        ("many", "IDEOGRAM_CONCURRENCY=3"),
    ],
)
async def test_the_command_takes_the_next_step_from_where_the_triage_saw_the_pods(
    concurrency, command
):
    world = World()
    world.cluster.fail("may_patch", ForbiddenError("no right"))
    await world.found(pods(concurrency))

    _, (found,) = await world.offer(world.service, [REDUCE], Context(world.triage_id))

    assert found.by_hand == command or found.by_hand.endswith(command)


async def test_the_command_goes_on_from_the_newest_press_where_the_cluster_is_silent():
    world = World()
    await world.found(pods("8"))
    world.clock.advance(timedelta(minutes=1))
    await world.through(REDUCE)
    world.cluster.fail("may_patch", UnavailableError("silent"))

    _, (found,) = await world.offer(world.service, [REDUCE], Context(world.triage_id))

    assert found.by_hand.endswith("IDEOGRAM_CONCURRENCY=1")


async def test_whether_something_is_checked_matters_only_where_something_can_be_changed():
    world = World(service=a_service(target=None))
    away = World()
    away.storage.is_away = True

    for one in (world, away):
        offers, refused = await one.offer.for_cause(one.service, Cause.HEALTHY)
        assert (offers, bool(refused)) == ((), True)


async def test_a_command_is_written_anew_when_more_was_seen():
    world = World()
    old = NotOffered(REDUCE, "no right", "kubectl … IDEOGRAM_CONCURRENCY=3", "permission")

    (found,) = world.offer.with_commands(world.service, [old], Switched(concurrency=3))

    assert found.by_hand.endswith("IDEOGRAM_CONCURRENCY=1")
    assert replace(found, by_hand=old.by_hand) == old


async def test_without_what_the_triage_saw_the_usual_is_offered():
    world = World(triage_id=TriageId(118))
    world.storage.is_away = True
    seen_nothing = await world.offer(world.service, [REDUCE], Context(world.triage_id))

    assert seen_nothing[1][0].by_hand.endswith("IDEOGRAM_CONCURRENCY=3")

    world.storage.is_away = False  # and no such triage
    assert (await world.offered(REDUCE)).warnings == ("5 pods × 3 = 15, limit 10: choose 2.",)


@pytest.mark.parametrize(
    ("diagnosis", "seen", "kinds"),
    [
        (a_diagnosis(), ON, []),
        (FINE, ON, [MitigationKind.DISABLE_FALLBACK]),
        (FINE, Switched(), []),
        (FINE, Switched(is_reduced=True), [MitigationKind.RESTORE_CONCURRENCY]),
        (LIMITED, OFF, [MitigationKind.REDUCE_CONCURRENCY]),
        (LIMITED, Switched(is_reduced=True, concurrency=3), [MitigationKind.REDUCE_CONCURRENCY]),
        (LIMITED, Switched(is_reduced=True, concurrency=1), []),
        (a_diagnosis(Cause.HEALTHY, None, evidence=(ProbeKind.AUTH,)), ON, []),
        (a_diagnosis(Cause.DOWNLOAD, Severity.P1), OFF, [MitigationKind.ENABLE_FALLBACK]),
        (a_diagnosis(Cause.DOWNLOAD, Severity.P3), OFF, []),
    ],
)
def test_a_step_stands_only_where_it_would_change_something_for_users(diagnosis, seen, kinds):
    world = World()

    by_hand = world.offer.by_hand(world.service, diagnosis, seen)
    places = world.offer.places(world.service, diagnosis, seen)

    assert [one.kind for one in by_hand] == list(places) == kinds
    assert all(place == world.mitigations[k].helps[diagnosis.cause] for k, place in places.items())
