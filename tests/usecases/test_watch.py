from dataclasses import replace
from datetime import timedelta

from bot.domain.errors import ForbiddenError, MissingError, UnavailableError
from bot.domain.message import IncidentCard, MitigationOutcome, MitigationProgress
from bot.domain.mitigation import State
from bot.domain.workload import Pod
from tests.usecases.pressing import TARGET, World

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


async def test_a_watch_that_is_forbidden_says_so():
    world = World()
    run = await world.pressed()
    world.cluster.fail("watch", ForbiddenError("may not watch"))

    await world.advance().start(run.id)

    assert world.newest(run).detail == "cannot watch: may not watch"


async def test_a_watch_that_stays_broken_is_stuck():
    world = World()
    run = await world.pressed()
    for _ in range(400):
        world.cluster.fail("watch", UnavailableError("reset"))

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
