from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import ClaimLostError
from bot.domain.ids import IncidentId
from bot.domain.incident import Status
from bot.domain.message import IncidentCard, MitigationOffers, MitigationOutcome, Postmortem
from bot.domain.mitigation import MitigationKind, State
from bot.domain.service import Target
from bot.domain.timeline import EventKind
from bot.usecases.advance import GIVEN_UP, TAKEOVERS_MAX
from tests.builders import ANA, a_run, a_service
from tests.usecases.pressing import TARGET, World

AFTER_THE_LEASE = timedelta(seconds=16)


async def test_a_tick_takes_over_when_the_claim_ran_out():
    world = World()
    world.health_says("fallback")
    run = await world.pressed()
    world.cluster.will_roll(TARGET)

    await world.advance("two").tick()
    early = world.newest(run)
    world.clock.advance(AFTER_THE_LEASE)
    await world.advance("two").tick()

    assert early.state is State.PRESSED
    assert world.newest(run).state is State.EFFECTIVE
    assert world.real_patches == 1


async def test_a_database_that_is_busy_for_a_moment_ends_no_run_just_taken_over():
    world = World()
    world.health_says("fallback")
    run = await world.pressed()
    world.cluster.will_roll(TARGET)
    world.clock.advance(AFTER_THE_LEASE)
    world.storage.busy_in(2)  # the look for a second run

    await world.advance("two").tick()

    assert world.newest(run).state is State.EFFECTIVE


async def test_a_defect_leaves_the_run_to_the_next_claim():
    world = World()
    world.health_says("fallback")
    run = await world.pressed()
    world.cluster.will_roll(TARGET)
    world.clock.advance(AFTER_THE_LEASE)
    world.cluster.fail("deployment", KeyError("metadata"))

    await world.advance("one").tick()
    stayed = world.newest(run)
    world.clock.advance(AFTER_THE_LEASE)
    await world.advance("one").tick()

    assert stayed.is_running
    assert (world.newest(run).state, world.real_patches) == (State.EFFECTIVE, 1)


async def test_a_run_that_breaks_every_process_is_given_up_and_frees_its_place():
    world = World()
    run = await world.pressed()
    for _ in range(TAKEOVERS_MAX):
        world.clock.advance(AFTER_THE_LEASE)
        world.cluster.fail("deployment", KeyError("metadata"))
        await world.advance("one").tick()

    given_up = world.newest(run)
    assert (given_up.state, given_up.detail) == (State.STOPPED, GIVEN_UP)
    assert not world.storage.tables.locks


async def test_who_lost_the_claim_stops_without_a_word():
    world = World()
    run = await world.pressed()
    work = world.work_on(run)
    world.clock.advance(AFTER_THE_LEASE)
    async with world.storage() as uow:
        await uow.mitigations.claim(world.clock.now(), world.clock.now() + AFTER_THE_LEASE, "two")

    await world.advance("one").start(run.id)

    with pytest.raises(ClaimLostError):
        await work.keep()
    assert world.real_patches == 0
    assert world.newest(run).state is State.PRESSED


async def test_a_claim_is_kept_while_the_work_takes_long():
    world = World()
    run = await world.pressed()
    work = world.work_on(run)

    for _ in range(10):
        world.clock.advance(timedelta(seconds=4))
        await work.keep()
        await world.advance("two").tick()

    assert world.newest(run).state is State.PRESSED


async def test_work_that_was_handed_back_is_taken_over_at_once():
    world = World()
    world.health_says("fallback")
    run = await world.pressed()
    world.cluster.will_roll(TARGET)

    await world.advance("one").hand_back()
    await world.advance("two").tick()

    assert world.newest(run).state is State.EFFECTIVE


async def test_what_is_not_known_is_not_started():
    await World().advance().start(a_run().id)


async def test_a_database_that_is_away_postpones_the_work():
    world = World()
    world.health_says("fallback")
    run = await world.pressed()
    world.storage.is_away = True

    await world.advance().start(run.id)
    world.storage.is_away = False
    await world.to_the_end(run)

    assert world.newest(run).state is State.EFFECTIVE


async def test_a_database_that_goes_away_meanwhile_postpones_the_work():
    world = World()
    world.health_says("fallback")
    run = await world.pressed()
    world.cluster.will_roll(TARGET)
    claim = world.work_on(run)
    world.storage.is_away = True

    await world.advance()._drive(claim)  # noqa: SLF001  as right after the claim

    world.storage.is_away = False
    world.clock.advance(AFTER_THE_LEASE)
    await world.advance("two").tick()
    assert world.newest(run).state is State.EFFECTIVE


@pytest.mark.parametrize(
    ("service", "said"),
    [
        (a_service(name="other"), "No service is called"),
        (a_service(target=None), "No Deployment is configured"),
        (a_service(target=Target("default", "other")), "names another Deployment"),
    ],
)
async def test_what_the_config_no_longer_names_is_never_patched(service, said):
    world = World()
    run = await world.pressed()
    advance = replace(world.advance(), services=[service])

    await advance.start(run.id)

    found = world.newest(run)
    assert found.state is State.STOPPED
    assert said in found.detail
    assert found.offers == ()
    assert world.real_patches == 0


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
