"""What is due while a mitigation is in force, and what holds."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.ids import MitigationId
from bot.domain.mitigation import EnvChange, MitigationKind
from bot.domain.recovery import BACK_AFTER, REMINDERS_MAX, begun, holding
from tests.builders import NIGHT, a_preview, a_run

MINUTE = timedelta(minutes=1)
TEN = 10 * MINUTE
ENABLE, DISABLE = MitigationKind.ENABLE_FALLBACK, MitigationKind.DISABLE_FALLBACK
REDUCE, RESTORE = MitigationKind.REDUCE_CONCURRENCY, MitigationKind.RESTORE_CONCURRENCY
ENDING = {DISABLE, RESTORE}


def pressed(name, kind=ENABLE, variable="FALLBACK", **changes):
    preview = a_preview(changes=(EnvChange(variable, "a", "b"),))
    return a_run(id=MitigationId(name), kind=kind, preview=preview, **changes)


@pytest.fixture
def recovery():
    return begun(a_run(rolled_out_at=NIGHT), TEN)


def test_it_counts_from_the_end_of_the_rollout(recovery):
    assert (recovery.since, recovery.due_at) == (NIGHT, NIGHT + TEN)
    assert begun(a_run(pressed_at=NIGHT), TEN).since == NIGHT


def test_where_no_image_tells_anything_only_reminders_are_due():
    assert begun(a_run(), None).due_at == NIGHT + 45 * MINUTE


def test_what_ended_is_never_due(recovery):
    assert recovery.ended(NIGHT).due_at is None


def test_what_ended_may_begin_again_after_ten_minutes(recovery):
    ended = recovery.ended(NIGHT)

    assert not recovery.may_begin_again(NIGHT + TEN)
    assert not ended.may_begin_again(NIGHT + 9 * MINUTE)
    assert ended.may_begin_again(NIGHT + TEN)


def test_images_in_a_row_bring_it_back_and_one_failure_ends_the_row(recovery):
    seen = []
    for got_image in (True, True, False, True, True, True):
        recovery = recovery.checked(NIGHT, "as said", got_image=got_image)
        seen.append((recovery.in_a_row, recovery.is_back))

    assert seen == [(1, False), (2, False), (0, False), (1, False), (2, False), (BACK_AFTER, True)]


def test_a_check_that_was_not_sent_leaves_the_row(recovery):
    once = recovery.checked(NIGHT, "image", got_image=True)

    assert once.skipped(NIGHT, "no key").in_a_row == 1


def test_the_next_check_is_planned_from_now(recovery):
    late = NIGHT + timedelta(hours=5)

    assert recovery.sent(late, TEN).next_check_at == late + TEN


def test_the_last_reminder_plans_no_other(recovery):
    for _ in range(REMINDERS_MAX):
        assert recovery.next_reminder_at is not None
        recovery = recovery.reminded(NIGHT)

    assert recovery.next_reminder_at is None
    assert not recovery.must_remind(NIGHT)


def test_the_oldest_press_on_a_variable_holds():
    first, second = pressed("a", REDUCE, "N"), pressed("b", REDUCE, "N")

    assert holding([first, second], ENDING) == (first,)


def test_an_end_ends_what_came_before_it_on_its_variable():
    other, later = pressed("b", REDUCE, "N"), pressed("d")

    assert holding([pressed("a"), other, pressed("c", DISABLE), later], ENDING) == (other, later)


def test_an_end_elsewhere_ends_nothing_here():
    here = pressed("a")

    assert holding([here, pressed("b", DISABLE, object_key="other")], ENDING) == (here,)


def test_taking_one_step_back_leaves_the_step_before():
    first = pressed("a", REDUCE, "N")
    undo = pressed("c", RESTORE, "N", undoes=MitigationId("b"))

    assert holding([first, undo], ENDING) == (first,)


def test_taking_an_end_back_holds():
    undo = pressed("c", ENABLE, undoes=MitigationId("b"))

    assert holding([undo], ENDING) == (undo,)


def test_a_press_on_two_variables_is_listed_once():
    both = replace(
        pressed("a"),
        preview=a_preview(changes=(EnvChange("A", "1", "2"), EnvChange("B", "1", "2"))),
    )

    assert holding([both], ENDING) == (both,)
