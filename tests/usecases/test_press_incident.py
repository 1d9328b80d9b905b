"""Which incident a press belongs to: one it declares, or one that is there."""

from dataclasses import replace

from bot.domain.incident import Status
from bot.domain.message import MitigationProgress
from bot.domain.mitigation import MitigationKind
from bot.domain.timeline import EventKind
from tests.builders import ANA, BEN, an_incident
from tests.usecases.pressing import World


async def keep(world: World, incident):
    async with world.storage() as uow:
        await uow.incidents.save(incident)


def kinds(world: World):
    return [event.kind for event in world.storage.events]


async def test_the_press_is_the_declaration():
    world = World()
    preview = await world.offered()

    await world.press_on(preview)

    (incident,) = world.storage.incidents
    assert (incident.owner, incident.declared_by) == (ANA, ANA)
    assert world.storage.runs[0].incident_id == incident.id
    assert kinds(world) == [EventKind.MITIGATION_PRESSED]


async def test_the_live_message_stands_in_the_incidents_thread():
    world = World()

    run = await world.pressed()

    sending = next(one for one in world.storage.sendings if one.key == run.message)
    assert run.message == f"{run.name}/progress"
    assert sending.parent == "INC-42/card"
    assert sending.message == MitigationProgress(run)


async def test_the_open_incident_of_the_service_is_taken_and_acknowledged():
    world = World()
    await keep(world, an_incident())

    run = await world.pressed()

    assert world.declarer.declared == 0
    assert run.incident_id == 42
    assert world.storage.incidents[0].owner == ANA
    assert kinds(world) == [EventKind.ACKNOWLEDGED, EventKind.MITIGATION_PRESSED]


async def test_the_card_with_the_button_points_to_the_incident_that_the_press_joined():
    world = World()
    await keep(world, an_incident())
    await world.found_legacy_down()

    await world.pressed()

    card = world.message("T-118/card")
    assert card.incident_id == 42
    assert world.storage.triages[0].incident_id == 42


async def test_an_owner_is_not_replaced():
    world = World()
    await keep(world, an_incident().acknowledged(BEN, world.clock.now()))

    await world.pressed()

    assert world.storage.incidents[0].owner == BEN


async def test_the_offers_own_incident_wins_while_it_is_open():
    world = World()
    await keep(world, an_incident(id=7))
    await keep(world, an_incident(id=8))
    preview = await world.offered()
    world.storage.tables.previews[preview.id] = replace(preview, incident_id=7)

    await world.press_on(preview)

    assert world.storage.runs[0].incident_id == 7


async def test_an_incident_resolved_since_the_offer_is_not_joined_and_a_new_one_is_offered():
    world = World()
    await keep(world, an_incident(id=7))
    preview = await world.offered()
    await keep(world, an_incident(id=7, status=Status.RESOLVED))

    (told,) = await world.press_on(preview)

    assert (preview.incident_id, world.storage.runs) == (7, [])
    assert told.reason == "INC-7 was resolved since this was offered."
    assert (told.incident_id, told.offers[0].incident_id) == (None, None)
    await world.press_on(told.offers[0])
    assert world.storage.runs[0].incident_id == 42


async def test_ending_what_an_incident_left_in_force_belongs_to_it():
    world = World()
    world.health_says("fallback")
    await world.through()
    await keep(world, replace(world.storage.incidents[0], status=Status.RESOLVED))

    run = await world.pressed(MitigationKind.DISABLE_FALLBACK)

    assert run.incident_id == 42
    assert world.declarer.declared == 1
