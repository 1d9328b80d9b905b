from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import (
    ConflictError,
    MissingError,
    PermanentError,
    UnavailableError,
    UnseenError,
)
from bot.domain.message import MitigationOffers
from bot.domain.mitigation import MitigationKind, State
from bot.domain.timeline import EventKind
from tests.usecases.pressing import TARGET, World


def an_undecided_world() -> World:
    world = World()
    world.health_says("fallback")
    return world


async def test_a_press_becomes_one_patch_with_the_before_image_stored():
    world = an_undecided_world()

    run = await world.through()

    assert (world.real_patches, world.generation(), world.value()) == (1, 15, "true")
    assert run.before == run.preview.changes
    assert (run.sends, run.generation) == (1, 15)


async def test_the_patch_names_incident_and_person():
    world = an_undecided_world()

    run = await world.through()

    annotations = world.cluster.sent[-2].patch["metadata"]["annotations"]
    assert annotations["ideogram-bot/mitigation"] == run.id
    assert annotations["kubernetes.io/change-cause"] == (
        f"INC-42: enable-fallback by U0ANA ({run.name}, ideogram-bot)"
    )


@pytest.mark.parametrize(
    ("error", "after_effect", "patches"),
    [
        (ConflictError("moved"), False, 2),
        (UnavailableError("refused"), False, 2),
        (UnseenError("timeout"), False, 2),
        (UnseenError("timeout"), True, 1),
    ],
)
async def test_a_failed_send_is_repeated_only_when_it_had_no_effect(error, after_effect, patches):
    world = an_undecided_world()
    world.cluster.fail("patch", error, after_effect=after_effect)

    run = await world.through()

    assert run.state is State.EFFECTIVE
    assert (world.real_patches, world.generation()) == (patches, 15)


async def test_after_five_sends_it_stops():
    world = World()
    for _ in range(5):
        world.cluster.fail("patch", ConflictError("moved"))

    run = await world.through()

    assert run.state is State.STOPPED
    assert run.detail == "sent 5 times without effect"
    assert world.real_patches == 5


async def test_a_refusal_for_good_stops_with_its_words():
    world = World()
    world.cluster.fail("patch", PermanentError("denied by a policy"))

    run = await world.through()

    assert (run.state, run.detail) == (State.STOPPED, "denied by a policy")
    assert world.storage.tables.locks == {}


async def test_a_change_between_press_and_patch_stops_and_offers_anew():
    world = World()
    run = await world.pressed()
    world.cluster.redeploy(TARGET, "registry.example.com/app:2")

    run = await world.to_the_end(run)

    assert run.state is State.STOPPED
    assert "changed since the press" in run.detail
    assert world.real_patches == 0
    said = world.message(f"{run.name}/offers")
    assert isinstance(said, MitigationOffers)
    assert [one.kind for one in said.offers] == [MitigationKind.ENABLE_FALLBACK]


@pytest.mark.parametrize("change", [{"paused": True}, {"containers": ()}])
async def test_a_paused_or_missing_container_stops_it(change):
    world = World()
    run = await world.pressed()
    world.cluster.change(TARGET, lambda old: replace(old, **change))

    assert (await world.to_the_end(run)).state is State.STOPPED
    assert world.real_patches == 0


async def test_interrupted_for_more_than_two_minutes_it_stops():
    world = World()
    run = await world.pressed()
    world.clock.advance(timedelta(minutes=2, seconds=1))

    await world.advance("two").tick()

    assert world.newest(run).state is State.STOPPED
    assert "interrupted for more than 2 min" in world.newest(run).detail
    assert world.real_patches == 0


async def test_a_missing_deployment_stops_it():
    world = World()
    run = await world.pressed()
    world.cluster.fail("deployment", MissingError("gone"))

    assert (await world.to_the_end(run)).detail == "gone"


async def test_a_cluster_that_comes_back_is_patched():
    world = an_undecided_world()
    run = await world.pressed()
    for _ in range(4):
        world.cluster.fail("deployment", UnavailableError("away"))

    assert (await world.to_the_end(run)).state is State.EFFECTIVE


async def test_a_cluster_that_stays_away_stops_it_unsent():
    world = World()
    run = await world.pressed()
    for _ in range(70):
        world.cluster.fail("deployment", UnavailableError("away"))

    assert (await world.to_the_end(run)).detail == "Not sent: away"


async def test_a_patch_whose_fate_is_unknown_is_looked_after_for_long():
    world = World()
    run = await world.pressed()
    stored = world.storage.tables.presses[run.id]
    sent = replace(run, state=State.APPLYING, sends=1)
    world.storage.tables.presses[run.id] = replace(stored, run=sent)
    for _ in range(320):
        world.cluster.fail("deployment", UnavailableError("away"))

    found = await world.to_the_end(sent)

    assert found.detail == "It is not known whether the patch took effect: away"
    assert found.finished_at is not None
    assert found.finished_at - found.pressed_at > timedelta(minutes=10)


async def test_ending_takes_everything_back_that_was_in_force():
    world = World()
    first = await world.through(MitigationKind.REDUCE_CONCURRENCY)
    second = await world.through(MitigationKind.REDUCE_CONCURRENCY)
    world.health_says("fallback")
    other = await world.through()

    last = await world.through(MitigationKind.RESTORE_CONCURRENCY)

    assert world.value("IDEOGRAM_CONCURRENCY") == "8"
    assert [world.newest(one).undone_by for one in (first, second, other)] == [
        last.id,
        last.id,
        None,
    ]


async def test_each_step_stands_on_the_timeline():
    world = an_undecided_world()

    await world.through()

    assert [event.kind for event in world.storage.events] == [
        EventKind.MITIGATION_PRESSED,
        EventKind.MITIGATION_APPLIED,
        EventKind.MITIGATION_ROLLED_OUT,
        EventKind.MITIGATION_FINISHED,
        EventKind.STATUS_CHANGED,
    ]
