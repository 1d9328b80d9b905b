"""What every storage promises about deliveries from outside."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain.errors import ClaimLostError
from bot.domain.ids import DeliveryKey, IncidentId, TriageId
from bot.domain.request import (
    PostUpdate,
    Press,
    Request,
    RunTriage,
    SentImage,
    ShowHelp,
    VerifyGeneration,
)
from bot.domain.service import Call
from bot.domain.severity import Severity
from bot.ports import Delivery, Storage
from tests.builders import NIGHT, a_preview, asked

SOON = NIGHT + timedelta(seconds=15)
KEY = DeliveryKey("trigger-1")
REQUESTS: list[Request] = [
    RunTriage(asked()),
    Press(asked(), a_preview().id),
    VerifyGeneration(asked(), TriageId(1), SentImage(Call.V3, Decimal("0.030"), NIGHT)),
    PostUpdate(asked(), IncidentId(42), Severity.P1, "mitigated", "é", "<b>", "{{x}}", SOON),
]


async def receive(storage: Storage, key: DeliveryKey, until: datetime = SOON) -> bool:
    request = ShowHelp(asked())
    async with storage() as uow:
        return await uow.inbox.receive(key, request, at=NIGHT, until=until, holder="a")


async def test_a_second_delivery_is_known_already(storage: Storage) -> None:
    assert await receive(storage, KEY)

    assert not await receive(storage, KEY)


async def test_of_two_deliveries_at_once_one_is_new(storage: Storage) -> None:
    answers = await asyncio.gather(*(receive(storage, KEY) for _ in range(4)))

    assert answers.count(True) == 1


async def test_its_receiver_holds_it(storage: Storage) -> None:
    await receive(storage, KEY)

    async with storage() as uow:
        assert await uow.inbox.claim(NIGHT, SOON, "b") is None


async def test_when_the_claim_ran_out_another_takes_it_and_counts(storage: Storage) -> None:
    await receive(storage, KEY, until=NIGHT)

    async with storage() as uow:
        claimed = await uow.inbox.claim(NIGHT, SOON, "b")

    assert claimed == Delivery(KEY, ShowHelp(asked()), NIGHT, attempts=2)


async def test_of_two_claimers_one_wins(storage: Storage) -> None:
    await receive(storage, KEY, until=NIGHT)

    async def claim(holder: str) -> Delivery | None:
        async with storage() as uow:
            return await uow.inbox.claim(NIGHT, SOON, holder)

    answers = await asyncio.gather(*(claim(name) for name in "bcde"))

    assert answers.count(None) == 3


async def test_a_closed_delivery_is_never_claimed_and_still_known(storage: Storage) -> None:
    await receive(storage, KEY, until=NIGHT)
    async with storage() as uow:
        await uow.inbox.close(KEY, at=NIGHT)

    async with storage() as uow:
        assert await uow.inbox.claim(NIGHT, SOON, "b") is None
    assert not await receive(storage, KEY)


async def test_what_another_closed_cannot_be_closed_again(storage: Storage) -> None:
    await receive(storage, KEY)
    async with storage() as uow:
        await uow.inbox.close(KEY, at=NIGHT)

        with pytest.raises(ClaimLostError):
            await uow.inbox.close(KEY, at=SOON)


async def test_what_was_never_received_is_closed_without_effect(storage: Storage) -> None:
    async with storage() as uow:
        await uow.inbox.close(KEY, at=NIGHT)

    assert await receive(storage, KEY)


async def test_the_oldest_is_claimed_first(storage: Storage) -> None:
    for key in ("z", "a", "m"):
        await receive(storage, DeliveryKey(key), until=NIGHT)

    async with storage() as uow:
        claimed = [await uow.inbox.claim(NIGHT, SOON, "b") for _ in range(3)]

    assert [one.key for one in claimed if one] == ["z", "a", "m"]


async def test_released_deliveries_are_free_at_once(storage: Storage) -> None:
    await receive(storage, KEY)

    async with storage() as uow:
        await uow.inbox.release("a", NIGHT)
        claimed = await uow.inbox.claim(NIGHT, SOON, "b")

    assert claimed is not None


async def test_every_request_comes_back_equal(storage: Storage) -> None:
    async with storage() as uow:
        for number, request in enumerate(REQUESTS):
            key = DeliveryKey(str(number))
            await uow.inbox.receive(key, request, at=NIGHT, until=NIGHT, holder="a")
        claimed = [await uow.inbox.claim(NIGHT, SOON, "b") for _ in REQUESTS]

    assert [one.request for one in claimed if one] == REQUESTS
