"""What cannot be offered says why, and what to type instead."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import (
    ConflictError,
    ForbiddenError,
    GuardRefusedError,
    MissingError,
    PermanentError,
    UnavailableError,
)
from bot.domain.mitigation import EnvChange, MitigationKind, State
from bot.usecases.describe import Context
from bot.usecases.guard import question
from bot.usecases.switched import Switched
from tests.builders import a_service
from tests.fakes.cluster_objects import a_deployment
from tests.sayings import a_diagnosis
from tests.usecases.pressing import TARGET, World

ENABLE = MitigationKind.ENABLE_FALLBACK
REDUCE = MitigationKind.REDUCE_CONCURRENCY
BY_HAND = "kubectl -n default set env deployment/ideogram-service -c app IDEOGRAM_FALLBACK=true"


async def refused(world: World, kind: MitigationKind = ENABLE):
    offers, not_offered = await world.offer(world.service, [kind], Context())
    assert offers == ()
    return not_offered[0]


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
