"""Cards: one message with the newest state, edited at a bearable pace."""

from datetime import timedelta

from bot.domain.errors import PermanentError, UnavailableError, UnseenError
from bot.domain.ids import OutboxKey
from bot.domain.message import TriageCard, TriageState
from bot.domain.outbox import Sending
from bot.usecases.deliver import ATTEMPT, Deliver, EditPace
from tests.builders import INCIDENTS, NIGHT
from tests.fakes.clock import FakeClock
from tests.fakes.messenger import FakeMessenger
from tests.fakes.storage import FakeStorage
from tests.sayings import a_card
from tests.usecases.deliver.outgoing import SECOND, a_note

CARD = OutboxKey("INC-42/card")


async def show(storage: FakeStorage, *texts: str, key: str = CARD) -> None:
    async with storage() as uow:
        for text in texts:
            await uow.outbox.card(OutboxKey(key), INCIDENTS, a_note(text), at=NIGHT)


def edits(messenger: FakeMessenger) -> list[object]:
    return [update.message for update in messenger.updates]


async def test_a_card_begins_as_a_post_of_its_newest_state(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    await show(storage, "1", "2")

    await deliver()

    assert messenger.said == [a_note("2")]
    assert messenger.updates == []


async def test_the_first_edit_goes_at_once_and_the_next_waits(
    clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    for text in ("1", "2", "3"):
        await show(storage, text)
        await deliver()
    assert edits(messenger) == [a_note("2")]

    clock.advance(2 * SECOND)
    await deliver()

    assert edits(messenger) == [a_note("2"), a_note("3")]


async def test_a_verdict_and_its_buttons_do_not_wait_for_the_picture_before_them(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    for state in (one for one in TriageState if one is not TriageState.INTERRUPTED):
        async with storage() as uow:
            await uow.outbox.card(CARD, INCIDENTS, a_card(state=state), at=NIGHT)
        await deliver()

    cards = [one for one in edits(messenger) if isinstance(one, TriageCard)]
    shown = [card.state for card in cards]
    assert shown == [TriageState.SO_FAR, TriageState.JUDGED, TriageState.EARLY]


async def test_states_in_between_are_left_out(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    await show(storage, "1")
    await deliver()
    await show(storage, "2", "3", "4")

    await deliver()

    assert edits(messenger) == [a_note("4")]


async def test_a_card_is_never_late(
    clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    await show(storage, "1")

    clock.advance(timedelta(hours=1))
    await deliver()

    assert not messenger.posts[0].late


async def test_a_reply_stands_in_the_thread_of_its_card(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    async with storage() as uow:
        await uow.outbox.post(OutboxKey("k1"), INCIDENTS, a_note("1"), at=NIGHT, parent=CARD)
        await uow.outbox.card(CARD, INCIDENTS, a_note("card"), at=NIGHT)

    await deliver()

    card, reply = messenger.posts
    assert (card.sending.key, reply.sending.parent_ts) == (CARD, card.ts)


async def test_an_adopted_card_is_brought_up_to_date(
    clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    messenger.fail("post", UnseenError("timeout"), processed=True)
    await show(storage, "1")
    await deliver()
    await show(storage, "2")

    clock.advance(SECOND)
    await deliver()

    assert messenger.said == [a_note("1")]
    assert edits(messenger) == [a_note("2")]


async def test_an_edit_that_failed_is_repeated(
    clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    await show(storage, "1")
    await deliver()
    messenger.fail("update", UnavailableError("no connection"), UnseenError("timeout"))
    await show(storage, "2")

    for _ in range(3):
        await deliver()
        clock.advance(2 * SECOND)

    assert edits(messenger) == [a_note("2")]
    assert messenger.searches == []


async def test_an_edit_refused_for_good_becomes_a_new_post(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    await show(storage, "1")
    await deliver()
    messenger.fail("update", PermanentError("message_not_found"))
    await show(storage, "2")

    await deliver()

    assert messenger.said == [a_note("1"), a_note("2")]
    assert storage.sendings[0].ts == messenger.posts[1].ts


async def test_all_edits_together_stay_below_40_a_minute(
    clock: FakeClock, storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    cards = [f"card/{number}" for number in range(45)]
    for text in ("1", "2"):
        for key in cards:
            await show(storage, text, key=key)
        await deliver()
    assert len(messenger.updates) == 40

    clock.advance(timedelta(minutes=1))
    await deliver()

    assert len({update.key for update in messenger.updates}) == 45


async def test_a_lost_claim_leaves_the_row_to_its_new_holder(
    storage: FakeStorage, messenger: FakeMessenger, deliver: Deliver
) -> None:
    async def is_overtaken(sending: Sending) -> None:
        messenger.meanwhile = None
        later = NIGHT + timedelta(hours=1)
        async with storage() as uow:
            await uow.outbox.claim(later, later + ATTEMPT, "b")

    messenger.meanwhile = is_overtaken
    await show(storage, "1")

    await deliver()

    assert storage.sendings[0].ts is None
    assert storage.sendings[0].unseen


def test_the_pace_lets_one_more_go_a_minute_after_the_first() -> None:
    pace = EditPace()
    for second in range(40):
        assert not pace.wait(timedelta(seconds=second))

    assert pace.wait(timedelta(seconds=45)) == timedelta(seconds=15)
    assert not pace.wait(timedelta(seconds=60))
    assert pace.wait(timedelta(seconds=60)) == SECOND
