"""Whatever moment a process dies at, another carries on: said once, paid once."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

from bot.domain.in_force import IdeogramIsBack, StillInForce
from bot.domain.timeline import EventKind
from tests.usecases.crashing import Death, MortalStorage
from tests.usecases.in_force import Watch

NEVER = -1
PRICE = Decimal("0.03")


async def lived(death: Death) -> Watch:
    """Let three checks succeed under a process that dies, and others under the next one."""
    dies_at, death.at = death.at, NEVER
    watch = Watch(storage=MortalStorage(death))
    await watch.enabled()
    watch.clock.advance(timedelta(minutes=35))
    death.at, death.passed = dies_at, 0
    with suppress(asyncio.CancelledError):
        await watch.after(times=3)
    death.lived, death.at = death.passed, NEVER
    await watch.after(times=3)
    return watch


async def test_a_death_at_any_moment_says_everything_once():
    death = Death(NEVER)
    await lived(death)
    assert death.lived > 20

    for moment in range(1, death.lived + 1):
        watch = await lived(Death(moment))
        assert len(watch.said(IdeogramIsBack)) == 1, moment
        assert len(watch.said(StillInForce)) == 1, moment
        told = [one for one in watch.storage.events if one.kind is EventKind.IDEOGRAM_BACK]
        assert len(told) == 1, moment
        lost = await watch.used() - PRICE * watch.canaries
        assert lost in (0, PRICE), moment  # reserved and never sent counts as spent


async def test_a_canary_whose_answer_was_lost_is_not_sent_again_before_the_next_is_due():
    death = Death(NEVER)
    whole = await lived(death)

    counts = {(await lived(Death(moment))).canaries for moment in range(1, death.lived + 1)}

    assert max(counts) <= whole.canaries
