"""What a button says before it is pressed, what can be undone, and what is described anew."""

from dataclasses import replace

import pytest

from bot.domain.diagnosis import Cause
from bot.domain.errors import GuardRefusedError
from bot.domain.ids import TriageId
from bot.domain.message import MitigationOffers
from bot.domain.mitigation import EnvChange, MitigationKind, State
from bot.usecases.describe import Context, random_id
from bot.usecases.switched import Switched
from tests.builders import a_result, a_service
from tests.fakes.cluster_objects import a_deployment
from tests.usecases.pressing import TARGET, World

ENABLE = MitigationKind.ENABLE_FALLBACK
REDUCE = MitigationKind.REDUCE_CONCURRENCY
MANAGED_BY = "app.kubernetes.io/managed-by"


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


async def test_nothing_is_ended_because_all_is_well_while_it_is_being_checked():
    world = World()
    run = await world.pressed()
    stored = world.storage.tables.presses[run.id]
    checking = replace(run, state=State.VERIFYING)
    world.storage.tables.presses[run.id] = replace(stored, run=checking)

    assert await world.offer.for_cause(world.service, Cause.HEALTHY) == ((), ())


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
