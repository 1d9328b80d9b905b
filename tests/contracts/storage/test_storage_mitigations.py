"""What every storage promises about previews, presses and who works on them."""

import asyncio
from datetime import timedelta

from bot.domain.ids import IncidentId, MitigationId, PreviewId
from bot.domain.mitigation import MitigationKind, State
from bot.ports import Claim, Storage
from tests.builders import NIGHT, a_preview, a_run, a_service

SOON = NIGHT + timedelta(seconds=15)
M1, M2, M3 = MitigationId("m1"), MitigationId("m2"), MitigationId("m3")
OBJECT = "/default/ideogram-service"


async def test_a_preview_comes_back_equal(storage: Storage) -> None:
    async with storage() as uow:
        await uow.mitigations.add_preview(a_preview(expected=timedelta(seconds=48)))

    async with storage() as uow:
        found = await uow.mitigations.preview(PreviewId("p1"))
        assert found == a_preview(expected=timedelta(seconds=48))


async def test_what_is_unknown_is_none(storage: Storage) -> None:
    async with storage() as uow:
        assert await uow.mitigations.preview(PreviewId("p9")) is None
        assert await uow.mitigations.get(M1) is None
        assert not await uow.mitigations.settle(PreviewId("p9"), M1)


async def test_a_preview_is_settled_once(storage: Storage) -> None:
    async with storage() as uow:
        await uow.mitigations.add_preview(a_preview())
        answers = [await uow.mitigations.settle(PreviewId("p1"), by) for by in (M1, M2)]

    async with storage() as uow:
        assert answers == [True, False]
        assert await uow.mitigations.preview(PreviewId("p1")) == a_preview(settled_by=M1)


async def test_of_two_people_pressing_at_once_one_wins(storage: Storage) -> None:
    async with storage() as uow:
        await uow.mitigations.add_preview(a_preview())

    async def press(by: MitigationId) -> bool:
        async with storage() as uow:
            return await uow.mitigations.settle(PreviewId("p1"), by)

    assert sorted(await asyncio.gather(press(M1), press(M2))) == [False, True]


async def test_an_object_has_one_place(storage: Storage) -> None:
    async with storage() as uow:
        answers = [await uow.mitigations.lock(OBJECT, by) for by in (M1, M2, M1)]

    assert answers == [None, M1, None]


async def test_only_its_holder_gives_a_place_back(storage: Storage) -> None:
    async with storage() as uow:
        await uow.mitigations.lock(OBJECT, M1)
        await uow.mitigations.unlock(OBJECT, M2)
        assert await uow.mitigations.lock(OBJECT, M2) == M1
        await uow.mitigations.unlock(OBJECT, M1)

        assert await uow.mitigations.lock(OBJECT, M2) is None


async def test_of_two_taking_a_place_at_once_one_wins(storage: Storage) -> None:
    async def take(by: MitigationId) -> MitigationId | None:
        async with storage() as uow:
            return await uow.mitigations.lock(OBJECT, by)

    answers = await asyncio.gather(take(M1), take(M2))

    assert answers.count(None) == 1


async def test_a_press_comes_back_equal(storage: Storage) -> None:
    async with storage() as uow:
        await uow.mitigations.insert(a_run(id=M1), holder="a", claimed_until=SOON)

    async with storage() as uow:
        assert await uow.mitigations.get(M1) == a_run(id=M1)


async def test_a_held_press_is_not_claimed(storage: Storage) -> None:
    async with storage() as uow:
        await uow.mitigations.insert(a_run(id=M1), holder="a", claimed_until=SOON)

        assert await uow.mitigations.claim(NIGHT, SOON, "b") is None


async def test_a_claim_that_ran_out_passes_on_with_the_next_epoch(storage: Storage) -> None:
    async with storage() as uow:
        await uow.mitigations.insert(a_run(id=M1), holder="a", claimed_until=NIGHT)

        assert await uow.mitigations.claim(NIGHT, SOON, "b") == Claim(a_run(id=M1), 2)


async def test_a_fenced_holder_saves_nothing(storage: Storage) -> None:
    async with storage() as uow:
        await uow.mitigations.insert(a_run(id=M1), holder="a", claimed_until=NIGHT)
        await uow.mitigations.claim(NIGHT, SOON, "b")

        stale = await uow.mitigations.save(a_run(id=M1, state=State.STUCK), epoch=1)

        assert not stale
        assert await uow.mitigations.get(M1) == a_run(id=M1)


