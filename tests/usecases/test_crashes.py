"""Whatever moment a process dies at, another one ends the work, with one patch in effect."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from bot.domain.message import MitigationOutcome
from bot.domain.mitigation import MitigationKind, State
from bot.domain.request import Press
from tests.builders import asked
from tests.usecases.crashing import Death, MortalCluster, MortalStorage
from tests.usecases.pressing import DELIVERY, TARGET, Heard, World

NEVER = -1
AFTER_THE_LEASE = timedelta(seconds=80)  # the longest one, given while a canary is out


async def lived(death: Death, kind: MitigationKind = MitigationKind.ENABLE_FALLBACK) -> World:
    """Press and carry on; when the process dies, another takes over after the lease."""
    dies_at, death.at = death.at, NEVER
    world = World(storage=MortalStorage(death), cluster=MortalCluster(death))
    world.health_says("fallback" if kind is MitigationKind.ENABLE_FALLBACK else "ok")
    if kind is MitigationKind.DISABLE_FALLBACK:
        world.cluster.set_env(TARGET, "IDEOGRAM_FALLBACK", "true")
        world.cluster.will_roll(TARGET)
        while world.cluster.advance(TARGET):
            pass
    preview = await world.offered(kind)
    request = Press(asked(), preview.id)
    world.cluster.will_roll(TARGET)
    death.at, death.passed = dies_at, 0
    with suppress(asyncio.CancelledError):
        await world.press(request, DELIVERY, Heard())
        await world.advance("one").start(world.begun[0])
    death.lived, death.at = death.passed, NEVER
    if not world.storage.runs:  # the inbox row is still open and is taken up again
        await world.press(request, DELIVERY, Heard())
    world.clock.advance(AFTER_THE_LEASE)
    await world.advance("two").tick()
    return world


async def moments_of(kind: MitigationKind) -> int:
    death = Death(NEVER)
    await lived(death, kind)
    return death.lived


@pytest.mark.parametrize(
    "kind", [MitigationKind.ENABLE_FALLBACK, MitigationKind.DISABLE_FALLBACK], ids=str
)
async def test_a_death_at_any_moment_leaves_one_patch_in_effect(kind):
    last = await moments_of(kind)
    assert last > 30

    for moment in range(1, last + 1):
        world = await lived(Death(moment), kind)
        (run,) = world.storage.runs
        before = 14 if kind is MitigationKind.ENABLE_FALLBACK else 15
        assert run.state in (State.EFFECTIVE, State.UNVERIFIED), moment
        assert world.generation() == before + 1, moment
        assert world.declarer.declared <= 2, moment
        assert world.storage.tables.locks == {}, moment
        outcomes = [one for one in world.storage.messages if isinstance(one, MitigationOutcome)]
        assert len(outcomes) == 1, moment
        assert len([one for one in world.storage.audit if one.result == "pressed"]) == 1, moment
        assert world.ideogram.counts["v3"] <= 1, moment


async def test_only_a_canary_whose_answer_was_lost_leaves_it_unverified():
    kind = MitigationKind.DISABLE_FALLBACK
    results = [
        (await lived(Death(moment), kind)).storage.runs[0]
        for moment in range(1, await moments_of(kind) + 1)
    ]

    unverified = [run for run in results if run.state is State.UNVERIFIED]

    assert unverified
    assert {run.detail for run in unverified} == {
        "health says ok; the canary's answer was lost in a restart"
    }
