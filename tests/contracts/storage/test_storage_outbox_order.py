"""What every storage promises about the order within conversations, threads and cards."""

from datetime import datetime, timedelta

import pytest

from bot.domain.ids import ChannelId, IncidentId, MessageTs, OutboxKey
from bot.domain.message import Note, NoteKind
from bot.domain.outbox import Sending
from bot.ports import Storage, UnitOfWork
from tests.builders import INCIDENTS, NIGHT

SOON = NIGHT + timedelta(seconds=15)
TS, TS2 = MessageTs("1700000000.000100"), MessageTs("1700000009.000100")
CARD, FIRST, SECOND = OutboxKey("INC-42/card"), OutboxKey("k1"), OutboxKey("k2")


def a_note(text: str = "") -> Note:
    return Note(NoteKind.DECLARED, IncidentId(42), text=text)


async def take(uow: UnitOfWork) -> Sending:
    claimed = await uow.outbox.claim(NIGHT, SOON, "a")
    assert claimed is not None
    return claimed


async def nothing_is_due(uow: UnitOfWork) -> bool:
    return await uow.outbox.claim(NIGHT, SOON, "a") is None


async def a_sent_card(uow: UnitOfWork, not_before: datetime | None = None) -> None:
    await uow.outbox.card(CARD, INCIDENTS, a_note("1"), at=NIGHT)
    await uow.outbox.sent(await take(uow), TS, at=NIGHT, not_before=not_before)


