from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.diagnosis import Cause
from bot.domain.errors import (
    ConflictError,
    ForbiddenError,
    GuardRefusedError,
    MissingError,
    PermanentError,
    UnavailableError,
)
from bot.domain.ids import TriageId
from bot.domain.message import MitigationOffers, NotOffered
from bot.domain.mitigation import EnvChange, MitigationKind, State
from bot.domain.probe import ProbeKind
from bot.domain.severity import Severity
from bot.usecases.describe import Context, random_id
from bot.usecases.guard import question
from bot.usecases.switched import Switched
from tests.builders import a_result, a_service
from tests.fakes.cluster_objects import a_deployment
from tests.sayings import a_diagnosis
from tests.usecases.pressing import TARGET, World

ENABLE = MitigationKind.ENABLE_FALLBACK
REDUCE = MitigationKind.REDUCE_CONCURRENCY
MANAGED_BY = "app.kubernetes.io/managed-by"
BY_HAND = "kubectl -n default set env deployment/ideogram-service -c app IDEOGRAM_FALLBACK=true"

ON, OFF = Switched(fallback_on=True), Switched(fallback_on=False)
LIMITED = a_diagnosis(Cause.RATE_LIMIT, Severity.P2)
FINE = a_diagnosis(Cause.HEALTHY, None, evidence=(ProbeKind.GENERATE_V3,))


async def refused(world: World, kind: MitigationKind = ENABLE):
    offers, not_offered = await world.offer(world.service, [kind], Context())
    assert offers == ()
    return not_offered[0]


async def test_an_offer_says_exactly_what_a_dry_run_answered_and_is_remembered():
    world = World()

    preview = await world.offered()

    assert preview.changes == (EnvChange("IDEOGRAM_FALLBACK", "false", "true"),)
    assert (preview.pods, preview.ready, preview.surge, preview.where) == (4, 4, 1, "default")
    assert preview.after_hash not in ("", preview.env_hash)
    assert world.storage.previews == [preview]
    assert [one.dry_run for one in world.cluster.sent] == [True]


async def test_what_helps_against_a_cause_is_offered_with_its_triage():
    world = World()

    offers, _ = await world.offer.for_cause(
        world.service, Cause.RATE_LIMIT, triage_id=TriageId(118), seen=Switched(inflight_limit=20)
    )

    assert [(one.kind, one.triage_id, one.warnings) for one in offers] == [(REDUCE, 118, ())]


def full(limit: int):
    return a_result(facts={"max_inflight": limit})


def pods(concurrency: str):
    return a_result(ProbeKind.WORKLOAD, facts={"concurrency": concurrency})


@pytest.mark.parametrize(
    ("limit", "warnings"), [(40, ()), (12, ("5 pods × 3 = 15, limit 12: choose 2.",))]
)
async def test_the_limit_that_a_429_named_counts_for_what_is_offered_later(limit, warnings):
    world = World()
    await world.found(full(limit))

    assert (await world.offered(REDUCE)).warnings == warnings


async def test_what_the_mitigation_itself_warns_of_comes_first():
    world = World()
    world.cluster.add(TARGET, replace(a_deployment(), labels={MANAGED_BY: "Helm"}))

    warnings = (await world.offered(REDUCE)).warnings

    assert warnings == ("5 pods × 3 = 15, limit 10: choose 2.", "Helm may put this back.")


@pytest.mark.parametrize(
    ("concurrency", "command"),
    [
        ("8", "IDEOGRAM_CONCURRENCY=3"),
        ("3", "IDEOGRAM_CONCURRENCY=1"),
        ("1", None),
        ("many", "IDEOGRAM_CONCURRENCY=3"),
    ],
)
async def test_the_command_takes_the_next_step_from_where_the_triage_saw_the_pods(
    concurrency, command
):
    world = World()
    world.cluster.fail("may_patch", ForbiddenError("no right"))
    await world.found(pods(concurrency))

    _, (found,) = await world.offer(world.service, [REDUCE], Context(world.triage_id))

    assert found.by_hand == command or found.by_hand.endswith(command)


async def test_the_command_goes_on_from_the_newest_press_where_the_cluster_is_silent():
    world = World()
    await world.found(pods("8"))
    world.clock.advance(timedelta(minutes=1))
    await world.through(REDUCE)
    world.cluster.fail("may_patch", UnavailableError("silent"))

    _, (found,) = await world.offer(world.service, [REDUCE], Context(world.triage_id))

    assert found.by_hand.endswith("IDEOGRAM_CONCURRENCY=1")


async def test_nothing_is_ended_because_all_is_well_while_it_is_being_checked():
    world = World()
    run = await world.pressed()
    stored = world.storage.tables.presses[run.id]
    checking = replace(run, state=State.VERIFYING)
    world.storage.tables.presses[run.id] = replace(stored, run=checking)

    assert await world.offer.for_cause(world.service, Cause.HEALTHY) == ((), ())