async def test_the_holder_saves_and_prolongs_its_claim(storage: Storage) -> None:
    watching = a_run(id=M1, state=State.WATCHING, generation=7)
    async with storage() as uow:
        await uow.mitigations.insert(a_run(id=M1), holder="a", claimed_until=NIGHT)

        assert await uow.mitigations.save(watching, epoch=1, claimed_until=SOON)
        assert await uow.mitigations.get(M1) == watching
        assert await uow.mitigations.claim(NIGHT, SOON, "b") is None


async def test_a_change_from_outside_fences_the_holder(storage: Storage) -> None:
    undone = a_run(id=M1, undone_by=M2)
    async with storage() as uow:
        await uow.mitigations.insert(a_run(id=M1), holder="a", claimed_until=SOON)

        assert await uow.mitigations.save(undone, epoch=None)
        assert not await uow.mitigations.save(a_run(id=M1), epoch=1)
        assert await uow.mitigations.claim(NIGHT, SOON, "b") == Claim(undone, 3)


async def test_a_finished_press_is_never_claimed(storage: Storage) -> None:
    async with storage() as uow:
        await uow.mitigations.insert(a_run(id=M1), holder="a", claimed_until=NIGHT)
        await uow.mitigations.save(a_run(id=M1, state=State.EFFECTIVE), epoch=1)

        assert await uow.mitigations.claim(NIGHT, SOON, "b") is None


async def test_of_two_claimers_one_wins(storage: Storage) -> None:
    async with storage() as uow:
        await uow.mitigations.insert(a_run(id=M1), holder="a", claimed_until=NIGHT)

    async def claim(holder: str) -> Claim | None:
        async with storage() as uow:
            return await uow.mitigations.claim(NIGHT, SOON, holder)

    answers = await asyncio.gather(*(claim(name) for name in "bcde"))

    assert answers.count(None) == 3


async def test_released_claims_are_free_at_once(storage: Storage) -> None:
    async with storage() as uow:
        await uow.mitigations.insert(a_run(id=M1), holder="a", claimed_until=SOON)
        await uow.mitigations.insert(a_run(id=M2), holder="b", claimed_until=SOON)
        await uow.mitigations.release("b", NIGHT)

        assert await uow.mitigations.claim(NIGHT, SOON, "c") == Claim(a_run(id=M2), 2)


async def test_in_force_are_those_not_undone_oldest_first(storage: Storage) -> None:
    runs = [
        a_run(id=M2, state=State.EFFECTIVE),
        a_run(id=M1, state=State.VERIFYING),
        a_run(id=M3, state=State.EFFECTIVE, undone_by=M1),
        a_run(id=MitigationId("m4"), state=State.STOPPED),
        a_run(id=MitigationId("m5"), state=State.STUCK, object_key="other"),
    ]
    async with storage() as uow:
        for run in runs:
            await uow.mitigations.insert(run, holder="a", claimed_until=SOON)

        assert await uow.mitigations.in_force(OBJECT) == runs[:2]


async def test_the_presses_of_an_incident_are_listed_oldest_first(storage: Storage) -> None:
    async with storage() as uow:
        for run_id, incident in ((M2, 42), (M1, 42), (M3, 7)):
            run = a_run(id=run_id, incident_id=IncidentId(incident))
            await uow.mitigations.insert(run, holder="a", claimed_until=SOON)

        found = await uow.mitigations.of_incident(IncidentId(42))

    assert [run.id for run in found] == [M2, M1]


async def test_last_worked_is_the_newest_effective_one(storage: Storage) -> None:
    name, kind = a_service().name, MitigationKind.ENABLE_FALLBACK
    async with storage() as uow:
        assert await uow.mitigations.last_worked(name, kind) is None
        for run_id, state in ((M1, State.EFFECTIVE), (M2, State.EFFECTIVE), (M3, State.STUCK)):
            run = a_run(id=run_id, state=state)
            await uow.mitigations.insert(run, holder="a", claimed_until=SOON)

        found = await uow.mitigations.last_worked(name, kind)

    assert found == a_run(id=M2, state=State.EFFECTIVE)
