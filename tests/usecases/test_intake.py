"""The one door for requests: remembered before the answer, done once, failures in words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import (
    ClaimLostError,
    ForbiddenError,
    NotAllowedError,
    UnavailableError,
    UnknownIncidentError,
)
from bot.domain.message import Trouble
from bot.domain.request import ShowHelp
from tests.builders import BEN, NIGHT, asked
from tests.usecases.door import HELP, KEY, Door


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
