"""Posts and files: said once and in order."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.domain.ids import ChannelId, MessageTs, OutboxKey
from bot.domain.outbox import Sending
from bot.usecases.deliver import Deliver
from tests.builders import INCIDENTS, NIGHT
from tests.fakes.clock import FakeClock
from tests.fakes.messenger import FakeMessenger
from tests.fakes.storage import FakeStorage
from tests.usecases.deliver.outgoing import OTHER, SECOND, a_note, keys, write


async def test_everything_due_is_said_in_order(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    await write(storage, "k1", "k2", "k3")

    assert await deliver() == 3

    assert keys(messenger) == ["k1", "k2", "k3"]


async def test_what_was_said_is_not_said_again(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    await write(storage, "k1")
    await deliver()

    assert await deliver() == 0
    assert keys(messenger) == ["k1"]


async def test_a_document_is_uploaded(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    async with storage() as uow:
        await uow.outbox.file(OutboxKey("f"), INCIDENTS, a_note(), at=NIGHT)

    await deliver()

    assert [posted.sending.key for posted in messenger.files] == ["f"]


async def test_a_slow_conversation_holds_no_other_up(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    other_was_said = asyncio.Event()

    async def meanwhile(sending: Sending) -> None:
        if sending.channel == OTHER:
            other_was_said.set()
        else:
            await other_was_said.wait()

    messenger.meanwhile = meanwhile
    await write(storage, "slow")
    await write(storage, "fast", channel=OTHER)

    await deliver()

    assert keys(messenger) == ["fast", "slow"]


async def test_what_is_written_meanwhile_goes_at_once(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    began, may_end = asyncio.Event(), asyncio.Event()

    async def slowly(sending: Sending) -> None:
        if sending.key == "slow":
            began.set()
            await may_end.wait()
        else:
            may_end.set()

    messenger.meanwhile = slowly
    await write(storage, "slow")
    patient = replace(deliver, look_again=timedelta(hours=1))
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(patient())
        await began.wait()
        await write(storage, "quick", channel=OTHER)

    assert len(messenger.said) == 2


async def test_no_more_conversations_than_allowed_go_at_once(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    under_way: list[int] = [0]
    seen: list[int] = []

    async def meanwhile(sending: Sending) -> None:
        under_way[0] += 1
        seen.append(under_way[0])
        for _ in range(20):
            await asyncio.sleep(0)  # noqa: TID251  lets the others run, takes no time
        under_way[0] -= 1

    messenger.meanwhile = meanwhile
    for number in range(9):
        await write(storage, f"k{number}", channel=ChannelId(f"C{number}"))

    await deliver()

    assert max(seen) == deliver.at_once


async def test_a_post_is_late_after_two_minutes(
    clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    clock.advance(timedelta(minutes=2))
    await write(storage, "in time")
    await deliver()
    clock.advance(SECOND)
    await write(storage, "late")
    await deliver()

    assert [posted.late for posted in messenger.posts] == [False, True]


async def test_addresses_are_looked_up_afterwards(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    await write(storage, "k1")

    await deliver()

    async with storage() as uow:
        links = await uow.outbox.links([OutboxKey("k1")])
    assert links == {"k1": f"https://chat.example.com/C0INCIDENTS/p{messenger.posts[0].ts}"}


async def test_an_address_that_is_not_to_be_had_is_given_up_after_three_times(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    await write(storage, "k1")
    messenger.links = {MessageTs("1700000000.000100"): None}
    for _ in range(2):
        await deliver()
    assert storage.tables.outbox[OutboxKey("k1")].link is None

    await deliver()

    assert storage.tables.outbox[OutboxKey("k1")].link == ""
