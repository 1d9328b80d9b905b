"""The end of a mitigation: what is said and written once, and what an undo frees."""

from dataclasses import replace

from bot.domain.ids import IncidentId
from bot.domain.incident import Status
from bot.domain.message import IncidentCard, MitigationOffers, MitigationOutcome, Postmortem
from bot.domain.mitigation import MitigationKind, State
from bot.domain.timeline import EventKind
from tests.builders import ANA
from tests.usecases.pressing import TARGET, World


async def test_the_end_is_one_message_and_one_audit_entry():
    world = World()
    world.health_says("fallback")

    run = await world.through()

    outcomes = [one for one in world.storage.messages if isinstance(one, MitigationOutcome)]
    assert [one.run for one in outcomes] == [run]
    assert [one.result for one in world.storage.audit] == ["pressed", "effective"]


async def test_the_audit_trail_says_on_what_it_was_pressed_and_what_an_undo_takes_back():
    world = World()
    await world.found_legacy_down()
    pressed = await world.through()
    await world.press_on(await world.offer.undo(world.service, pressed))
    await world.to_the_end(world.storage.runs[-1])
    await world.press_on(pressed.preview)  # refused

    assert [one.why for one in world.storage.audit] == [
        *["INC-42, T-118"] * 2,
        *[f"INC-42, T-118, undo of {pressed.name}"] * 2,
        "T-118",
    ]


async def test_an_effective_fallback_mitigates_the_incident():
    world = World()
    world.health_says("fallback")

    await world.through()

    card = world.message("INC-42/card")
    assert isinstance(card, IncidentCard)
    assert card.incident.status == "mitigated"
    assert card.incident.action == "Enable Fallback: effective in 1 s"


async def test_what_ends_after_its_incident_was_resolved_comes_with_a_new_postmortem():
    world = World()
    world.health_says("fallback")
    world.messenger.names[ANA] = "Ana"
    run = await world.pressed()
    async with world.storage() as uow:
        open_one = await uow.incidents.get(IncidentId(42))
        await uow.incidents.save(replace(open_one, status=Status.RESOLVED))

    run = await world.to_the_end(run)

    (document,) = (one for one in world.storage.messages if isinstance(one, Postmortem))
    assert document.mitigations == (run,)
    assert document.lines[-1].event.kind is EventKind.MITIGATION_FINISHED
    assert document.people == ((ANA, "Ana"),)


async def test_while_the_incident_is_open_no_postmortem_is_written():
    world = World()
    world.health_says("fallback")

    await world.through()

    assert not any(isinstance(one, Postmortem) for one in world.storage.messages)


async def test_an_undo_is_verified_under_the_inverse_kind_and_frees_the_press_before():
    world = World()
    first = await world.through(MitigationKind.REDUCE_CONCURRENCY)
    second = await world.through(MitigationKind.REDUCE_CONCURRENCY)
    undo = await world.offer.undo(world.service, second)
    await world.press_on(undo)

    undoing = await world.to_the_end(world.storage.runs[-1])

    assert undoing.kind is MitigationKind.RESTORE_CONCURRENCY
    assert world.value("IDEOGRAM_CONCURRENCY") == "3"
    outcome = world.message(f"{undoing.name}/outcome")
    assert isinstance(outcome, MitigationOutcome)
    assert outcome.undo is not None
    assert outcome.undo.undoes == first.id
    assert world.newest(first).undone_by is None


async def test_an_undo_that_stops_leaves_its_target_in_force_and_is_offered_anew():
    world = World()
    run = await world.through()
    undo = await world.offer.undo(world.service, run)
    await world.press_on(undo)
    world.cluster.redeploy(TARGET, "registry.example.com/app:2")

    undoing = await world.to_the_end(world.storage.runs[-1])

    assert undoing.state is State.STOPPED
    assert world.newest(run).undone_by is None
    anew = world.message(f"{undoing.name}/offers")
    assert isinstance(anew, MitigationOffers)
    assert [one.undoes for one in anew.offers] == [run.id]


async def test_a_stopped_undo_does_not_free_what_another_took_back():
    world = World()
    run = await world.through()
    await world.press_on(await world.offer.undo(world.service, run))
    undoing = world.storage.runs[-1]
    stored = world.storage.tables.presses[run.id]
    world.storage.tables.presses[run.id] = replace(
        stored, run=replace(stored.run, undone_by="another")
    )
    world.cluster.redeploy(TARGET, "registry.example.com/app:2")

    await world.to_the_end(undoing)

    assert world.newest(run).undone_by == "another"


async def test_without_an_incident_nothing_is_written_to_a_timeline():
    world = World()
    world.health_says("fallback")
    run = await world.pressed()
    stored = world.storage.tables.presses[run.id]
    world.storage.tables.presses[run.id] = replace(stored, run=replace(run, incident_id=None))
    world.storage.tables.events.clear()

    ended = await world.to_the_end(run)

    assert ended.state is State.EFFECTIVE
    assert world.storage.events == []


async def test_an_undo_that_cannot_run_is_not_offered():
    world = World()
    world.health_says("fallback")
    run = await world.pressed()
    world.cluster.may = False

    run = await world.to_the_end(run)

    outcome = world.message(f"{run.name}/outcome")
    assert outcome == MitigationOutcome(run, None)
    assert run.state is State.EFFECTIVE
