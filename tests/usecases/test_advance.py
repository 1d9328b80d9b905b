"""Who works on a mitigation: one process at a time, and another one when it is gone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import ClaimLostError
from bot.domain.mitigation import State
from bot.domain.service import Target
from bot.usecases.advance import GIVEN_UP, TAKEOVERS_MAX
from tests.builders import a_run, a_service
from tests.usecases.pressing import TARGET, World

AFTER_THE_LEASE = timedelta(seconds=16)


async def test_a_tick_takes_over_when_the_claim_ran_out():
    world = World()
    world.health_says("fallback")
    run = await world.pressed()
    world.cluster.will_roll(TARGET)

    await world.advance("two").tick()
    early = world.newest(run)
    world.clock.advance(AFTER_THE_LEASE)
    await world.advance("two").tick()

    assert early.state is State.PRESSED
    assert world.newest(run).state is State.EFFECTIVE
    assert world.real_patches == 1


async def test_a_database_that_is_busy_for_a_moment_ends_no_run_just_taken_over():
    world = World()
    world.health_says("fallback")
    run = await world.pressed()
    world.cluster.will_roll(TARGET)
    world.clock.advance(AFTER_THE_LEASE)
    world.storage.busy_in(2)  # the look for a second run

    await world.advance("two").tick()

    assert world.newest(run).state is State.EFFECTIVE


async def test_a_defect_leaves_the_run_to_the_next_claim():
    world = World()
    world.health_says("fallback")
    run = await world.pressed()
    world.cluster.will_roll(TARGET)
    world.clock.advance(AFTER_THE_LEASE)
    world.cluster.fail("deployment", KeyError("metadata"))

    await world.advance("one").tick()
    stayed = world.newest(run)
    world.clock.advance(AFTER_THE_LEASE)
    await world.advance("one").tick()

    assert stayed.is_running
    assert (world.newest(run).state, world.real_patches) == (State.EFFECTIVE, 1)


async def test_a_run_that_breaks_every_process_is_given_up_and_frees_its_place():
    world = World()
    run = await world.pressed()
    for _ in range(TAKEOVERS_MAX):
        world.clock.advance(AFTER_THE_LEASE)
        world.cluster.fail("deployment", KeyError("metadata"))
        await world.advance("one").tick()

    given_up = world.newest(run)
    assert (given_up.state, given_up.detail) == (State.STOPPED, GIVEN_UP)
    assert not world.storage.tables.locks


async def test_who_lost_the_claim_stops_without_a_word():
    world = World()
    run = await world.pressed()
    work = world.work_on(run)
    world.clock.advance(AFTER_THE_LEASE)
    async with world.storage() as uow:
        await uow.mitigations.claim(world.clock.now(), world.clock.now() + AFTER_THE_LEASE, "two")

    await world.advance("one").start(run.id)

    with pytest.raises(ClaimLostError):
        await work.keep()
    assert world.real_patches == 0
    assert world.newest(run).state is State.PRESSED


async def test_a_claim_is_kept_while_the_work_takes_long():
    world = World()
    run = await world.pressed()
    work = world.work_on(run)

    for _ in range(10):
        world.clock.advance(timedelta(seconds=4))
        await work.keep()
        await world.advance("two").tick()

    assert world.newest(run).state is State.PRESSED


async def test_work_that_was_handed_back_is_taken_over_at_once():
    world = World()
    world.health_says("fallback")
    run = await world.pressed()
    world.cluster.will_roll(TARGET)

    await world.advance("one").hand_back()
    await world.advance("two").tick()

    assert world.newest(run).state is State.EFFECTIVE


async def test_what_is_not_known_is_not_started():
    await World().advance().start(a_run().id)


async def test_a_database_that_is_away_postpones_the_work():
    world = World()
    world.health_says("fallback")
    run = await world.pressed()
    world.storage.is_away = True

    await world.advance().start(run.id)
    world.storage.is_away = False
    await world.to_the_end(run)

    assert world.newest(run).state is State.EFFECTIVE


async def test_a_database_that_goes_away_meanwhile_postpones_the_work():
    world = World()
    world.health_says("fallback")
    run = await world.pressed()
    world.cluster.will_roll(TARGET)
    claim = world.work_on(run)
    world.storage.is_away = True

    await world.advance()._drive(claim)  # noqa: SLF001  as right after the claim

    world.storage.is_away = False
    world.clock.advance(AFTER_THE_LEASE)
    await world.advance("two").tick()
    assert world.newest(run).state is State.EFFECTIVE


@pytest.mark.parametrize(
    ("service", "said"),
    [
        (a_service(name="other"), "No service is called"),
        (a_service(target=None), "No Deployment is configured"),
        (a_service(target=Target("default", "other")), "names another Deployment"),
    ],
)
async def test_what_the_config_no_longer_names_is_never_patched(service, said):
    world = World()
    run = await world.pressed()
    advance = replace(world.advance(), services=[service])

    await advance.start(run.id)

    found = world.newest(run)
    assert found.state is State.STOPPED
    assert said in found.detail
    assert found.offers == ()
    assert world.real_patches == 0
