from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import (
    AlreadyPressedError,
    ForbiddenError,
    StalePressError,
    UnavailableError,
    UnknownServiceError,
)
from bot.domain.ids import MitigationId, PreviewId
from bot.domain.incident import Status
from bot.domain.message import Answer, MitigationOffers, MitigationProgress, Trouble
from bot.domain.mitigation import MitigationKind, State
from bot.domain.policy import Policy
from bot.domain.timeline import EventKind
from tests.builders import ANA, BEN, a_service, an_incident
from tests.usecases.pressing import DELIVERY, TARGET, World


async def keep(world: World, incident):
    async with world.storage() as uow:
        await uow.incidents.save(incident)


def kinds(world: World):
    return [event.kind for event in world.storage.events]


async def test_an_accepted_press_is_recorded_and_begun():
    world = World()
    preview = await world.offered()

    assert await world.press_on(preview) == []

    (run,) = world.storage.runs
    assert (run.state, run.by, run.kind) == (State.PRESSED, ANA, preview.kind)
    assert world.begun == [run.id]
    assert world.storage.previews[0].settled_by == run.id
    assert world.storage.tables.locks == {TARGET.key: run.id}


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


async def test_the_delivery_is_closed_in_the_same_transaction():
    world = World()
    preview = await world.offered()
    async with world.storage() as uow:
        until = world.clock.now() + timedelta(seconds=15)
        await uow.inbox.receive(DELIVERY, object(), at=world.clock.now(), until=until, holder="one")

    await world.press_on(preview)

    assert world.storage.closed == {DELIVERY}


async def test_a_second_press_acts_once_and_is_told_who_was_first():
    world = World()
    preview = await world.offered()
    await world.press_on(preview, by=BEN)

    said, shown = await world.press_on(preview)

    assert isinstance(said, Answer)
    assert said.text == "This was pressed already. It is done once."
    assert shown == MitigationProgress(world.storage.runs[0])
    assert len(world.storage.runs) == 1
    assert [one.result for one in world.storage.audit] == ["pressed", "refused: already pressed"]


async def test_of_two_presses_at_once_one_acts():
    world = World()
    preview = await world.offered()
    service = world.service
    ground = await world.offer.guard(service)
    await world.press_on(preview, by=BEN)

    with pytest.raises(AlreadyPressedError):
        async with world.storage() as uow:
            await world.press._taken(uow, preview, ground, "x", world.clock.now())  # noqa: SLF001  after the guards, before the transaction


async def test_a_second_press_is_answered_though_the_first_is_forgotten():
    world = World()
    preview = await world.offered()
    world.storage.tables.previews[preview.id] = replace(preview, settled_by="gone")

    (said,) = await world.press_on(preview)

    assert isinstance(said, Answer)


async def test_a_late_press_changes_nothing_and_shows_a_new_offer():
    world = World()
    preview = await world.offered()
    asked_at = world.clock.now()
    world.clock.advance(timedelta(minutes=2, seconds=1))

    (said,) = await world.press_on(preview, at=asked_at)

    assert isinstance(said, MitigationOffers)
    assert "too late" in said.reason
    assert said.offers[0].id != preview.id
    assert world.storage.runs == []
    assert world.storage.incidents == []


async def test_what_changed_since_the_offer_is_offered_anew():
    world = World()
    preview = await world.offered()
    world.cluster.redeploy(TARGET, "registry.example.com/app:2")

    (said,) = await world.press_on(preview)

    assert isinstance(said, MitigationOffers)
    assert "changed since" in said.reason
    assert said.offers[0].env_hash != preview.env_hash
    assert world.storage.audit[-1].result == "refused: changed"


async def test_a_person_who_may_not_is_told_whom_to_ask():
    world = World(policy=Policy(allow={"default": (BEN,)}))
    preview = await world.offered()

    (said,) = await world.press_on(preview)

    assert isinstance(said, Trouble)
    assert said.ask == (BEN,)
    assert world.storage.audit[-1].result == "refused: policy"
    assert world.storage.previews[0].settled_by is None


