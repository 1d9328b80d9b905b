"""Requests that were left open: a sweep takes them up once, and tells how they ended."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.errors import BadCommandError, UnavailableError
from bot.domain.ids import DeliveryKey, MessageTs
from bot.domain.message import Trouble
from bot.domain.request import ShowHelp
from tests.builders import ANA, BEN, INCIDENTS, NIGHT, asked
from tests.usecases.door import HELP, KEY, Door

CLAIM = timedelta(seconds=15)


async def test_the_sweep_leaves_a_receiver_its_time(door: Door) -> None:
    await door.receive()

    assert await door.intake.sweep() == 0


async def test_the_sweep_takes_up_what_was_left_and_whispers(door: Door) -> None:
    await door.receive(asked(thread=MessageTs("1700000000.000100")))

    door.clock.advance(CLAIM)
    assert await door.intake.sweep() == 1

    (whispered,) = door.messenger.whispers
    assert (whispered.user, whispered.channel, whispered.message) == (ANA, INCIDENTS, HELP)
    assert whispered.thread == "1700000000.000100"
    assert door.storage.closed == {KEY}


async def test_a_database_that_is_busy_for_a_moment_costs_nothing_that_was_claimed(
    door: Door,
) -> None:
    await door.receive()
    door.clock.advance(CLAIM)
    door.storage.busy_in(2)

    assert await door.intake.sweep() == 1

    assert door.storage.closed == {KEY}


async def test_the_sweep_tells_refusals_too(door: Door) -> None:
    door.handler.errors = [BadCommandError("Did you mean triage?")]
    await door.receive()

    door.clock.advance(CLAIM)
    await door.intake.sweep()

    assert door.messenger.whispers[0].message == Trouble(what="Did you mean triage?")


async def test_a_poisoned_request_is_given_up_and_told(door: Door) -> None:
    door.handler.errors = [ZeroDivisionError() for _ in range(9)]
    await door.receive()
    for _ in range(3):
        door.clock.advance(CLAIM)
        with pytest.raises(ZeroDivisionError):
            await door.intake.sweep()

    door.clock.advance(CLAIM)
    await door.intake.sweep()

    (told,) = door.messenger.whispers
    assert isinstance(told.message, Trouble)
    assert told.message.what == "Your request (show-help) could not be worked on."
    assert door.storage.closed == {KEY}


async def test_a_failure_that_may_pass_leaves_the_row_to_the_next_sweep(door: Door) -> None:
    door.handler.errors = [UnavailableError("away"), UnavailableError("away")]
    await door.receive()
    for _ in range(2):
        door.clock.advance(CLAIM)
        await door.intake.sweep()

    door.clock.advance(CLAIM)
    await door.intake.sweep()

    (told,) = door.messenger.whispers
    assert told.message == HELP


async def test_a_failure_that_stays_is_told_at_the_last_attempt(door: Door) -> None:
    door.handler.errors = [UnavailableError("away") for _ in range(3)]
    await door.receive()

    for _ in range(3):
        door.clock.advance(CLAIM)
        await door.intake.sweep()

    (told,) = door.messenger.whispers
    assert isinstance(told.message, Trouble)
    assert door.storage.closed == {KEY}


async def test_a_slow_request_does_not_hold_up_the_others(door: Door) -> None:
    met = asyncio.Barrier(2)

    async def meet() -> None:
        async with asyncio.timeout(5):
            await met.wait()

    door.handler.before = meet
    await door.receive()
    await door.intake.receive(DeliveryKey("trigger-2"), ShowHelp(asked(by=BEN)))
    door.clock.advance(CLAIM)

    assert await door.intake.sweep() == 2


async def test_two_sweeps_at_once_do_it_once(door: Door) -> None:
    await door.receive()
    door.clock.advance(CLAIM)

    counts = await asyncio.gather(door.intake.sweep(), door.intake.sweep())

    assert sorted(counts) == [0, 1]
    assert len(door.handler.calls) == 1


async def test_stopping_gives_claims_back(door: Door) -> None:
    await door.receive()

    await door.intake.hand_back()

    assert await door.intake.sweep() == 1
    assert door.storage.closed == {KEY}
    assert door.clock.now() == NIGHT
