from dataclasses import replace
from datetime import timedelta

from bot.domain.errors import BotError, ForbiddenError, MissingError, UnavailableError
from bot.domain.message import IncidentCard, MitigationOutcome, MitigationProgress
from bot.domain.mitigation import State
from bot.domain.timeline import EventKind
from bot.domain.workload import Pod
from bot.usecases.verify import SURE_AFTER
from tests.usecases.pressing import HEALTH, TARGET, World

NOT_READY = Pod("new", ready=False, reason="ImagePullBackOff", restarts=0, started_at=None)


async def test_a_rollout_that_goes_well_frees_the_object_and_is_verified():
    world = World()
    world.health_says("fallback")

    run = await world.through()

    assert run.state is State.EFFECTIVE
    assert run.rolled_out_at is not None
    assert (run.ready_seen, run.replicas) == (4, 4)
    assert world.storage.tables.locks == {}


async def test_the_live_message_follows_the_pods():
    world = World()
    run = await world.pressed()
    world.cluster.will_roll(TARGET)

    await world.to_watching(run)
    await world.watch_only(run)

    sending = next(one for one in world.storage.sendings if one.key == run.message)
    assert sending.revision >= 6
    assert sending.message == MitigationProgress(world.newest(run))


async def test_a_stuck_rollout_says_the_pods_reasons_and_offers_undo():
    world = World()
    run = await world.pressed()
    world.cluster.will_stick(TARGET, after=1)
    world.cluster.set_pods(TARGET, NOT_READY)

    await world.advance().start(run.id)

    run = world.newest(run)
    assert run.state is State.STUCK
    assert run.detail == "ReplicaSet has timed out progressing; ImagePullBackOff (1 pod)"
    outcome = world.message(f"{run.name}/outcome")
    assert isinstance(outcome, MitigationOutcome)
    assert outcome.undo is not None
    assert outcome.undo.undoes == run.id
    card = world.message("INC-42/card")
    assert isinstance(card, IncidentCard)
    assert card.offers == (outcome.undo,)


async def test_a_rollout_without_one_more_pod_for_five_minutes_is_stuck():
    world = World()
    run = await world.pressed()

    await world.advance().start(run.id)

    run = world.newest(run)
    assert (run.state, run.detail) == (State.STUCK, "no more pods ready for 5 min")
    assert run.took is not None
    assert timedelta(minutes=5) <= run.took < timedelta(minutes=5, seconds=10)


async def test_pods_that_cannot_be_seen_do_not_hide_that_it_is_stuck():
    world = World()
    run = await world.pressed()
    world.cluster.will_stick(TARGET)
    world.cluster.fail("pods", ForbiddenError("may not list pods"))

    await world.advance().start(run.id)

    assert world.newest(run).detail.endswith("pods not seen: may not list pods")


async def test_someone_elses_deploy_is_said_and_nothing_is_offered_back():
    world = World()
    run = await world.pressed()
    world.cluster.will(TARGET, lambda old: replace(old, annotations={}))

    await world.advance().start(run.id)

    run = world.newest(run)
    assert run.state is State.REPLACED
    outcome = world.message(f"{run.name}/outcome")
    assert outcome == MitigationOutcome(run, None)


async def test_a_deployment_that_is_gone_was_replaced():
    world = World()
    run = await world.pressed()
    world.cluster.fail("watch", MissingError("there is no deployment"))

    await world.advance().start(run.id)

    assert world.newest(run).state is State.REPLACED


def out_of_sight(world: World, error: BotError) -> None:
    """Nothing that asks the cluster is answered any more."""
    for _ in range(1000):
        world.cluster.fail("watch", error)
        world.cluster.fail("deployment", error)
        world.cluster.fail("may_patch", error)


async def test_a_rollout_that_nobody_can_see_is_never_called_stuck():
    world = World()
    world.health_says("degraded")
    run = await world.pressed()
    await world.to_watching(run)
    out_of_sight(world, UnavailableError("reset"))

    await world.advance().start(run.id)

    run = world.newest(run)
    assert (run.state, run.unseen) == (State.UNVERIFIED, "reset")
    assert run.took is not None
    assert timedelta(minutes=7) <= run.took <= timedelta(minutes=7, seconds=20)
    assert world.message(f"{run.name}/outcome") == MitigationOutcome(
        run, None, "kubectl -n default rollout status deployment/ideogram-service"
    )


async def test_a_rollout_out_of_sight_is_effective_when_the_service_says_so_again_and_again():
    world = World()
    world.health_says("fallback")
    run = await world.pressed()
    await world.to_watching(run)
    out_of_sight(world, UnavailableError("reset"))

    await world.advance().start(run.id)

    run = world.newest(run)
    assert (run.state, run.detail) == (State.EFFECTIVE, "health says fallback")
    assert run.rolled_out_at is None
    assert world.network.asked == [HEALTH] * SURE_AFTER
    kinds = [one.kind for one in world.storage.events]
    assert EventKind.MITIGATION_ROLLED_OUT not in kinds


async def test_a_rollout_that_may_not_be_seen_is_not_waited_for():
    world = World()
    world.health_says("fallback")
    run = await world.pressed()
    await world.to_watching(run)
    out_of_sight(world, ForbiddenError("may not get"))

    await world.advance().start(run.id)

    run = world.newest(run)
    assert (run.state, run.unseen) == (State.EFFECTIVE, "may not get")
    assert run.took is not None
    assert run.took < timedelta(seconds=15)


async def test_a_rollout_out_of_sight_frees_the_object():
    world = World()
    run = await world.pressed()
    await world.to_watching(run)
    out_of_sight(world, UnavailableError("reset"))

    await world.watch_only(run)

    assert world.newest(run).state is State.VERIFYING
    assert world.storage.tables.locks == {}


async def test_what_was_out_of_sight_for_a_while_is_watched_to_its_end():
    world = World()
    world.health_says("fallback")
    run = await world.pressed()
    world.cluster.will_roll(TARGET)
    for _ in range(290):  # one look a second: it comes back just in time
        world.cluster.fail("watch", UnavailableError("reset"))

    await world.advance().start(run.id)

    run = world.newest(run)
    assert (run.state, run.unseen, run.ready_seen) == (State.EFFECTIVE, "", 4)


async def test_a_watch_that_breaks_after_each_look_is_one_that_sees():
    world = World()
    run = await world.pressed()
    world.cluster.breaks_after_each_look = ForbiddenError("may get, but not watch")

    await world.advance().start(run.id)

    assert world.newest(run).detail == "no more pods ready for 5 min"


async def test_a_broken_watch_is_taken_up_again():
    world = World()
    world.health_says("fallback")
    run = await world.pressed()
    world.cluster.will_roll(TARGET)
    world.cluster.fail("watch", UnavailableError("reset"))

    await world.advance().start(run.id)

    assert world.newest(run).state is State.EFFECTIVE
