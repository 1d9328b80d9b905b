"""Whatever moment a process dies at, another one ends the work, with one patch in effect."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from bot.domain.message import MitigationOutcome
from bot.domain.mitigation import State
from bot.domain.request import Press
from tests.builders import asked
from tests.fakes.messenger import FakeAnswers
from tests.usecases.crashing import Death, MortalCluster, MortalStorage
from tests.usecases.pressing import DELIVERY, TARGET, World

NEVER = -1
AFTER_THE_LEASE = timedelta(seconds=80)  # the longest one, given while a canary is out


async def lived(death: Death, *, undoing: bool = False) -> World:
    """Press and carry on; when the process dies, another takes over after the lease."""
    dies_at, death.at = death.at, NEVER
    world = World(storage=MortalStorage(death), cluster=MortalCluster(death))
    presses = 1 + undoing
    world.health_says("fallback")
    if undoing:
        run = await world.through()
        world.begun.clear()
        world.health_says("ok")
        preview = await world.offer.undo(world.service, run)
    else:
        preview = await world.offered()
    request = Press(asked(), preview.id)
    world.cluster.will_roll(TARGET)
    death.at, death.passed = dies_at, 0
    with suppress(asyncio.CancelledError):
        await world.press(request, DELIVERY, FakeAnswers())
        await world.advance("one").start(world.begun[0])
    death.lived, death.at = death.passed, NEVER
    if len(world.storage.runs) < presses:  # the inbox row is still open and is taken up again
        await world.press(request, DELIVERY, FakeAnswers())
    world.clock.advance(AFTER_THE_LEASE)
    await world.advance("two").tick()
    return world


async def moments_of(*, undoing: bool) -> int:
    death = Death(NEVER)
    await lived(death, undoing=undoing)
    return death.lived


@pytest.mark.parametrize("undoing", [False, True], ids=["press", "undo"])
async def test_a_death_at_any_moment_leaves_one_patch_in_effect(undoing):
    last = await moments_of(undoing=undoing)
    assert last > 30

    for moment in range(1, last + 1):
        world = await lived(Death(moment), undoing=undoing)
        run = world.storage.runs[-1]
        presses = 1 + undoing
        assert len(world.storage.runs) == presses, moment
        assert run.state in (State.EFFECTIVE, State.UNVERIFIED), moment
        assert world.generation() == 14 + presses, moment
        assert len(world.storage.incidents) == 1, moment
        assert world.storage.tables.locks == {}, moment
        outcomes = [one for one in world.storage.messages if isinstance(one, MitigationOutcome)]
        assert len(outcomes) == presses, moment
        entries = [one for one in world.storage.audit if one.result == "pressed"]
        assert len(entries) == presses, moment
        assert world.ideogram.counts["v3"] <= undoing, moment


async def test_only_a_canary_whose_answer_was_lost_leaves_it_unverified():
    results = [
        (await lived(Death(moment), undoing=True)).storage.runs[-1]
        for moment in range(1, await moments_of(undoing=True) + 1)
    ]

    unverified = [run for run in results if run.state is State.UNVERIFIED]

    assert unverified
    assert {run.detail for run in unverified} == {
        "health says ok; the canary's answer was lost in a restart"
    }