async def test_whether_something_is_checked_matters_only_where_something_can_be_changed():
    world = World(service=a_service(target=None))
    away = World()
    away.storage.is_away = True

    for one in (world, away):
        offers, refused = await one.offer.for_cause(one.service, Cause.HEALTHY)
        assert (offers, bool(refused)) == ((), True)


async def test_a_command_is_written_anew_when_more_was_seen():
    world = World()
    old = NotOffered(REDUCE, "no right", "kubectl … IDEOGRAM_CONCURRENCY=3", "permission")

    (found,) = world.offer.with_commands(world.service, [old], Switched(concurrency=3))

    assert found.by_hand.endswith("IDEOGRAM_CONCURRENCY=1")
    assert replace(found, by_hand=old.by_hand) == old


async def test_without_what_the_triage_saw_the_usual_is_offered():
    world = World(triage_id=TriageId(118))
    world.storage.is_away = True
    seen_nothing = await world.offer(world.service, [REDUCE], Context(world.triage_id))

    assert seen_nothing[1][0].by_hand.endswith("IDEOGRAM_CONCURRENCY=3")

    world.storage.is_away = False  # and no such triage
    assert (await world.offered(REDUCE)).warnings == ("5 pods × 3 = 15, limit 10: choose 2.",)


async def test_an_offer_says_when_it_last_worked():
    world = World()
    world.health_says("fallback")
    run = await world.through()
    await world.through(MitigationKind.DISABLE_FALLBACK)

    preview = await world.offered()

    assert preview.last_worked_at == run.finished_at
    assert preview.expected == run.took


async def test_the_way_back_is_known_to_work_once_the_way_there_did():
    world = World()
    world.health_says("fallback")
    run = await world.through()

    preview = await world.offered(MitigationKind.DISABLE_FALLBACK)

    assert (preview.last_worked_at, preview.expected) == (run.finished_at, run.took)


async def test_unconfigured_kinds_are_not_drawn():
    world = World(service=a_service(switches={}, concurrency=None))

    assert await world.offer(world.service, MitigationKind, Context()) == ((), ())


@pytest.mark.parametrize(
    ("change", "guard", "command"),
    [
        ({"paused": True}, "paused", None),
        ({"containers": a_deployment().containers[1:]}, "container", BY_HAND),
    ],
)
async def test_a_deployment_that_must_not_be_changed_is_refused_by_its_guard(
    change, guard, command
):
    world = World()
    world.cluster.change(TARGET, lambda old: replace(old, **change))

    found = await refused(world)

    assert (found.guard, found.by_hand) == (guard, command)


async def test_without_permission_the_command_is_printed():
    world = World()
    world.cluster.may = False

    found = await refused(world)

    assert found.guard == "permission"
    assert found.by_hand == BY_HAND


@pytest.mark.parametrize(
    ("method", "error", "guard"),
    [
        ("may_patch", UnavailableError("refused"), "asking for our permission"),
        ("deployment", MissingError("gone"), "reading the Deployment"),
        ("deployment", ForbiddenError("may not get"), "reading the Deployment"),
        ("dry_run", PermanentError("invalid"), "dry run"),
    ],
)
async def test_a_question_without_an_answer_refuses_and_names_itself(method, error, guard):
    world = World()
    world.cluster.fail(method, error)

    found = await refused(world)

    assert found.guard == guard
    assert found.why == f"{guard[0].upper()}{guard[1:]} failed: {error}."
    assert found.by_hand == BY_HAND


async def test_a_question_has_its_time():
    with pytest.raises(GuardRefusedError, match="No answer in 0 s: the sky"):
        async with question("the sky", timedelta(0)):
            await World().clock.sleep(timedelta(0))


async def test_what_is_so_already_needs_no_command():
    world = World()
    world.cluster.set_env(TARGET, "IDEOGRAM_FALLBACK", "true")

    found = await refused(world)

    assert (found.guard, found.by_hand) == ("already", None)


async def test_a_dry_run_that_changes_nothing_is_refused():
    world = World()
    change = EnvChange("IDEOGRAM_FALLBACK", None, "false")
    ground = await world.offer.guard(world.service)

    with pytest.raises(GuardRefusedError, match="nothing would change"):
        await world.offer.describe(ground, ENABLE, (change,), Context())


@pytest.mark.parametrize(("conflicts", "seconds"), [(0, 0), (1, 0.05), (5, 1.55)])
async def test_a_rollout_that_writes_in_between_is_waited_for(conflicts, seconds):
    world = World()
    for _ in range(conflicts):
        world.cluster.fail("dry_run", ConflictError("moved"))
    began = world.clock.now()

    assert (await world.offered()).kind is ENABLE
    assert (world.clock.now() - began).total_seconds() == seconds


async def test_an_object_that_keeps_changing_is_refused():
    world = World()
    for _ in range(6):
        world.cluster.fail("dry_run", ConflictError("moved"))

    assert "keeps changing" in (await refused(world)).why


