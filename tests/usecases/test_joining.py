"""Which incident an offered mitigation belongs to, as its dialog says before the press."""

from bot.domain.diagnosis import Cause
from bot.domain.ids import IncidentId
from bot.domain.incident import Status
from bot.domain.mitigation import MitigationKind
from bot.domain.probe import Outcome, ProbeKind
from bot.usecases.joining import open_beside
from tests.builders import a_result, a_service, an_incident
from tests.usecases.nights import Night
from tests.usecases.pressing import World

DISABLE = MitigationKind.DISABLE_FALLBACK


async def keep(world, **changes):
    async with world.storage() as uow:
        await uow.incidents.save(an_incident(**changes))


async def test_without_an_incident_a_press_opens_one():
    assert (await World().offered()).incident_id is None


async def test_an_open_incident_of_the_service_is_joined():
    world = World()
    await keep(world, id=IncidentId(7))

    assert (await world.offered()).incident_id == IncidentId(7)


async def test_a_resolved_incident_is_not_joined():
    world = World()
    await keep(world, id=IncidentId(7), status=Status.RESOLVED)

    assert (await world.offered()).incident_id is None


async def test_ending_what_a_resolved_incident_left_in_force_belongs_to_it():
    world = World()
    world.health_says("fallback")
    run = await world.through()
    await keep(world, id=run.incident_id, status=Status.RESOLVED)

    offered = await world.offered(DISABLE)
    await world.press_on(offered)

    assert offered.incident_id == run.incident_id
    assert world.storage.runs[-1].incident_id == run.incident_id
    assert world.declarer.declared == 1


async def test_a_triage_looks_past_the_incident_that_it_became():
    world = World()
    await keep(world, id=IncidentId(7))

    async with world.storage() as uow:
        assert await open_beside(uow, a_service().name, None) == IncidentId(7)
        assert await open_beside(uow, a_service().name, IncidentId(7)) is None


async def test_a_triage_names_the_incident_that_is_open_and_its_buttons_join_it():
    night = Night()
    night.break_ideogram()
    await keep(night, id=IncidentId(7))

    card = await night.triaged()

    assert card.open_incident == IncidentId(7)
    assert [one.incident_id for one in card.offers] == [IncidentId(7)]


async def test_a_few_lost_pictures_are_not_traded_for_placeholders():
    night = Night()
    night.probes[ProbeKind.DOWNLOAD].result = a_result(ProbeKind.DOWNLOAD, Outcome.UNHEALTHY)

    minor = await night.triaged()
    health = a_result(ProbeKind.APP_HEALTH, Outcome.UNHEALTHY, facts={"state": "down"})
    night.probes[ProbeKind.APP_HEALTH].result = health
    serious = await night.triaged()

    assert [one.diagnosis.cause for one in (minor, serious)] == [Cause.DOWNLOAD] * 2
    assert [len(one.offers) for one in (minor, serious)] == [0, 1]
