"""What every storage promises about triages, the budget and the audit trail."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.domain.diagnosis import Mode
from bot.domain.ids import ServiceName, TriageId
from bot.domain.message import TriageCard, TriageState
from bot.domain.service import Call
from bot.domain.triage import Triage
from bot.ports import AuditEntry, Storage
from tests.builders import ANA, INCIDENTS, NIGHT, a_preview, a_result

SERVICE = ServiceName("ideogram-service")
SOON = NIGHT + timedelta(seconds=15)
DAY = NIGHT.date()


def a_triage(number: int = 1, **changes: Any) -> Triage:
    card = TriageCard(
        triage_id=TriageId(number),
        service=SERVICE,
        mode=Mode.FULL,
        state=TriageState.RUNNING,
        started_at=NIGHT,
        calls=(Call.V3,),
        results=(a_result(latency=timedelta(milliseconds=412.5), cost=Decimal("0.030")),),
        offers=(a_preview(),),
        duration=timedelta(seconds=6.15),
    )
    values: dict[str, Any] = {"id": TriageId(number), "service": SERVICE, "channel": INCIDENTS}
    return Triage(**(values | {"started_at": NIGHT, "card": card} | changes))


async def test_what_was_saved_comes_back_equal(storage: Storage) -> None:
    async with storage() as uow:
        await uow.triages.save(a_triage(asked_by=ANA), claimed_until=SOON)

    async with storage() as uow:
        assert await uow.triages.get(TriageId(1)) == a_triage(asked_by=ANA)


async def test_an_unknown_triage_is_none(storage: Storage) -> None:
    async with storage() as uow:
        assert await uow.triages.get(TriageId(9)) is None


async def test_triages_have_numbers_of_their_own(storage: Storage) -> None:
    async with storage() as uow:
        await uow.incidents.next_id()

        assert [await uow.triages.next_id(), await uow.triages.next_id()] == [1, 2]


async def test_running_is_the_newest_of_the_service_that_is_claimed(storage: Storage) -> None:
    async with storage() as uow:
        await uow.triages.save(a_triage(1), claimed_until=SOON)
        await uow.triages.save(a_triage(2), claimed_until=SOON)
        await uow.triages.save(a_triage(3), claimed_until=NIGHT)
        await uow.triages.save(a_triage(4, ended_at=NIGHT), claimed_until=None)
        await uow.triages.save(a_triage(5, service=ServiceName("other")), claimed_until=SOON)

    async with storage() as uow:
        running = await uow.triages.running(SERVICE, NIGHT)
        assert running is not None
        assert running.id == 2
        assert await uow.triages.running(ServiceName("nobody"), NIGHT) is None


async def test_of_those_who_look_for_a_running_one_and_open_one_at_once_one_opens(
    storage: Storage,
) -> None:
    async def ask() -> bool:
        async with storage() as uow:
            if await uow.triages.running(SERVICE, NIGHT) is not None:
                return False
            await uow.triages.save(a_triage(await uow.triages.next_id()), claimed_until=SOON)
            return True

    answers = await asyncio.gather(*(ask() for _ in range(5)))

    assert answers.count(True) == 1


async def test_abandoned_are_those_running_whose_claim_ran_out(storage: Storage) -> None:
    async with storage() as uow:
        await uow.triages.save(a_triage(1), claimed_until=NIGHT)
        await uow.triages.save(a_triage(2), claimed_until=SOON)
        await uow.triages.save(a_triage(3, ended_at=NIGHT), claimed_until=None)

    async with storage() as uow:
        assert [one.id for one in await uow.triages.abandoned(NIGHT)] == [1]


async def test_the_newest_triage_is_the_newest_that_ended(storage: Storage) -> None:
    async with storage() as uow:
        await uow.triages.save(a_triage(1, ended_at=NIGHT), claimed_until=None)
        await uow.triages.save(a_triage(2, ended_at=NIGHT), claimed_until=None)
        await uow.triages.save(a_triage(3), claimed_until=SOON)

    async with storage() as uow:
        newest = await uow.triages.newest(SERVICE)
        assert newest is not None
        assert newest.id == 2
        assert await uow.triages.newest(ServiceName("other")) is None


async def test_reserving_stops_at_the_limit(storage: Storage) -> None:
    async with storage() as uow:
        first = await uow.budget.reserve(DAY, Decimal("0.06"), limit=Decimal("0.10"))
        second = await uow.budget.reserve(DAY, Decimal("0.05"), limit=Decimal("0.10"))

    async with storage() as uow:
        assert (first, second) == (True, False)
        assert await uow.budget.used(DAY) == Decimal("0.06")


async def test_money_may_be_spent_to_the_last_cent(storage: Storage) -> None:
    async with storage() as uow:
        for _ in range(4):
            assert await uow.budget.reserve(DAY, Decimal("0.025"), limit=Decimal("0.1"))


async def test_reserving_at_once_never_passes_the_limit(storage: Storage) -> None:
    async def reserve() -> bool:
        async with storage() as uow:
            return await uow.budget.reserve(DAY, Decimal("0.03"), limit=Decimal("0.10"))

    answers = await asyncio.gather(*(reserve() for _ in range(8)))

    assert answers.count(True) == 3


async def test_more_may_be_spent_than_was_reserved(storage: Storage) -> None:
    async with storage() as uow:
        await uow.budget.release(DAY, Decimal("-0.10"))

    async with storage() as uow:
        assert await uow.budget.used(DAY) == Decimal("0.10")


async def test_released_money_can_be_reserved_again(storage: Storage) -> None:
    async with storage() as uow:
        await uow.budget.reserve(DAY, Decimal("0.10"), limit=Decimal("0.10"))
        await uow.budget.release(DAY, Decimal("0.04"))

        assert await uow.budget.used(DAY) == Decimal("0.06")
        assert await uow.budget.reserve(DAY, Decimal("0.04"), limit=Decimal("0.10"))


async def test_a_day_never_falls_below_zero(storage: Storage) -> None:
    async with storage() as uow:
        await uow.budget.reserve(DAY, Decimal("0.01"), limit=Decimal(1))
        await uow.budget.release(DAY, Decimal("0.04"))

        assert await uow.budget.used(DAY) == 0


async def test_each_day_has_its_own_money(storage: Storage) -> None:
    async with storage() as uow:
        await uow.budget.reserve(DAY, Decimal(1), limit=Decimal(1))

        assert await uow.budget.used(DAY + timedelta(days=1)) == 0


async def test_a_path_stays_switched_off(storage: Storage) -> None:
    async with storage() as uow:
        assert not await uow.budget.is_off("/v2/generate")
        assert await uow.budget.switch_off("/v2/generate", at=NIGHT)
        assert not await uow.budget.switch_off("/v2/generate", at=SOON)

    async with storage() as uow:
        assert await uow.budget.is_off("/v2/generate")


async def test_a_cleared_path_may_be_switched_off_anew(storage: Storage) -> None:
    async with storage() as uow:
        await uow.budget.switch_off("/v2/generate", at=NIGHT)
        answers = [await uow.budget.switch_on("/v2/generate") for _ in range(2)]

        assert answers == [True, False]
        assert not await uow.budget.is_off("/v2/generate")
        assert await uow.budget.switch_off("/v2/generate", at=SOON)


async def test_the_audit_trail_is_listed_newest_first(storage: Storage) -> None:
    pressed = AuditEntry(NIGHT, ANA, "enable-fallback", "default/app", "false", "true", "pressed")
    refused = replace(pressed, result="refused: paused", why="INC-1, T-1")

    async with storage() as uow:
        for entry in (pressed, pressed, refused):
            await uow.audit.add(entry)

    async with storage() as uow:
        assert await uow.audit.newest(2) == [refused, pressed]
