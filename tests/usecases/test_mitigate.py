from dataclasses import replace

import pytest

from bot.domain.errors import UnknownIncidentError, UnknownServiceError, UserError
from bot.domain.ids import IncidentId, ServiceName
from bot.domain.incident import Status
from bot.domain.message import MitigationOffers
from bot.domain.mitigation import MitigationKind, State
from bot.domain.request import OfferMitigations
from tests.builders import NIGHT, a_service, an_incident, asked
from tests.fakes.messenger import FakeAnswers
from tests.usecases.pressing import DELIVERY, TARGET, World

ELSEWHERE = "C0ELSEWHERE"


async def said(world: World, delivery=DELIVERY, **wanted):
    request = OfferMitigations(asked(channel=ELSEWHERE), **wanted)
    await world.show(request, delivery, FakeAnswers())
    sending = world.storage.sendings[-1]
    assert isinstance(sending.message, MitigationOffers)
    return sending


async def keep(world: World, incident):
    async with world.storage() as uow:
        await uow.incidents.save(incident)


async def test_everything_that_can_be_done_is_posted_where_it_was_asked():
    sending = await said(World())

    assert (sending.key, sending.channel, sending.parent) == (f"offers/{DELIVERY}", ELSEWHERE, None)
    assert [one.kind for one in sending.message.offers] == [
        MitigationKind.ENABLE_FALLBACK,
        MitigationKind.REDUCE_CONCURRENCY,
    ]
    assert sending.message.not_offered == ()


async def test_one_kind_says_why_it_cannot_run():
    sending = await said(World(), mitigation=MitigationKind.DISABLE_FALLBACK)

    assert sending.message.offers == ()
    assert [one.guard for one in sending.message.not_offered] == ["already"]


async def test_inside_an_incident_it_goes_to_its_thread():
    world = World()
    await keep(world, an_incident())

    sending = await said(world, incident_id=IncidentId(42))

    assert (sending.channel, sending.parent) == ("C0INCIDENTS", "INC-42/card")


async def test_asked_for_a_resolved_incident_they_say_that_they_open_another():
    world = World()
    await keep(world, an_incident(status=Status.RESOLVED, resolved_at=NIGHT))

    sending = await said(world, incident_id=IncidentId(42))

    assert sending.parent == "INC-42/card"
    assert sending.message.incident_id is None
    assert {one.incident_id for one in sending.message.offers} == {None}


async def test_offers_belong_to_the_open_incident_of_the_service():
    world = World()
    await keep(world, an_incident())

    sending = await said(world)

    assert sending.channel == ELSEWHERE
    assert {one.incident_id for one in sending.message.offers} == {42}


async def test_what_is_under_way_can_be_taken_back():
    world = World()
    run = await world.pressed()
    await world.to_watching(run)

    sending = await said(world)

    assert [one.undoes for one in sending.message.offers] == [run.id]


@pytest.mark.parametrize("status", [Status.MITIGATED, Status.RESOLVED])
async def test_an_end_is_taken_back_only_while_its_incident_is_open(status):
    world = World()
    await world.through()
    world.health_says("healthy")
    ended = await world.through(MitigationKind.DISABLE_FALLBACK)
    assert ended.state is State.EFFECTIVE
    over = {"resolved_at": NIGHT} if status is Status.RESOLVED else {}
    await keep(world, an_incident(id=ended.incident_id, status=status, **over))

    offers = (await said(world)).message.offers

    again = next(one for one in offers if one.kind is MitigationKind.ENABLE_FALLBACK)
    is_undo = status is Status.MITIGATED
    assert again.undoes == (ended.id if is_undo else None)
    assert again.incident_id == (ended.incident_id if is_undo else None)


async def test_an_undo_that_cannot_run_is_left_out():
    world = World()
    await world.through()
    world.cluster.set_env(TARGET, "IDEOGRAM_FALLBACK", "maybe")

    sending = await said(world)

    assert {one.undoes for one in sending.message.offers} == {None}


async def test_each_request_is_said_once():
    world = World()

    first = await said(world)
    await said(world)
    other = await said(world, delivery=None)

    keys = [one.key for one in world.storage.sendings]
    assert keys.count(first.key) == 1
    assert other.key != first.key


async def test_a_service_without_switches_says_so():
    world = World(service=replace(a_service(switches={}, concurrency=None), target=None))

    with pytest.raises(UserError, match="Nothing can be switched"):
        await said(world)


async def test_unknown_names_are_refused():
    with pytest.raises(UnknownServiceError):
        await said(World(), service=ServiceName("nothing"))
    with pytest.raises(UnknownIncidentError):
        await said(World(), incident_id=IncidentId(99))
