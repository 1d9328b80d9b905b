from dataclasses import replace
from datetime import timedelta

from bot.domain.diagnosis import Cause, Diagnosis, Mode
from bot.domain.ids import TriageId
from bot.domain.message import IncidentCard, TriageCard, TriageState
from bot.domain.mitigation import MitigationKind, State
from bot.domain.probe import ProbeKind
from bot.domain.triage import Triage
from tests.builders import INCIDENTS, NIGHT, a_service, an_incident
from tests.usecases.pressing import World

ENABLE = MitigationKind.ENABLE_FALLBACK
DISABLE = MitigationKind.DISABLE_FALLBACK


def a_triage(
    started_at=NIGHT,
    cause: Cause | None = Cause.OUTAGE,
    offers=(),
    evidence=(ProbeKind.GENERATE_V3,),
) -> Triage:
    diagnosis = None
    if cause is not None:
        diagnosis = Diagnosis(cause, None, None, "b", evidence, (), (), "nothing")
    service = a_service()
    card = TriageCard(
        triage_id=TriageId(118),
        service=service.name,
        mode=Mode.FULL,
        state=TriageState.FINAL,
        started_at=started_at,
        calls=service.calls,
        diagnosis=diagnosis,
        offers=tuple(offers),
    )
    end = started_at + timedelta(seconds=6)
    return Triage(TriageId(118), service.name, INCIDENTS, started_at, card, ended_at=end)


async def shown(world: World, incident=None, triage: Triage | None = None) -> IncidentCard:
    if incident is None:
        incident = world.storage.incidents[0]
    async with world.storage() as uow:
        if triage is not None:
            await uow.triages.save(triage, claimed_until=None)
        await uow.incidents.save(incident)
        await world.cards.show(uow, incident, world.clock.now())
    card = world.message(incident.card)
    assert isinstance(card, IncidentCard)
    return card


async def test_before_any_press_the_triages_offers_stand_on_the_card():
    world = World()
    preview = await world.offered()
    triage = a_triage(offers=[preview])

    card = await shown(world, an_incident(triage_id=triage.id), triage)

    assert card.offers == (replace(preview, incident_id=card.incident.id),)
    assert card.primary == ENABLE
    assert (card.running, card.last) == (None, None)


async def test_without_a_triage_the_update_is_primary():
    card = await shown(World(), an_incident())

    assert (card.offers, card.primary) == ((), "update")


async def test_a_triage_that_is_gone_offers_nothing():
    card = await shown(World(), an_incident(triage_id=TriageId(7)))

    assert card.offers == ()


async def test_while_it_rolls_out_nothing_else_is_offered():
    world = World()
    run = await world.pressed()

    card = await shown(world)

    assert (card.running, card.offers, card.primary) == (run, (), "update")


async def test_after_it_ended_its_undo_is_offered():
    world = World()
    world.health_says("fallback")
    run = await world.through()

    card = await shown(world)

    assert [offer.undoes for offer in card.offers] == [run.id]
    assert (card.last, card.primary) == (run, "update")


async def test_a_pressed_offer_disappears():
    world = World()
    world.health_says("fallback")
    run = await world.through()
    undo = await world.offer.undo(world.service, run)
    offered = world.storage.tables.previews[run.offers[0]]
    world.storage.tables.previews[offered.id] = replace(offered, settled_by=undo.id)

    card = await shown(world)

    assert card.offers == ()


async def test_when_a_later_triage_is_healthy_ending_the_fallback_is_primary():
    world = World()
    world.health_says("fallback")
    await world.through()

    still_down = await shown(world, triage=a_triage(NIGHT + timedelta(minutes=9)))
    unjudged = await shown(world, triage=a_triage(NIGHT + timedelta(minutes=9), None))
    earlier = await shown(world, triage=a_triage(NIGHT, Cause.HEALTHY))
    free = a_triage(NIGHT + timedelta(minutes=9), Cause.HEALTHY, evidence=(ProbeKind.AUTH,))
    by_free_checks = await shown(world, triage=free)
    back = await shown(world, triage=a_triage(NIGHT + timedelta(minutes=9), Cause.HEALTHY))

    unsure = (still_down, unjudged, earlier, by_free_checks)
    assert [one.primary for one in unsure] == ["update"] * 4
    assert back.primary == DISABLE


async def test_after_everything_was_ended_resolving_is_primary():
    world = World()
    world.health_says("fallback")
    await world.through()
    world.health_says("ok")
    ended = await world.through(DISABLE)

    card = await shown(world)

    assert ended.state is State.EFFECTIVE
    assert card.primary == "resolve"


async def test_an_end_that_made_it_worse_is_not_the_end():
    world = World()
    world.health_says("fallback")
    await world.through()
    world.health_says("down")
    await world.through(DISABLE)

    card = await shown(world)

    assert (card.incident.status, card.primary) == ("investigating", "update")
