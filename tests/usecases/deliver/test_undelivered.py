"""What can be said nowhere is told instead: to operations, and to who waits for it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.answer import AnswerClass
from bot.domain.errors import PermanentError, UnseenError
from bot.domain.ids import IncidentId, OutboxKey, ServiceName, TriageId
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
from tests.usecases.deliver.outgoing import OPERATIONS, SECOND, keys, write

HOUR = f"{NIGHT:%Y%m%d%H}"


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
