"""What every storage promises about writing and recording what is to be said."""

import asyncio
from datetime import timedelta

from bot.domain.ids import ChannelId, IncidentId, MessageTs, OutboxKey
from bot.domain.message import Note, NoteKind
from bot.domain.outbox import Sending, SendingKind
from bot.ports import Storage, UnitOfWork
from tests.builders import INCIDENTS, NIGHT

SOON = NIGHT + timedelta(seconds=15)
TS = MessageTs("1700000000.000100")
CARD, POST = OutboxKey("INC-42/card"), OutboxKey("INC-42/update/1")


def a_note(text: str = "") -> Note:
    return Note(NoteKind.DECLARED, IncidentId(42), text=text)


async def take(uow: UnitOfWork) -> Sending:
    claimed = await uow.outbox.claim(NIGHT, SOON, "a")
    assert claimed is not None
    return claimed


async def test_a_post_is_claimed_as_it_was_written(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.post(POST, INCIDENTS, a_note("é"), at=NIGHT, broadcast=True)

    async with storage() as uow:
        claimed = await take(uow)

    assert (claimed.key, claimed.kind, claimed.channel) == (POST, SendingKind.POST, INCIDENTS)
    assert (claimed.message, claimed.written_at, claimed.broadcast) == (a_note("é"), NIGHT, True)
    assert (claimed.unseen, claimed.attempts, claimed.first_tried_at) == (False, 1, NIGHT)


async def test_one_key_is_said_once(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.post(POST, INCIDENTS, a_note("first"), at=NIGHT)
        await uow.outbox.post(POST, INCIDENTS, a_note("second"), at=NIGHT)
        claimed = await take(uow)
        await uow.outbox.sent(claimed, TS, at=NIGHT)

        assert claimed.message == a_note("first")
        assert await uow.outbox.claim(NIGHT, SOON, "a") is None


async def test_a_file_is_uploaded_once(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.file(POST, INCIDENTS, a_note(), at=NIGHT)
        await uow.outbox.file(POST, INCIDENTS, a_note(), at=NIGHT)
        claimed = await take(uow)

        assert claimed.kind is SendingKind.FILE
        assert await uow.outbox.claim(NIGHT, SOON, "a") is None


async def test_of_two_claimers_one_wins(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.post(POST, INCIDENTS, a_note(), at=NIGHT)

    async def claim(holder: str) -> Sending | None:
        async with storage() as uow:
            return await uow.outbox.claim(NIGHT, SOON, holder)

    answers = await asyncio.gather(*(claim(name) for name in "abcd"))

    assert answers.count(None) == 3


async def test_many_claimers_take_each_row_once(storage: Storage) -> None:
    async with storage() as uow:
        for number in range(20):
            channel = ChannelId(f"C{number}")
            await uow.outbox.post(OutboxKey(f"k{number}"), channel, a_note(), at=NIGHT)

    taken = []

    async def work() -> None:
        while True:
            async with storage() as uow:
                claimed = await uow.outbox.claim(NIGHT, SOON, "a")
            if claimed is None:
                return
            taken.append(claimed.key)

    await asyncio.gather(*(work() for _ in range(4)))

    assert len(taken) == len(set(taken)) == 20


async def test_an_attempt_without_a_result_is_unseen_later(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.post(POST, INCIDENTS, a_note(), at=NIGHT)
        await uow.outbox.claim(NIGHT, NIGHT, "a")

        claimed = await take(uow)

    assert (claimed.unseen, claimed.attempts, claimed.first_tried_at) == (True, 2, NIGHT)


async def test_lapses_count_attempts_without_a_result_in_a_row(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.post(POST, INCIDENTS, a_note(), at=NIGHT)
        claimed = [await uow.outbox.claim(NIGHT, NIGHT, "a") for _ in range(3)]
        await uow.outbox.failed(await take(uow), at=NIGHT, again_at=NIGHT, unseen=True)

        assert [one.lapses for one in claimed if one] == [0, 1, 2]
        assert (await take(uow)).lapses == 0


async def test_a_released_claim_is_no_lapse(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.post(POST, INCIDENTS, a_note(), at=NIGHT)
        await take(uow)
        await uow.outbox.release("a", NIGHT)

        assert (await take(uow)).lapses == 0


async def test_an_attempt_that_had_no_effect_is_not_unseen_later(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.post(POST, INCIDENTS, a_note(), at=NIGHT)
        first = await take(uow)
        assert await uow.outbox.failed(first, at=NIGHT, again_at=NIGHT, unseen=False)

        claimed = await take(uow)

    assert (claimed.unseen, claimed.attempts) == (False, 2)


async def test_a_failed_row_waits(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.post(POST, INCIDENTS, a_note(), at=NIGHT)
        await uow.outbox.failed(await take(uow), at=NIGHT, again_at=SOON, unseen=True)

        assert await uow.outbox.claim(NIGHT, SOON, "a") is None


async def test_a_result_under_an_older_epoch_is_not_recorded(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.card(CARD, INCIDENTS, a_note(), at=NIGHT)
        stale = await uow.outbox.claim(NIGHT, NIGHT, "a")
        assert stale is not None
        await take(uow)

        assert not await uow.outbox.sent(stale, TS, at=NIGHT)
        assert not await uow.outbox.failed(stale, at=NIGHT, again_at=NIGHT, unseen=False)
        assert not await uow.outbox.repost(stale, at=NIGHT)
        assert not await uow.outbox.dead(stale, at=NIGHT, why="no")
        assert await uow.outbox.unlinked(9) == []


async def test_where_a_message_stands_is_remembered(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.post(POST, INCIDENTS, a_note(), at=NIGHT)
        await uow.outbox.card(CARD, INCIDENTS, a_note(), at=NIGHT)
        await uow.outbox.sent(await take(uow), TS, at=NIGHT)

    async with storage() as uow:
        assert [(one.key, one.ts) for one in await uow.outbox.unlinked(9)] == [(POST, TS)]


async def test_what_was_last_said_can_be_read(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.card(CARD, INCIDENTS, a_note("1"), at=NIGHT)
        await uow.outbox.card(CARD, INCIDENTS, a_note("2"), at=NIGHT)

    async with storage() as uow:
        assert await uow.outbox.message(CARD) == a_note("2")
        assert await uow.outbox.message(POST) is None


async def test_addresses_are_remembered_and_asked_for_once(storage: Storage) -> None:
    async with storage() as uow:
        for key in (POST, CARD, OutboxKey("unsent")):
            await uow.outbox.post(key, INCIDENTS, a_note(), at=NIGHT)
        for _ in range(2):
            await uow.outbox.sent(await take(uow), TS, at=NIGHT)
        before = [one.key for one in await uow.outbox.unlinked(9)]
        await uow.outbox.linked(POST, "https://x.slack.com/p1")
        await uow.outbox.linked(CARD, "")

        assert before == [POST, CARD]
        assert await uow.outbox.unlinked(9) == []
        assert await uow.outbox.links([POST, CARD]) == {POST: "https://x.slack.com/p1"}


async def test_no_keys_have_no_addresses(storage: Storage) -> None:
    async with storage() as uow:
        assert await uow.outbox.links([]) == {}


async def test_released_claims_are_free_at_once_and_unseen(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.post(POST, INCIDENTS, a_note(), at=NIGHT)
        await take(uow)
        await uow.outbox.release("a", NIGHT)

        assert (await take(uow)).unseen


async def test_others_claims_stay_on_release(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.post(POST, INCIDENTS, a_note(), at=NIGHT)
        await take(uow)
        await uow.outbox.release("b", NIGHT)

        assert await uow.outbox.claim(NIGHT, SOON, "b") is None


async def test_writing_wakes_the_deliverer(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.post(POST, INCIDENTS, a_note(), at=NIGHT)

    async with asyncio.timeout(5):
        await storage.wait_for_outbox(timedelta(hours=1))


async def test_without_writing_the_wait_ends_by_itself(storage: Storage) -> None:
    async with storage() as uow:
        await uow.outbox.links([])

    async with asyncio.timeout(5):
        await storage.wait_for_outbox(timedelta(0))
