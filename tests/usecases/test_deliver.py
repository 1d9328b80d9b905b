"""Posts and files: said once, in order, whatever the chat answers."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.errors import PermanentError, RateLimitedError, UnavailableError, UnseenError
from bot.domain.ids import ChannelId, IncidentId, MessageTs, OutboxKey
from bot.domain.message import Note, NoteKind, Trouble
from bot.domain.outbox import Sending
from bot.usecases.deliver import Deliver
from tests.builders import INCIDENTS, NIGHT
from tests.fakes.clock import FakeClock
from tests.fakes.messenger import FakeMessenger
from tests.fakes.storage import FakeStorage

OPERATIONS = ChannelId("C0OPS")
OTHER = ChannelId("C0OTHER")
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def storage() -> FakeStorage:
    return FakeStorage()


@pytest.fixture
def messenger(clock: FakeClock) -> FakeMessenger:
    return FakeMessenger(clock)


@pytest.fixture
def deliver(clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger) -> Deliver:
    return Deliver(
        storage=storage, messenger=messenger, clock=clock, holder="a", operations=OPERATIONS
    )


def a_note(text: str = "") -> Note:
    return Note(NoteKind.DECLARED, IncidentId(42), text=text)


async def write(storage: FakeStorage, *keys: str, channel: ChannelId = INCIDENTS) -> None:
    async with storage() as uow:
        for key in keys:
            await uow.outbox.post(OutboxKey(key), channel, a_note(key), at=NIGHT)


def keys(messenger: FakeMessenger) -> list[str]:
    return [posted.sending.key for posted in messenger.posts]


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


async def test_without_effect_it_is_sent_again_later_without_a_search(
    clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    messenger.fail("post", UnavailableError("no connection"))
    await write(storage, "k1")
    await deliver()
    assert keys(messenger) == []

    clock.advance(SECOND)
    await deliver()

    assert keys(messenger) == ["k1"]
    assert messenger.searches == []


async def test_the_wish_of_the_chat_is_honoured(
    clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    messenger.fail("post", RateLimitedError("429", retry_after=timedelta(seconds=20)))
    await write(storage, "k1")
    await deliver()

    clock.advance(timedelta(seconds=19))
    assert await deliver() == 0
    clock.advance(SECOND)
    assert await deliver() == 1


async def test_an_unseen_post_that_stands_is_adopted(
    clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    messenger.fail("post", UnseenError("timeout"), processed=True)
    await write(storage, "k1")
    await deliver()

    clock.advance(SECOND)
    await deliver()

    assert keys(messenger) == ["k1"]
    assert storage.sendings[0].ts == messenger.posts[0].ts


async def test_an_unseen_post_that_does_not_stand_is_sent(
    clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    messenger.fail("post", UnseenError("timeout"))
    await write(storage, "k1")
    await deliver()

    clock.advance(SECOND)
    await deliver()

    assert keys(messenger) == ["k1"]
    assert messenger.searches[0][1] < NIGHT


async def test_a_failed_search_waits_and_searches_again(
    clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    messenger.fail("post", UnseenError("timeout"), processed=True)
    messenger.fail("find", UnavailableError("no connection"))
    await write(storage, "k1")

    for _ in range(3):
        await deliver()
        clock.advance(timedelta(seconds=2))

    assert keys(messenger) == ["k1"]
    assert len(messenger.searches) == 2
    assert storage.sendings[0].ts == messenger.posts[0].ts


async def test_a_search_refused_for_good_ends_the_row(
    clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    messenger.fail("post", UnseenError("timeout"))
    messenger.fail("find", PermanentError("missing_scope"))
    await write(storage, "k1", "k2")
    await deliver()

    clock.advance(SECOND)
    await deliver()

    assert keys(messenger) == ["k2", "undelivered/k1"]


async def test_after_a_kill_in_the_middle_the_message_is_adopted(
    clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    await write(storage, "k1")
    async with storage() as uow:
        killed = await uow.outbox.claim(NIGHT, NIGHT + timedelta(seconds=20), "gone")
    assert killed is not None
    await messenger.post(killed, late=False)

    clock.advance(timedelta(seconds=20))
    await deliver()

    assert keys(messenger) == ["k1"]
    assert storage.sendings[0].ts == messenger.posts[0].ts


async def test_a_refused_post_is_told_to_operations_and_the_next_goes(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    messenger.fail("post", PermanentError("not_in_channel: invite the bot"))
    await write(storage, "k1", "k2")

    await deliver()

    told = messenger.posts[-1]
    assert keys(messenger) == ["k2", "undelivered/k1"]
    assert told.sending.channel == OPERATIONS
    assert isinstance(told.sending.message, Trouble)
    assert "not_in_channel" in told.sending.message.meaning


async def test_trouble_that_cannot_be_told_is_not_told(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    messenger.fail("post", PermanentError("no"), PermanentError("no"))
    await write(storage, "k1")

    await deliver()

    assert [sending.key for sending in storage.sendings] == ["k1", "undelivered/k1"]


async def test_without_an_operations_channel_nothing_is_told(
    clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger
) -> None:
    deliver = Deliver(storage=storage, messenger=messenger, clock=clock, holder="a")
    messenger.fail("post", PermanentError("no"))
    await write(storage, "k1")

    await deliver()

    assert [sending.key for sending in storage.sendings] == ["k1"]


async def test_a_row_that_ends_the_program_each_time_is_given_up(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    await write(storage, "k1", "k2")
    for _ in range(5):
        async with storage() as uow:
            await uow.outbox.claim(NIGHT, NIGHT, "gone")

    await deliver()

    assert keys(messenger) == ["k2", "undelivered/k1"]


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


async def test_an_attempt_without_end_is_unseen(
    clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger
) -> None:
    async def hangs(sending: Sending) -> None:
        await asyncio.Event().wait()

    messenger.meanwhile = hangs
    await write(storage, "k1")
    impatient = Deliver(
        storage=storage, messenger=messenger, clock=clock, holder="a", attempt=timedelta(0)
    )

    await impatient()

    assert storage.sendings[0].unseen
    assert storage.tables.outbox[OutboxKey("k1")].due_at == NIGHT + SECOND


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


async def test_a_database_that_is_away_ends_nothing(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    await write(storage, "k1")
    storage.is_away = True
    assert await deliver() == 0

    storage.is_away = False

    assert await deliver() == 1


async def test_a_result_that_cannot_be_recorded_is_found_later(
    clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    async def goes_away(sending: Sending) -> None:
        storage.is_away = True

    messenger.meanwhile = goes_away
    await write(storage, "k1")
    await deliver()

    storage.is_away, messenger.meanwhile = False, None
    clock.advance(timedelta(seconds=20))
    await deliver()

    assert keys(messenger) == ["k1"]
    assert storage.sendings[0].ts == messenger.posts[0].ts


async def test_a_defect_in_one_message_does_not_keep_the_others_back(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    messenger.fail("post", ZeroDivisionError())
    await write(storage, "broken")
    await write(storage, "sound", channel=OTHER)
    with pytest.raises(ExceptionGroup):
        await deliver()

    async with storage() as uow:  # as after the 20 s of a claim, for the one that was cancelled
        await uow.outbox.release("a", NIGHT)
    await deliver()

    assert sorted(keys(messenger)) == ["broken", "sound"]


async def test_stopping_gives_claims_back(storage: FakeStorage, deliver: Deliver) -> None:
    await write(storage, "k1")
    async with storage() as uow:
        await uow.outbox.claim(NIGHT, NIGHT + timedelta(hours=1), "a")

    await deliver.hand_back()

    assert await deliver() == 1
