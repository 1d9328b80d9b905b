"""Claims about reduce-concurrency and restore-concurrency."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import GuardRefusedError
from bot.domain.metrics import Reading
from bot.domain.mitigation import EffectState, EnvChange, State
from bot.mitigations.reduce_concurrency import ReduceConcurrency
from bot.mitigations.restore_concurrency import RestoreConcurrency
from tests.builders import NIGHT, a_run, a_service
from tests.fakes.clock import FakeClock
from tests.fakes.cluster_objects import a_container, a_deployment
from tests.fakes.lookout import a_lookout
from tests.fakes.metrics import SOURCE, FakeMetrics, outcomes

SERVICE = a_service()
NAME = "IDEOGRAM_CONCURRENCY"
REDUCE = ReduceConcurrency(a_lookout())
RESTORE = RestoreConcurrency(a_lookout())


def at(value: str):
    return a_container(IDEOGRAM_CONCURRENCY=value)


def test_each_press_goes_one_step_down():
    assert REDUCE.change(SERVICE, at("8"), []) == EnvChange(NAME, "8", "3")
    assert REDUCE.change(SERVICE, at("3"), []) == EnvChange(NAME, "3", "1")
    assert REDUCE.change(SERVICE, a_container(), []) == EnvChange(NAME, None, "3")


def test_below_the_last_step_it_is_refused():
    with pytest.raises(GuardRefusedError) as refused:
        REDUCE.change(SERVICE, at("1"), [])

    assert refused.value.guard == "already"


def test_restoring_ends_every_step_at_once():
    steps = [
        a_run(state=State.UNVERIFIED, before=(EnvChange(NAME, "12", "3"),)),
        a_run(state=State.UNVERIFIED, before=(EnvChange(NAME, "3", "1"),)),
    ]

    assert RESTORE.change(SERVICE, at("1"), steps) == EnvChange(NAME, "1", "12")
    assert RESTORE.change(SERVICE, at("1"), []) == EnvChange(NAME, "1", "8")


@pytest.mark.parametrize(("seen", "after"), [(None, "3"), (8, "3"), (3, "1"), (2, "1")])
def test_by_hand_the_next_step_is_meant(seen, after):
    change = REDUCE.by_hand(SERVICE, seen)

    assert change is not None
    assert change.after == after


def test_at_the_smallest_value_nothing_is_left_to_reduce_by_hand():
    assert REDUCE.by_hand(SERVICE, 1) is None


def test_by_hand_the_normal_value_is_restored():
    assert RESTORE.by_hand(SERVICE, 1) == EnvChange(NAME, "3", "8")


@pytest.mark.parametrize(
    ("value", "restored"),
    [("3", "12"), ("5", "8")],
    ids=["what our newest press replaced", "what we did not set: the normal value"],
)
def test_what_somebody_deployed_over_a_press_is_not_undone(value, restored):
    presses = [
        a_run(state=State.UNVERIFIED, before=(EnvChange(NAME, "10", "3"),)),
        a_run(state=State.UNVERIFIED, before=(EnvChange(NAME, "12", "3"),)),
    ]

    assert RESTORE.change(SERVICE, at(value), presses) == EnvChange(NAME, value, restored)


def test_what_somebody_removed_has_nothing_to_end():
    pressed = a_run(state=State.UNVERIFIED, before=(EnvChange(NAME, "12", "3"),))

    with pytest.raises(GuardRefusedError, match="is not set: nothing to end"):
        RESTORE.change(SERVICE, a_container(), [pressed])


@pytest.mark.parametrize("one", [REDUCE, RESTORE])
async def test_without_traffic_nobody_can_say_whether_it_helped(one):
    effect = await one.effect(SERVICE, a_run())

    assert effect.state is EffectState.UNSEEN
    assert effect.detail == "user traffic is not visible (no Prometheus configured)"


SEEN = a_service(metrics=SOURCE)
PRESS = a_run(pressed_at=NIGHT - timedelta(minutes=3), rolled_out_at=NIGHT - timedelta(minutes=2))


def after(calm_for=timedelta(minutes=2), **counts):
    """Make both mitigations look at what users got since the press, and before it."""
    metrics = FakeMetrics()
    then = [replace(one, at=PRESS.pressed_at) for one in outcomes(c429=99, success=99).samples]
    metrics.past = Reading((*then, *outcomes(**counts).samples))
    lookout = a_lookout(metrics=metrics, clock=FakeClock(NIGHT), calm_for=calm_for)
    return metrics, [ReduceConcurrency(lookout), RestoreConcurrency(lookout)]


@pytest.mark.parametrize(
    ("counts", "state", "said"),
    [
        ({"success": 200}, EffectState.EFFECTIVE, "no 429 in 200 requests of 2 min"),
        ({"success": 190, "c429": 10}, EffectState.PENDING, "429 in 200 requests of 2 min, 99 of"),
        ({"success": 10, "c429": 190}, EffectState.WORSE, "429 in 200 requests of 2 min, 99 of"),
        ({"success": 0}, EffectState.UNSEEN, "no requests in 2 min"),
    ],
)
async def test_with_traffic_the_effect_is_what_users_are_answered(counts, state, said):
    _, both = after(**counts)

    for one in both:
        effect = await one.effect(SEEN, PRESS)
        assert effect.state is state
        assert said in effect.detail


async def test_one_range_query_compares_now_with_the_press():
    metrics, (one, _) = after(success=200)

    await one.effect(SEEN, PRESS)

    (span,) = metrics.spans
    assert span.moments == (PRESS.pressed_at, NIGHT)
    assert any("generations_total[120s]" in expression for _, expression in metrics.asked)


async def test_a_shorter_verification_looks_at_a_shorter_calm():
    _, (one, _) = after(calm_for=timedelta(seconds=30), success=200)

    effect = await one.effect(SEEN, PRESS)

    assert effect.detail == "no 429 in 200 requests of 30 s"


@pytest.mark.parametrize(("one", "said"), [(REDUCE, "limit 10: choose 2."), (RESTORE, "limit 10.")])
def test_the_limit_that_ideogram_named_decides_the_warning(one, said):
    change = EnvChange(NAME, "8", "3")

    assert one.warnings(SERVICE, a_deployment(), change, 20) == ()
    assert one.warnings(SERVICE, a_deployment(), change, None)[0].endswith(said)


def test_a_service_without_the_switch_is_not_configured():
    assert REDUCE.is_configured(SERVICE)
    assert RESTORE.is_configured(SERVICE)
    assert not REDUCE.is_configured(a_service(concurrency=None))
    assert not RESTORE.is_configured(a_service(concurrency=None))


def test_each_is_undone_as_the_other():
    assert REDUCE.inverse is RESTORE.kind
    assert RESTORE.inverse is REDUCE.kind
    assert (REDUCE.ends, RESTORE.ends) == (False, True)
    assert not REDUCE.needs_image
    assert not RESTORE.needs_image
