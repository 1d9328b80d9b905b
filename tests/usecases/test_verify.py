from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest

from bot.domain.errors import MissingError, UnavailableError
from bot.domain.mitigation import MitigationKind, State
from bot.domain.money import budget_day
from bot.domain.onset import Counted
from bot.usecases.verify import SURE_AFTER
from tests.builders import NIGHT, a_service
from tests.fakes.clock import FakeClock
from tests.fakes.ideogram import an_exchange
from tests.fakes.metrics import SOURCE, SteadyMetrics
from tests.usecases.pressing import HEALTH, TARGET, World


class MendingClock(FakeClock):
    """Something mends while somebody waits for seconds."""

    mends = staticmethod(lambda: None)

    async def sleep(self, duration: timedelta) -> None:
        if duration:
            self.mends()
        await super().sleep(duration)


DISABLE = MitigationKind.DISABLE_FALLBACK


async def a_world_with_fallback(**changes) -> World:
    world = World(**changes)
    world.cluster.set_env(TARGET, "IDEOGRAM_FALLBACK", "true")
    world.cluster.will_roll(TARGET)
    while world.cluster.advance(TARGET):
        pass
    world.health_says("ok")
    return world


async def used(world: World) -> Decimal:
    async with world.storage() as uow:
        return await uow.budget.used(budget_day(NIGHT))


async def test_an_effect_seen_at_once_ends_it_at_once():
    world = World()
    world.health_says("fallback")

    run = await world.through()

    assert (run.state, run.detail) == (State.EFFECTIVE, "health says fallback")
    assert world.network.asked == [HEALTH]


async def test_an_effect_that_never_shows_is_none_after_two_minutes():
    world = World()
    world.health_says("degraded")

    run = await world.through()

    assert run.state is State.NO_EFFECT
    assert run.took is not None
    assert timedelta(minutes=2) <= run.took <= timedelta(minutes=2, seconds=10)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (MitigationKind.ENABLE_FALLBACK, "health is not visible (no health_url configured)"),
        (MitigationKind.REDUCE_CONCURRENCY, "user traffic is not visible"),
    ],
)
async def test_where_nothing_is_to_be_looked_at_nobody_waits(kind, said):
    world = World(service=a_service(health_url=None))

    run = await world.through(kind)

    assert run.state is State.UNVERIFIED
    assert said in run.detail
    assert run.took is not None
    assert run.took < timedelta(seconds=5)


async def test_what_cannot_be_seen_now_is_looked_for_until_the_time_is_over():
    world = World(service=a_service(health_path="services.other"))
    world.health_says("fallback")

    run = await world.through()

    assert run.state is State.UNVERIFIED
    assert "no services.other in the health document" in run.detail
    assert run.took is not None
    assert timedelta(minutes=2) <= run.took <= timedelta(minutes=2, seconds=10)


async def test_a_health_page_that_comes_back_within_the_time_is_believed():
    world = World(clock=MendingClock())
    run = await world.pressed()
    waits = count()

    def comes_back() -> None:
        if next(waits) == SURE_AFTER * 4:
            world.health_says("fallback")

    world.clock.mends = comes_back

    run = await world.to_the_end(run)

    assert (run.state, run.detail) == (State.EFFECTIVE, "health says fallback")


async def test_health_down_after_disabling_is_worse_soon():
    world = await a_world_with_fallback()
    world.health_says("down")

    run = await world.through(DISABLE)

    assert run.state is State.WORSE
    assert run.took is not None
    assert run.took < timedelta(seconds=15)


async def test_one_bad_page_of_an_ingress_proves_nothing():
    world = World(clock=MendingClock())
    world.network.pages[HEALTH] = an_exchange(502, "<html>bad gateway</html>")
    run = await world.pressed()
    world.clock.mends = lambda: world.health_says("fallback")

    run = await world.to_the_end(run)

    assert (run.state, len(world.network.asked)) == (State.EFFECTIVE, 2)


@pytest.mark.parametrize("error", [MissingError("gone"), None])
async def test_a_change_put_back_meanwhile_was_replaced(error):
    world = World()
    world.health_says("degraded")
    run = await world.pressed()
    world.cluster.will_roll(TARGET)
    await world.to_watching(run)
    await world.watch_only(run)
    if error is None:
        world.cluster.set_env(TARGET, "IDEOGRAM_FALLBACK", "false")
    else:
        world.cluster.fail("deployment", error)

    await world.advance().start(run.id)

    assert world.newest(run).state is State.REPLACED


