"""A press that changes nothing is told why, with what can be pressed or typed now."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import ForbiddenError, StalePressError, UnavailableError, UnknownServiceError
from bot.domain.ids import MitigationId, PreviewId
from bot.domain.message import MitigationOffers, MitigationProgress, Trouble
from bot.domain.mitigation import MitigationKind
from bot.domain.policy import Policy
from tests.builders import BEN, a_service
from tests.usecases.pressing import TARGET, World


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


async def test_an_undo_of_a_press_that_is_not_known_any_more_changes_nothing():
    world = World()
    world.health_says("fallback")
    run = await world.through()
    undo = await world.offer.undo(world.service, run)
    gone = replace(undo, undoes=MitigationId("gone"))
    world.storage.tables.previews[undo.id] = gone

    await world.press_on(gone)

    assert [one.id for one in world.storage.runs] == [run.id]
