"""Whatever the chat answers: nothing is lost, nothing is said twice."""

import asyncio
from datetime import timedelta

from bot.domain.errors import RateLimitedError, SignedOutError, UnavailableError, UnseenError
from bot.domain.ids import ChannelId, MessageTs, OutboxKey
from bot.domain.outbox import Sending
from bot.usecases.deliver import Deliver
from tests.builders import NIGHT
from tests.fakes.clock import FakeClock
from tests.fakes.messenger import FakeMessenger
from tests.fakes.storage import FakeStorage
from tests.usecases.deliver.outgoing import OTHER, SECOND, keys, write


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


async def test_a_token_that_is_refused_costs_no_message(
    clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    messenger.fail("post", SignedOutError("Slack refused chat.postMessage: invalid_auth."))
    await write(storage, "k1")
    await deliver()
    assert keys(messenger) == []

    clock.advance(timedelta(minutes=1))
    await deliver()

    assert keys(messenger) == ["k1"]
    assert messenger.searches == []


class Linkless(FakeMessenger):
    """A chat whose answer about an address is not what it was."""

    async def link(self, channel: ChannelId, ts: MessageTs) -> str | None:
        raise KeyError("permalink")


async def test_links_that_cannot_be_looked_up_end_nothing(
    clock: FakeClock, storage: FakeStorage
) -> None:
    messenger = Linkless(clock)
    await write(storage, "k1")

    await Deliver(storage=storage, messenger=messenger, clock=clock, holder="a")()

    assert keys(messenger) == ["k1"]


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

    await deliver()

    assert keys(messenger) == ["sound"]
    assert [one.unseen for one in storage.sendings] == [True, False]


async def test_stopping_gives_claims_back(storage: FakeStorage, deliver: Deliver) -> None:
    await write(storage, "k1")
    async with storage() as uow:
        await uow.outbox.claim(NIGHT, NIGHT + timedelta(hours=1), "a")

    await deliver.hand_back()

    assert await deliver() == 1