async def test_a_cluster_that_is_away_does_not_count_as_replaced():
    world = World()
    world.health_says("fallback")
    run = await world.pressed()
    world.cluster.will_roll(TARGET)
    await world.to_watching(run)
    await world.watch_only(run)
    world.cluster.fail("deployment", UnavailableError("away"))

    await world.advance().start(run.id)

    assert world.newest(run).state is State.EFFECTIVE


async def test_disabling_pays_for_exactly_one_cheapest_canary():
    world = await a_world_with_fallback()

    run = await world.through(DISABLE)

    assert (run.state, run.detail) == (State.EFFECTIVE, "health says ok; V3 canary: image")
    assert world.ideogram.asked == ["v3"]
    assert run.canary_at is not None
    assert await used(world) == Decimal("0.03")


async def test_disabling_is_proved_by_the_call_that_had_failed():
    world = await a_world_with_fallback()
    await world.found_legacy_down()

    run = await world.through(DISABLE)

    assert (run.state, run.detail) == (State.EFFECTIVE, "health says ok; LEGACY canary: image")
    assert world.ideogram.asked == ["legacy"]


async def test_enabling_pays_for_no_image():
    world = World()
    world.health_says("fallback")

    await world.through()

    assert world.ideogram.asked == []


@pytest.mark.parametrize(
    ("answer", "spent"),
    [
        (an_exchange(503, "down"), "0"),
        (an_exchange(None), "0"),
        (an_exchange(200, "<html>"), "0.03"),
        (an_exchange(302), "0.03"),
        (an_exchange(None, sent=True), "0.03"),
    ],
)
async def test_a_canary_without_an_image_is_worse_and_counts_only_when_it_may_cost(answer, spent):
    world = await a_world_with_fallback()
    world.ideogram.all_generations(answer)

    run = await world.through(DISABLE)

    assert run.state is State.WORSE
    assert run.detail.endswith("users may get errors")
    assert await used(world) == Decimal(spent)


async def test_without_a_key_images_are_unverified():
    world = await a_world_with_fallback()
    world.keys.key = None

    run = await world.through(DISABLE)

    assert run.state is State.UNVERIFIED
    assert run.detail == "health says ok; no canary: no key may be used"


async def test_without_money_images_are_unverified():
    world = await a_world_with_fallback(limit=Decimal("0.02"))

    run = await world.through(DISABLE)

    assert run.state is State.UNVERIFIED
    assert run.canary_at is None
    assert world.ideogram.asked == []


REDUCE = MitigationKind.REDUCE_CONCURRENCY


async def a_world_seen(**counts) -> World:
    clock = FakeClock()
    return World(
        service=a_service(metrics=SOURCE), clock=clock, metrics=SteadyMetrics(clock, **counts)
    )


async def test_two_minutes_without_a_refusal_are_seen_in_the_look_that_ends_the_time():
    world = await a_world_seen(success=240)

    run = await world.through(REDUCE)

    assert (run.state, run.detail) == (State.EFFECTIVE, "no 429 in 240 requests of 2 min")
    assert run.rolled_out_at is not None
    assert run.finished_at is not None
    looked = run.finished_at - run.rolled_out_at
    assert timedelta(minutes=2) <= looked <= timedelta(minutes=2, seconds=10)
    assert run.users == Counted(0, 240, world.metrics.spans[-1].end)


async def test_refusals_that_go_on_are_no_effect():
    world = await a_world_seen(success=200, c429=40)

    run = await world.through(REDUCE)

    assert run.state is State.NO_EFFECT
    assert "429 in 240 requests of 2 min, 40 of 240 before" in run.detail


async def test_nobody_who_asks_for_a_picture_leaves_it_unverified():
    world = await a_world_seen(success=0)

    run = await world.through(REDUCE)

    assert (run.state, run.detail) == (State.UNVERIFIED, "no requests in 2 min")


async def test_without_prometheus_concurrency_is_unverified_soon():
    run = await World().through(REDUCE)

    assert run.state is State.UNVERIFIED
    assert run.took is not None
    assert run.took < timedelta(seconds=15)


async def test_what_users_get_after_a_calm_stands_on_the_incident():
    world = await a_world_seen(success=240)

    run = await world.through(REDUCE)

    assert world.storage.incidents[-1].users == run.users