async def test_a_conversation_goes_one_by_one(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.post(FIRST, INCIDENTS, a_note(), at=NIGHT)
        await uow.outbox.post(SECOND, INCIDENTS, a_note(), at=NIGHT)

        first = await take(uow)
        assert await nothing_is_due(uow)
        await uow.outbox.sent(first, TS, at=NIGHT)

        assert [first.key, (await take(uow)).key] == [FIRST, SECOND]


async def test_a_waiting_row_holds_its_conversation_up(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.post(FIRST, INCIDENTS, a_note(), at=NIGHT)
        await uow.outbox.post(SECOND, INCIDENTS, a_note(), at=NIGHT)
        await uow.outbox.failed(await take(uow), at=NIGHT, again_at=SOON, unseen=False)

        assert await nothing_is_due(uow)


async def test_other_conversations_do_not_wait(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.post(FIRST, INCIDENTS, a_note(), at=NIGHT)
        await uow.outbox.post(SECOND, ChannelId("C0OTHER"), a_note(), at=NIGHT)

        assert [(await take(uow)).key, (await take(uow)).key] == [FIRST, SECOND]


async def test_a_reply_waits_until_its_parent_stands(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.card(CARD, INCIDENTS, a_note(), at=NIGHT)
        await uow.outbox.post(FIRST, INCIDENTS, a_note(), at=NIGHT, parent=CARD)
        card = await take(uow)
        assert await nothing_is_due(uow)
        await uow.outbox.sent(card, TS, at=NIGHT)

        reply = await take(uow)

    assert (reply.key, reply.parent, reply.parent_ts) == (FIRST, CARD, TS)


async def test_a_reply_to_what_was_never_written_waits(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.post(FIRST, INCIDENTS, a_note(), at=NIGHT, parent=CARD)

        assert await nothing_is_due(uow)


async def test_after_a_dead_row_the_next_goes(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.post(FIRST, INCIDENTS, a_note(), at=NIGHT)
        await uow.outbox.post(SECOND, INCIDENTS, a_note(), at=NIGHT)
        await uow.outbox.dead(await take(uow), at=NIGHT, why="not_in_channel")

        assert (await take(uow)).key == SECOND


async def test_a_reply_to_a_dead_parent_goes_to_the_channel(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.card(CARD, INCIDENTS, a_note(), at=NIGHT)
        await uow.outbox.post(FIRST, INCIDENTS, a_note(), at=NIGHT, parent=CARD)
        await uow.outbox.dead(await take(uow), at=NIGHT, why="invalid_blocks")

        reply = await take(uow)

    assert (reply.key, reply.parent, reply.parent_ts) == (FIRST, None, None)


async def test_before_its_first_sending_a_card_takes_the_newest_state(storage: Storage) -> None:
    async with storage() as uow:
        for text in "123":
            await uow.outbox.card(CARD, INCIDENTS, a_note(text), at=NIGHT)

        card = await take(uow)

    assert (card.message, card.revision, card.sent_revision) == (a_note("3"), 3, 0)


async def test_states_between_two_edits_are_one_edit(storage: Storage) -> None:
    async with storage() as uow:
        await a_sent_card(uow)
        await uow.outbox.card(CARD, INCIDENTS, a_note("2"), at=NIGHT)
        await uow.outbox.card(CARD, INCIDENTS, a_note("3"), at=NIGHT)

        edit = await take(uow)
        await uow.outbox.sent(edit, TS, at=NIGHT)

        assert (edit.message, edit.ts, edit.revision) == (a_note("3"), TS, 3)
        assert await nothing_is_due(uow)


async def test_a_state_written_during_an_edit_is_sent_next(storage: Storage) -> None:
    async with storage() as uow:
        await a_sent_card(uow)
        await uow.outbox.card(CARD, INCIDENTS, a_note("2"), at=NIGHT)
        edit = await take(uow)
        await uow.outbox.card(CARD, INCIDENTS, a_note("3"), at=NIGHT)
        await uow.outbox.sent(edit, TS, at=NIGHT)

        assert (await take(uow)).message == a_note("3")


async def test_an_edit_waits_its_time(storage: Storage) -> None:
    async with storage() as uow:
        await a_sent_card(uow, not_before=SOON)
        await uow.outbox.card(CARD, INCIDENTS, a_note("2"), at=NIGHT)

        assert await nothing_is_due(uow)


async def test_an_edit_waits_for_no_post(storage: Storage) -> None:
    async with storage() as uow:
        await a_sent_card(uow)
        await uow.outbox.post(FIRST, INCIDENTS, a_note(), at=NIGHT)
        await take(uow)
        await uow.outbox.card(CARD, INCIDENTS, a_note("2"), at=NIGHT)

        assert (await take(uow)).key == CARD


async def test_an_unchanged_card_is_not_edited(storage: Storage) -> None:
    async with storage() as uow:
        await a_sent_card(uow)

        assert await nothing_is_due(uow)


async def test_a_reposted_card_is_a_new_post(storage: Storage) -> None:
    async with storage() as uow:
        await a_sent_card(uow)
        await uow.outbox.linked(CARD, "https://x.slack.com/p1")
        await uow.outbox.card(CARD, INCIDENTS, a_note("2"), at=NIGHT)
        await uow.outbox.repost(await take(uow), at=NIGHT)

        card = await take(uow)
        await uow.outbox.sent(card, TS2, at=NIGHT)

        assert (card.ts, card.unseen, card.message) == (None, False, a_note("2"))
        assert [(one.key, one.ts) for one in await uow.outbox.unlinked(9)] == [(CARD, TS2)]


async def test_an_edit_keeps_the_address(storage: Storage) -> None:
    async with storage() as uow:
        await a_sent_card(uow)
        await uow.outbox.linked(CARD, "https://x.slack.com/p1")
        await uow.outbox.card(CARD, INCIDENTS, a_note("2"), at=NIGHT)
        await uow.outbox.sent(await take(uow), TS, at=NIGHT)

        assert await uow.outbox.links([CARD]) == {CARD: "https://x.slack.com/p1"}


async def test_a_new_state_brings_a_dead_card_back(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.card(CARD, INCIDENTS, a_note("1"), at=NIGHT)
        await uow.outbox.dead(await take(uow), at=NIGHT, why="invalid_blocks")
        assert await nothing_is_due(uow)
        await uow.outbox.card(CARD, INCIDENTS, a_note("2"), at=NIGHT)

        back = await take(uow)

        assert back.message == a_note("2")
        assert (back.unseen, back.attempts) == (False, 1)  # nothing of it is looked for


@pytest.mark.parametrize("kind", ["post", "file"])
async def test_what_is_sent_once_is_never_edited(storage: Storage, kind: str) -> None:
    async with storage() as uow:
        write = uow.outbox.post if kind == "post" else uow.outbox.file
        await write(FIRST, INCIDENTS, a_note("1"), at=NIGHT)
        await uow.outbox.sent(await take(uow), TS, at=NIGHT)
        await write(FIRST, INCIDENTS, a_note("2"), at=NIGHT)

        assert await nothing_is_due(uow)
