"""What every storage promises about incidents and their timelines."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.diagnosis import Cause
from bot.domain.errors import UnknownIncidentError
from bot.domain.ids import IncidentId, OutboxKey, ServiceName
from bot.domain.incident import Status
from bot.domain.timeline import EventKind, Evidence, TimelineEvent
from bot.ports import Storage
from tests.builders import ANA, NIGHT, an_incident


def an_event(incident_id: int = 42, after: int = 0, **facts: str) -> TimelineEvent:
    return TimelineEvent(
        incident_id=IncidentId(incident_id),
        at=NIGHT + timedelta(seconds=after),
        kind=EventKind.TRIAGED,
        evidence=Evidence("T-1", OutboxKey("T-1/card")),
        by=ANA,
        facts=facts,
    )


async def test_what_was_saved_comes_back_equal(storage: Storage) -> None:
    incident = an_incident(owner=ANA, acknowledged_at=NIGHT, title="<!channel> é \u202e {{x}}")

    async with storage() as uow:
        await uow.incidents.save(incident)

    async with storage() as uow:
        assert await uow.incidents.get(incident.id) == incident


async def test_saving_again_replaces(storage: Storage) -> None:
    resolved = an_incident(status=Status.RESOLVED)

    async with storage() as uow:
        await uow.incidents.save(an_incident())
        await uow.incidents.save(resolved)

    async with storage() as uow:
        assert await uow.incidents.get(resolved.id) == resolved


async def test_an_unknown_id_raises_and_names_the_newest(storage: Storage) -> None:
    async with storage() as uow:
        with pytest.raises(UnknownIncidentError, match="no INC-7; there was none yet"):
            await uow.incidents.get(IncidentId(7))
        await uow.incidents.save(an_incident(id=IncidentId(2)))
        await uow.incidents.save(an_incident(id=IncidentId(3)))
        with pytest.raises(UnknownIncidentError, match="no INC-7; the newest is INC-3"):
            await uow.incidents.get(IncidentId(7))


async def test_numbers_begin_at_1_and_are_never_reused(storage: Storage) -> None:
    async with storage() as uow:
        first = await uow.incidents.next_id()
        second = await uow.incidents.next_id()

    async with storage() as uow:
        assert [first, second, await uow.incidents.next_id()] == [1, 2, 3]


async def test_an_exception_leaves_nothing_behind(storage: Storage) -> None:
    async def half_done() -> None:
        async with storage() as uow:
            await uow.incidents.save(an_incident())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await half_done()

    async with storage() as uow:
        assert await uow.incidents.newest(10) == []


async def test_open_ones_are_listed_newest_first(storage: Storage) -> None:
    async with storage() as uow:
        for number, status in enumerate([Status.INVESTIGATING, Status.RESOLVED, Status.MITIGATED]):
            await uow.incidents.save(an_incident(id=IncidentId(number), status=status))

    async with storage() as uow:
        assert [one.id for one in await uow.incidents.open()] == [2, 0]


async def test_open_ones_of_a_service_are_only_its_own(storage: Storage) -> None:
    other = ServiceName("other")
    async with storage() as uow:
        await uow.incidents.save(an_incident(id=IncidentId(1)))
        await uow.incidents.save(an_incident(id=IncidentId(2), service=other))

    async with storage() as uow:
        assert [one.id for one in await uow.incidents.open(other)] == [2]


async def test_the_newest_are_as_many_as_asked_for(storage: Storage) -> None:
    async with storage() as uow:
        for number in range(1, 5):
            await uow.incidents.save(an_incident(id=IncidentId(number)))

    async with storage() as uow:
        assert [one.id for one in await uow.incidents.newest(2)] == [4, 3]


async def test_no_update_is_lost_between_units_of_work(storage: Storage) -> None:
    async with storage() as uow:
        await uow.incidents.save(an_incident(updates=0))

    async def one_more() -> None:
        async with storage() as uow:
            incident = await uow.incidents.get(IncidentId(42))
            await asyncio.sleep(0)  # noqa: TID251  lets the other units run, takes no time
            await uow.incidents.save(replace(incident, updates=incident.updates + 1))

    await asyncio.gather(*(one_more() for _ in range(12)))

    async with storage() as uow:
        assert (await uow.incidents.get(IncidentId(42))).updates == 12


async def test_units_at_once_take_different_numbers(storage: Storage) -> None:
    async def take() -> IncidentId:
        async with storage() as uow:
            return await uow.incidents.next_id()

    taken = await asyncio.gather(*(take() for _ in range(8)))

    assert sorted(taken) == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_a_timeline_is_ordered_by_moment_and_then_as_added(storage: Storage) -> None:
    late, first, second = an_event(after=9), an_event(n="1"), an_event(n="2")

    async with storage() as uow:
        for event in (late, first, second):
            await uow.timeline.add(event)

    async with storage() as uow:
        assert await uow.timeline.of(IncidentId(42)) == [first, second, late]


async def test_a_timeline_holds_only_its_own_lines(storage: Storage) -> None:
    async with storage() as uow:
        await uow.timeline.add(an_event(incident_id=1))

    async with storage() as uow:
        assert await uow.timeline.of(IncidentId(42)) == []


async def test_the_newest_resolved_one_of_a_service_and_cause_is_found(storage: Storage) -> None:
    resolved = an_incident(status=Status.RESOLVED, cause=Cause.OUTAGE)
    others = (
        replace(resolved, id=IncidentId(43)),
        replace(resolved, id=IncidentId(44), cause=Cause.AUTH),
        replace(resolved, id=IncidentId(45), service=ServiceName("other")),
        replace(resolved, id=IncidentId(46), status=Status.MITIGATED),
    )

    async with storage() as uow:
        for one in (resolved, *others):
            await uow.incidents.save(one)

    async with storage() as uow:
        assert await uow.incidents.last_resolved(resolved.service, Cause.OUTAGE) == others[0]
        assert await uow.incidents.last_resolved(resolved.service, Cause.SLOW) is None
