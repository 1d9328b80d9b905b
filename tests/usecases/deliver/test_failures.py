"""Whatever the chat answers: nothing is lost, nothing is said twice."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.answer import AnswerClass
from bot.domain.errors import (
    PermanentError,
    RateLimitedError,
    SignedOutError,
    UnavailableError,
    UnseenError,
)
from bot.domain.ids import ChannelId, IncidentId, MessageTs, OutboxKey, ServiceName, TriageId
from bot.domain.in_force import IdeogramIsBack, StillInForce
from bot.domain.incident import Status, clocks
from bot.domain.message import (
    IncidentCard,
    Message,
    MitigationOffers,
    MitigationOutcome,
    MitigationProgress,
    Note,
    NoteKind,
    Postmortem,
    StatusUpdate,
    Trouble,
)
from bot.domain.outbox import Sending
from bot.domain.recovery import begun
from bot.domain.replies import BillingRequest, Verification
from bot.domain.service import Call
from bot.domain.severity import Severity
from bot.domain.triage_table import TriageTable
from bot.usecases.deliver import Deliver
from tests.builders import ANA, BEN, INCIDENTS, NIGHT, a_run, an_incident
from tests.fakes.clock import FakeClock
from tests.fakes.messenger import FakeMessenger
from tests.fakes.storage import FakeStorage
from tests.sayings import a_card, a_diagnosis
from tests.usecases.deliver.outgoing import OPERATIONS, OTHER, SECOND, keys, write

HOUR = f"{NIGHT:%Y%m%d%H}"


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

    assert keys(messenger) == ["k2", f"undelivered/k1/{HOUR}"]


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
    assert keys(messenger) == ["k2", f"undelivered/k1/{HOUR}"]
    assert told.sending.channel == OPERATIONS
    assert isinstance(told.sending.message, Trouble)
    assert "not_in_channel" in told.sending.message.meaning


@pytest.mark.parametrize(
    "card",
    [
        a_card(asked_by=ANA),
        IncidentCard(an_incident(declared_by=ANA)),
        IncidentCard(an_incident(declared_by=BEN, owner=ANA)),
        MitigationProgress(a_run(by=ANA)),
        MitigationOutcome(a_run(by=ANA)),
        IdeogramIsBack(a_run(by=BEN), begun(a_run(), None), ANA),
        StillInForce(a_run(by=BEN), begun(a_run(), None), ANA, NIGHT),
        TriageTable(NIGHT, (), 0, "prod-eu", asked_by=ANA),
        Postmortem(an_incident(declared_by=ANA), (), clocks(an_incident()), NIGHT),
        StatusUpdate(
            IncidentId(1), Severity.P1, Status.MITIGATED, "i", "c", "a", None, None, 1, by=ANA
        ),
        Note(NoteKind.DECLARED, IncidentId(1), ANA),
        Verification(
            ServiceName("x"),
            TriageId(1),
            Call.V3,
            AnswerClass.IMAGE,
            "",
            ANA,
            NIGHT,
            Decimal(0),
        ),
        BillingRequest(ServiceName("x"), TriageId(1), a_diagnosis(), BEN, ANA, ""),
    ],
)
async def test_who_waits_for_a_card_is_told_directly_that_it_has_no_place(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver, card: Message
) -> None:
    messenger.fail("post", PermanentError("not_in_channel"))
    async with storage() as uow:
        await uow.outbox.card(OutboxKey("INC-1/card"), INCIDENTS, card, at=NIGHT)

    await deliver()

    told = [(one.sending.channel, one.sending.message) for one in messenger.posts]
    assert {channel for channel, _ in told} == {OPERATIONS, ANA}
    assert all(isinstance(one, Trouble) and one.whom == ANA for _, one in told)


async def test_where_nobody_is_known_to_wait_operations_are_told(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    messenger.fail("post", PermanentError("not_in_channel"))
    async with storage() as uow:
        offers = MitigationOffers(ServiceName("x"), ())
        await uow.outbox.post(OutboxKey("offers/1"), INCIDENTS, offers, at=NIGHT)

    await deliver()

    assert [one.sending.channel for one in messenger.posts] == [OPERATIONS]


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


async def test_a_place_that_stays_shut_is_told_once_an_hour(
    clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    for wait in (0, 10, 50):
        clock.advance(timedelta(minutes=wait))
        messenger.fail("post", PermanentError("not_in_channel"))
        async with storage() as uow:
            await uow.outbox.card(OutboxKey("T-1/card"), INCIDENTS, a_card(), at=clock.now())
        await deliver()

    assert len({one for one in keys(messenger) if one.startswith("undelivered/T-1")}) == 2


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


async def test_trouble_that_cannot_be_told_is_not_told(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    messenger.fail("post", PermanentError("no"), PermanentError("no"))
    await write(storage, "k1")

    await deliver()

    assert [sending.key for sending in storage.sendings] == ["k1", f"undelivered/k1/{HOUR}"]


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

    assert keys(messenger) == ["k2", f"undelivered/k1/{HOUR}"]


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