async def test_another_unfinished_mitigation_is_refused():
    world = World()
    run = await world.pressed()
    stored = world.storage.tables.presses[run.id]
    watching = replace(run, state=State.WATCHING)
    world.storage.tables.presses[run.id] = replace(stored, run=watching)

    found = await refused(world, REDUCE)

    assert found.why == f"{run.name} (Enable Fallback, INC-42) is still under way."
    assert found.by_hand is None


async def test_without_a_database_nothing_is_offered():
    world = World()
    world.storage.is_away = True

    assert (await refused(world)).guard == "reading what is in force"
    (by_hand,) = world.offer.by_hand(world.service, a_diagnosis(), Switched(fallback_on=False))
    assert by_hand.by_hand == BY_HAND


async def test_a_preview_that_cannot_be_remembered_is_not_offered():
    world = World()
    preview = await world.offered()
    world.storage.is_away = True

    offers, not_offered = await world.offer._remembered(world.service, [preview], [])  # noqa: SLF001  the moment between two transactions

    assert offers == ()
    assert not_offered[0].why == "The database does not answer."


async def test_without_a_deployment_there_is_no_command():
    world = World(service=a_service(target=None))

    found = await refused(world)

    assert (found.guard, found.by_hand) == ("configured", None)


async def test_an_undo_restores_the_before_image():
    world = World()
    world.health_says("fallback")
    run = await world.through()

    undo = await world.offer.undo(world.service, run)

    assert undo.changes == (EnvChange("IDEOGRAM_FALLBACK", "true", "false"),)
    assert (undo.kind, undo.undoes) == (MitigationKind.DISABLE_FALLBACK, run.id)


async def test_an_undo_is_refused_when_someone_changed_the_value_since():
    world = World()
    run = await world.through()
    world.cluster.set_env(TARGET, "IDEOGRAM_FALLBACK", "maybe")

    with pytest.raises(GuardRefusedError, match="changed by someone else"):
        await world.offer.undo(world.service, run)


async def test_only_the_newest_press_on_a_variable_can_be_undone():
    world = World()
    first = await world.through(REDUCE)
    second = await world.through(REDUCE)
    other = await world.through(ENABLE)

    with pytest.raises(GuardRefusedError, match=f"{second.name} was pressed later"):
        await world.offer.undo(world.service, first)
    assert (await world.offer.undo(world.service, second)).undoes == second.id
    assert (await world.offer.undo(world.service, other)).undoes == other.id


async def test_what_is_not_in_force_cannot_be_undone():
    world = World()
    run = await world.pressed()

    with pytest.raises(GuardRefusedError, match="not in force"):
        await world.offer.undo(world.service, run)


async def test_a_stale_button_is_described_anew():
    world = World()
    old = await world.offered()

    said = await world.offer.again(world.service, old, "late")

    assert isinstance(said, MitigationOffers)
    assert (said.reason, len(said.offers)) == ("late", 1)
    assert said.offers[0].id != old.id


async def test_a_stale_undo_is_described_anew_or_says_why_not():
    world = World()
    run = await world.through()
    undo = await world.offer.undo(world.service, run)

    anew = await world.offer.again(world.service, undo, "late")
    world.cluster.set_env(TARGET, "IDEOGRAM_FALLBACK", "maybe")
    refused_now = await world.offer.again(world.service, undo, "late")
    gone = await world.offer.again(world.service, replace(undo, undoes="gone"), "late")

    assert [one.undoes for one in anew.offers] == [run.id]
    assert [one.guard for one in refused_now.not_offered] == ["changed"]
    assert (gone.offers, gone.not_offered) == ((), ())


def test_ids_cannot_be_guessed():
    assert len({random_id() for _ in range(100)}) == 100
    assert len(random_id()) == 12


@pytest.mark.parametrize(
    ("diagnosis", "seen", "kinds"),
    [
        (a_diagnosis(), ON, []),
        (FINE, ON, [MitigationKind.DISABLE_FALLBACK]),
        (FINE, Switched(), []),
        (FINE, Switched(is_reduced=True), [MitigationKind.RESTORE_CONCURRENCY]),
        (LIMITED, OFF, [MitigationKind.REDUCE_CONCURRENCY]),
        (LIMITED, Switched(is_reduced=True, concurrency=3), [MitigationKind.REDUCE_CONCURRENCY]),
        (LIMITED, Switched(is_reduced=True, concurrency=1), []),
        (a_diagnosis(Cause.HEALTHY, None, evidence=(ProbeKind.AUTH,)), ON, []),
        (a_diagnosis(Cause.DOWNLOAD, Severity.P1), OFF, [MitigationKind.ENABLE_FALLBACK]),
        (a_diagnosis(Cause.DOWNLOAD, Severity.P3), OFF, []),
    ],
)
def test_a_step_stands_only_where_it_would_change_something_for_users(diagnosis, seen, kinds):
    world = World()

    by_hand = world.offer.by_hand(world.service, diagnosis, seen)
    places = world.offer.places(world.service, diagnosis, seen)

    assert [one.kind for one in by_hand] == list(places) == kinds
    assert all(place == world.mitigations[k].helps[diagnosis.cause] for k, place in places.items())
