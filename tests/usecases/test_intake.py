"""The one door for requests: remembered before the answer, done once, failures in words."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.domain.errors import (
    BadCommandError,
    ClaimLostError,
    ForbiddenError,
    NotAllowedError,
    UnavailableError,
    UnknownIncidentError,
)
from bot.domain.ids import DeliveryKey, MessageTs
from bot.domain.message import Answer, AnswerKind, Trouble
from bot.domain.request import Asked, Request, ShowHelp
from bot.ports import Answers
from bot.usecases.intake import Intake
from tests.builders import ANA, BEN, INCIDENTS, NIGHT, asked
from tests.fakes.clock import FakeClock
from tests.fakes.messenger import FakeAnswers, FakeMessenger
from tests.fakes.storage import FakeStorage

KEY = DeliveryKey("trigger-1")
HELP = Answer(AnswerKind.HELP)
CLAIM = timedelta(seconds=15)


@dataclass
class Handler:
    """A use case that answers, or fails as it was told."""

    errors: list[Exception] = field(default_factory=list)
    before: Callable[[], Awaitable[None]] | None = None
    calls: list[tuple[Request, DeliveryKey | None]] = field(default_factory=list)

    async def __call__(
        self, request: ShowHelp, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        self.calls.append((request, delivery))
        if self.before is not None:
            await self.before()
        if self.errors:
            raise self.errors.pop(0)
        await answer(HELP)


@dataclass
class Door:
    """An intake and everything around it."""

    clock: FakeClock
    storage: FakeStorage
    messenger: FakeMessenger
    handler: Handler
    intake: Intake
    answers: FakeAnswers = field(default_factory=FakeAnswers)

    async def receive(self, who: Asked | None = None) -> bool:
        return await self.intake.receive(KEY, ShowHelp(who or asked()))

    async def handle(self, key: DeliveryKey | None = KEY) -> None:
        await self.intake.handle(key, ShowHelp(asked()), self.answers)

    @property
    def trouble(self) -> Trouble:
        """The one answer, which must be trouble."""
        (said,) = self.answers.said
        assert isinstance(said, Trouble)
        return said


@pytest.fixture
def door() -> Door:
    clock, storage, handler = FakeClock(), FakeStorage(), Handler()
    messenger = FakeMessenger(clock)
    intake = Intake(
        storage=storage,
        messenger=messenger,
        clock=clock,
        holder="a",
        handlers={ShowHelp: handler},
    )
    return Door(clock, storage, messenger, handler, intake)


async def test_a_request_is_remembered_and_its_duplicate_is_not(door: Door) -> None:
    assert await door.receive()

    assert not await door.receive()
    assert door.storage.open_deliveries == {KEY}


async def test_it_is_not_remembered_while_the_database_is_away(door: Door) -> None:
    door.storage.is_away = True

    with pytest.raises(UnavailableError):
        await door.receive()


async def test_a_database_that_hangs_is_away(door: Door) -> None:
    impatient = replace(door.intake, within=timedelta(0))

    async with door.storage():  # keeps every other unit of work out
        with pytest.raises(UnavailableError, match="in time"):
            await impatient.receive(KEY, ShowHelp(asked()))


async def test_its_use_case_gets_the_request_and_its_row(door: Door) -> None:
    await door.receive()

    await door.handle()

    assert door.handler.calls == [(ShowHelp(asked()), KEY)]
    assert door.answers.said == [HELP]


async def test_after_a_use_case_that_only_reads_the_row_is_closed(door: Door) -> None:
    await door.receive()

    await door.handle()

    assert door.storage.closed == {KEY}


async def test_without_a_row_it_is_handled_all_the_same(door: Door) -> None:
    door.storage.is_away = True

    await door.handle(key=None)

    assert door.answers.said == [HELP]


async def test_a_refusal_is_told_in_its_own_words(door: Door) -> None:
    door.handler.errors = [UnknownIncidentError("There is no INC-7.")]
    await door.receive()

    await door.handle()

    assert door.trouble == Trouble(what="There is no INC-7.")
    assert door.storage.closed == {KEY}


async def test_a_refusal_by_the_policy_names_whom_to_ask(door: Door) -> None:
    door.handler.errors = [NotAllowedError("Only others may.", allowed=[BEN])]

    await door.handle()

    assert door.trouble.ask == (BEN,)


async def test_a_missing_right_is_told_and_not_tried_again(door: Door) -> None:
    door.handler.errors = [ForbiddenError("May not patch. Bind the Role in deploy/.")]
    await door.receive()

    await door.handle()

    assert door.trouble.what == "May not patch. Bind the Role in deploy/."
    assert door.storage.closed == {KEY}


async def test_what_may_pass_is_to_be_repeated_by_the_person(door: Door) -> None:
    door.handler.errors = [UnavailableError("The cluster does not answer.")]
    await door.receive()

    await door.handle()

    assert door.trouble == Trouble(
        what="The cluster does not answer.", fix="Try again in a moment."
    )
    assert door.storage.closed == {KEY}


async def test_while_the_row_cannot_be_closed_nobody_needs_to_repeat(door: Door) -> None:
    async def goes_away() -> None:
        door.storage.is_away = True

    door.handler.before = goes_away
    door.handler.errors = [UnavailableError("The database does not answer.")]
    await door.receive()

    await door.handle()

    assert door.trouble.fix == "There is no need to repeat it."
    assert door.storage.open_deliveries == {KEY}


async def test_what_another_did_meanwhile_is_neither_done_nor_answered_here(door: Door) -> None:
    door.handler.errors = [ClaimLostError("The request was worked on by somebody else.")]
    await door.receive()

    await door.handle()

    assert door.answers.said == []


async def test_a_row_that_the_use_case_closed_stays_closed(door: Door) -> None:
    async def closes() -> None:
        async with door.storage() as uow:
            await uow.inbox.close(KEY, at=NIGHT)

    door.handler.before = closes
    await door.receive()

    await door.handle()

    assert door.answers.said == [HELP]
    assert door.storage.closed == {KEY}


async def test_a_defect_is_not_hidden_and_leaves_the_row_open(door: Door) -> None:
    door.handler.errors = [ZeroDivisionError()]
    await door.receive()

    with pytest.raises(ZeroDivisionError):
        await door.handle()

    assert door.storage.open_deliveries == {KEY}


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
