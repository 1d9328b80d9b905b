"""A press: recorded and begun, once, whoever else presses the same."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import AlreadyPressedError
from bot.domain.message import Answer, MitigationProgress
from bot.domain.mitigation import MitigationKind, State
from tests.builders import ANA, BEN
from tests.usecases.pressing import DELIVERY, TARGET, World


async def test_an_accepted_press_is_recorded_and_begun():
    world = World()
    preview = await world.offered()

    assert await world.press_on(preview) == []

    (run,) = world.storage.runs
    assert (run.state, run.by, run.kind) == (State.PRESSED, ANA, preview.kind)
    assert world.begun == [run.id]
    assert world.storage.previews[0].settled_by == run.id
    assert world.storage.tables.locks == {TARGET.key: run.id}


async def test_the_delivery_is_closed_in_the_same_transaction():
    world = World()
    preview = await world.offered()
    async with world.storage() as uow:
        until = world.clock.now() + timedelta(seconds=15)
        await uow.inbox.receive(DELIVERY, object(), at=world.clock.now(), until=until, holder="one")

    await world.press_on(preview)

    assert world.storage.closed == {DELIVERY}


async def test_a_second_press_acts_once_and_is_told_who_was_first():
    world = World()
    preview = await world.offered()
    await world.press_on(preview, by=BEN)

    said, shown = await world.press_on(preview)

    assert isinstance(said, Answer)
    assert said.text == "This was pressed already. It is done once."
    assert shown == MitigationProgress(world.storage.runs[0])
    assert len(world.storage.runs) == 1
    assert [one.result for one in world.storage.audit] == ["pressed", "refused: already pressed"]


async def test_of_two_presses_at_once_one_acts():
    world = World()
    preview = await world.offered()
    service = world.service
    ground = await world.offer.guard(service)
    await world.press_on(preview, by=BEN)

    with pytest.raises(AlreadyPressedError):
        async with world.storage() as uow:
            await world.press._taken(uow, preview, ground, "x", world.clock.now())  # noqa: SLF001  after the guards, before the transaction


async def test_a_second_press_is_answered_though_the_first_is_forgotten():
    world = World()
    preview = await world.offered()
    world.storage.tables.previews[preview.id] = replace(preview, settled_by="gone")

    (said,) = await world.press_on(preview)

    assert isinstance(said, Answer)


async def test_a_press_without_a_delivery_is_taken_up_too():
    world = World()
    preview = await world.offered()
    other = await world.offered(MitigationKind.REDUCE_CONCURRENCY)

    for one in (preview, other):
        await world.press_on(one, delivery=None)

    assert len(world.storage.runs) == 1


async def test_an_undo_ends_the_watching_of_its_target():
    world = World()
    run = await world.pressed()
    await world.to_watching(run)
    undo = await world.offer.undo(world.service, world.newest(run))

    await world.press_on(undo)

    ended, undoing = world.storage.runs
    assert (ended.state, ended.undone_by) == (State.STOPPED, undoing.id)
    assert world.storage.tables.locks == {TARGET.key: undoing.id}
    assert world.message(run.message) == MitigationProgress(ended)


async def test_of_two_undos_of_one_press_one_acts():
    world = World()
    run = await world.through()
    first = await world.offer.undo(world.service, run)
    second = await world.offer.undo(world.service, run)
    await world.press_on(first)

    said, shown = await world.press_on(second)

    assert isinstance(said, Answer)
    assert said.text == "This was taken back already."
    assert shown == MitigationProgress(world.storage.runs[1])
    assert len(world.storage.runs) == 2
