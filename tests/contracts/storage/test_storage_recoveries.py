"""What every storage promises about what is due while mitigations are in force."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.domain.ids import MitigationId, PreviewId
from bot.domain.mitigation import State
from bot.domain.recovery import Recovery, begun
from bot.ports import RecoveryClaim, Storage
from tests.builders import NIGHT, a_run

SOON = NIGHT + timedelta(minutes=2)
EVERY = timedelta(minutes=10)
M1, M2, M3 = MitigationId("m1"), MitigationId("m2"), MitigationId("m3")


def a_recovery(run_id: MitigationId = M1, due_in: timedelta = timedelta(0)) -> Recovery:
    return begun(a_run(id=run_id, pressed_at=NIGHT - EVERY + due_in), EVERY)


async def begin(storage: Storage, *recoveries: Recovery) -> None:
    async with storage() as uow:
        for recovery in recoveries:
            await uow.recoveries.begin(recovery)


async def test_what_was_begun_comes_back_equal(storage: Storage) -> None:
    recovery = a_recovery().checked(NIGHT, "503", got_image=True).told(NIGHT, (PreviewId("p1"),))
    await begin(storage, recovery)

    async with storage() as uow:
        assert await uow.recoveries.get(M1) == recovery
        assert await uow.recoveries.get(M2) is None


async def test_one_under_way_is_not_begun_again(storage: Storage) -> None:
    await begin(storage, a_recovery(), replace(a_recovery(), in_a_row=2))

    async with storage() as uow:
        assert await uow.recoveries.get(M1) == a_recovery()


async def test_one_that_ended_begins_anew_and_fences_who_held_it(storage: Storage) -> None:
    await begin(storage, a_recovery())
    async with storage() as uow:
        claimed = await uow.recoveries.claim(NIGHT, SOON)
        assert claimed is not None
        await uow.recoveries.save(a_recovery().ended(NIGHT), epoch=claimed.epoch)
    await begin(storage, a_recovery())

    async with storage() as uow:
        assert not await uow.recoveries.save(a_recovery(), epoch=claimed.epoch)
        again = await uow.recoveries.claim(NIGHT, SOON)

    assert again == RecoveryClaim(a_recovery(), 4)


async def test_only_what_is_due_is_claimed(storage: Storage) -> None:
    late = a_recovery(M2, due_in=timedelta(hours=1))
    over = replace(a_recovery(M3), next_check_at=None, next_reminder_at=None)
    await begin(storage, late, over)

    async with storage() as uow:
        assert await uow.recoveries.claim(NIGHT, SOON) is None


async def test_what_is_due_for_longest_is_claimed_first(storage: Storage) -> None:
    await begin(storage, a_recovery(M1), a_recovery(M2, due_in=-EVERY))

    async with storage() as uow:
        first = await uow.recoveries.claim(NIGHT, SOON)

    assert first == RecoveryClaim(a_recovery(M2, due_in=-EVERY), 2)


async def test_of_many_claimers_one_wins(storage: Storage) -> None:
    await begin(storage, a_recovery())

    async def claim() -> RecoveryClaim | None:
        async with storage() as uow:
            return await uow.recoveries.claim(NIGHT, SOON)

    answers = await asyncio.gather(*(claim() for _ in range(4)))

    assert answers.count(None) == 3


async def test_a_claim_that_ran_out_passes_on_and_fences_the_first(storage: Storage) -> None:
    await begin(storage, a_recovery())
    async with storage() as uow:
        first = await uow.recoveries.claim(NIGHT, NIGHT)
        second = await uow.recoveries.claim(NIGHT, SOON)
        assert first is not None
        assert second is not None

        assert second.epoch == first.epoch + 1
        assert not await uow.recoveries.save(a_recovery(), epoch=first.epoch)
        assert await uow.recoveries.save(a_recovery(), epoch=second.epoch)


async def test_saving_gives_the_claim_back_or_prolongs_it(storage: Storage) -> None:
    await begin(storage, a_recovery())
    async with storage() as uow:
        claimed = await uow.recoveries.claim(NIGHT, SOON)
        assert claimed is not None

        await uow.recoveries.save(a_recovery(), epoch=claimed.epoch, claimed_until=SOON)
        assert await uow.recoveries.claim(NIGHT, SOON) is None
        await uow.recoveries.save(a_recovery(), epoch=claimed.epoch)
        assert await uow.recoveries.claim(NIGHT, SOON) is not None


async def test_standing_are_the_newest_in_force_anywhere_oldest_first(storage: Storage) -> None:
    runs = [
        a_run(id=M1, state=State.EFFECTIVE),
        a_run(id=M2, state=State.EFFECTIVE, undone_by=M1),
        a_run(id=M3, state=State.UNVERIFIED, object_key="other"),
        a_run(id=MitigationId("m4"), state=State.STOPPED),
        a_run(id=MitigationId("m5"), state=State.STUCK),
    ]
    async with storage() as uow:
        for run in runs:
            await uow.mitigations.insert(run, holder="a", claimed_until=SOON)

        assert await uow.mitigations.standing(9) == [runs[0], runs[2], runs[4]]
        assert await uow.mitigations.standing(2) == [runs[2], runs[4]]