@pytest.mark.parametrize("paused", [True, False])
async def test_a_guard_that_refuses_declares_nothing_and_is_audited(paused):
    world = World()
    preview = await world.offered()
    if paused:
        world.cluster.change(TARGET, lambda old: replace(old, paused=True))
    else:
        world.cluster.fail("may_patch", ForbiddenError("no"))

    (said,) = await world.press_on(preview)

    assert isinstance(said, MitigationOffers)
    assert said.reason.endswith(" Nothing was changed.")
    assert world.storage.incidents == world.storage.runs == world.begun == []
    guard = "paused" if paused else "asking for our permission"
    assert world.storage.audit[-1].result == f"refused: {guard}"


async def test_another_press_on_the_object_waits_for_the_first():
    world = World()
    other = await world.offered(MitigationKind.REDUCE_CONCURRENCY)
    run = await world.pressed()

    said, shown = await world.press_on(other)

    assert isinstance(said, Trouble)
    assert said.what == f"{run.name} is still under way."
    assert shown == MitigationProgress(run)
    assert len(world.storage.runs) == 1


async def test_a_press_that_finds_no_cluster_is_answered_with_the_command():
    world = World()
    preview = await world.offered()
    for _ in range(2):
        world.cluster.fail("may_patch", UnavailableError("the API server cannot be reached"))

    (said,) = await world.press_on(preview)

    assert isinstance(said, MitigationOffers)
    (found,) = said.not_offered
    assert found.by_hand is not None
    assert found.by_hand.endswith("-c app IDEOGRAM_FALLBACK=true")
    assert "cannot be reached" in said.reason


async def test_an_undo_that_finds_no_cluster_is_answered_with_the_command_back():
    world = World()
    run = await world.through()
    undo = await world.offer.undo(world.service, run)
    for _ in range(2):
        world.cluster.fail("may_patch", UnavailableError("the API server cannot be reached"))

    (said,) = await world.press_on(undo)

    assert isinstance(said, MitigationOffers)
    (found,) = said.not_offered
    assert found.by_hand is not None
    assert found.by_hand.endswith("-c app IDEOGRAM_FALLBACK=false")


async def test_an_unknown_button_is_refused():
    world = World()
    preview = replace(await world.offered(), id=PreviewId("gone"))

    with pytest.raises(StalePressError):
        await world.press_on(preview)

    assert [(one.what, one.result) for one in world.storage.audit] == [
        ("button gone", "refused: not known")
    ]


async def test_a_press_for_a_service_that_is_gone_is_audited():
    world = World()
    preview = await world.offered()
    world.service = a_service(name="another")

    with pytest.raises(UnknownServiceError):
        await world.press_on(preview)

    assert world.storage.audit[-1].result == "refused: configured"


async def test_a_press_without_a_delivery_is_taken_up_too():
    world = World()
    preview = await world.offered()
    other = await world.offered(MitigationKind.REDUCE_CONCURRENCY)

    for one in (preview, other):
        await world.press_on(one, delivery=None)

    assert len(world.storage.runs) == 1


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


async def test_an_undo_ends_the_watching_of_its_target():
    world = World()
    run = await world.pressed()
    await world.to_watching(run)
    undo = await world.offer.undo(world.service, world.newest(run))

    await world.press_on(undo)

    ended, undoing = world.storage.runs
    assert (ended.state, ended.undone_by) == (State.STOPPED, undoing.id)
    assert world.storage.tables.locks == {TARGET.key: undoing.id}
    assert world.message(run.message) == MitigationProgress(ended)


async def test_of_two_undos_of_one_press_one_acts():
    world = World()
    run = await world.through()
    first = await world.offer.undo(world.service, run)
    second = await world.offer.undo(world.service, run)
    await world.press_on(first)

    said, shown = await world.press_on(second)

    assert isinstance(said, Answer)
    assert said.text == "This was taken back already."
    assert shown == MitigationProgress(world.storage.runs[1])
    assert len(world.storage.runs) == 2


async def test_an_undo_of_a_press_that_is_not_known_any_more_changes_nothing():
    world = World()
    world.health_says("fallback")
    run = await world.through()
    undo = await world.offer.undo(world.service, run)
    gone = replace(undo, undoes=MitigationId("gone"))
    world.storage.tables.previews[undo.id] = gone

    await world.press_on(gone)

    assert [one.id for one in world.storage.runs] == [run.id]
