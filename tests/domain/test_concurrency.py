from dataclasses import replace

import pytest

from bot.domain.concurrency import concurrency_of, current_value, excess, excess_warning, step_down
from bot.domain.errors import GuardRefusedError
from bot.domain.mitigation import EnvChange
from bot.domain.service import ConcurrencySwitch
from tests.builders import a_service
from tests.fakes.cluster_objects import a_container, a_deployment

SWITCH = ConcurrencySwitch("C", 8, (3, 1))


def test_the_pods_of_a_rollout_are_multiplied_and_what_fits_is_said():
    assert (
        excess(SWITCH, 3, pods=4, surge=0, limit=None)
        == "4 pods \u00d7 3 = 12, limit 10: choose 2."
    )
    assert excess(SWITCH, 3, pods=4, surge=1, limit=20) is None


def test_where_nothing_fits_the_number_of_pods_is_the_advice():
    found = excess(SWITCH, 1, pods=12, surge=0, limit=10)

    assert found == "12 pods \u00d7 1 = 12, limit 10: at most 10 pods fit."


def test_a_value_for_all_pods_together_is_not_multiplied():
    together = replace(SWITCH, per_pod=False)

    assert excess(together, 10, pods=4, surge=1, limit=None) is None
    assert excess(together, 11, pods=4, surge=1, limit=None) == "11 exceeds the limit 10."


@pytest.mark.parametrize(("current", "step"), [(8, 3), (4, 3), (3, 1)])
def test_the_next_step_down_is_the_largest_below(current, step):
    assert step_down(SWITCH, current) == step


def test_below_the_last_step_there_is_none():
    with pytest.raises(GuardRefusedError, match="no step below"):
        step_down(SWITCH, 1)


def test_the_value_now_is_read_and_normal_where_it_is_not_set():
    assert current_value(SWITCH, a_container(C="5")) == 5
    assert current_value(SWITCH, a_container()) == 8
    assert current_value(SWITCH, a_container(C=None)) == 8


def test_a_value_that_is_no_number_is_refused():
    with pytest.raises(GuardRefusedError, match="“many”, not a number"):
        current_value(SWITCH, a_container(C="many"))


def test_without_the_switch_nothing_can_be_changed():
    with pytest.raises(GuardRefusedError):
        concurrency_of(a_service(concurrency=None))


@pytest.mark.parametrize(("after", "count"), [("3", 1), ("2", 0), (None, 0), ("many", 0)])
def test_only_a_number_that_exceeds_is_warned_of(after, count):
    change = EnvChange("IDEOGRAM_CONCURRENCY", "8", after)

    assert len(excess_warning(a_service(), a_deployment(), change, None)) == count
