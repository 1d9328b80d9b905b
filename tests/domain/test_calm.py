"""What users' requests show after a change."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calm import compared, fewer_failures, no_refusals, span_of
from bot.domain.metrics import Reading, Sample
from bot.domain.mitigation import EffectState
from bot.domain.onset import Counted, Onset, Sign
from bot.domain.thresholds import Thresholds
from tests.builders import NIGHT, a_run
from tests.fakes.metrics import FRESH, SOURCE, Query, a_reading, outcomes

EFFECTIVE, PENDING, WORSE, UNSEEN = (
    EffectState.EFFECTIVE,
    EffectState.PENDING,
    EffectState.WORSE,
    EffectState.UNSEEN,
)
TWO = replace(SOURCE, window=timedelta(minutes=2))
PRESSED = NIGHT - timedelta(minutes=3)
RUN = a_run(pressed_at=PRESSED, rolled_out_at=NIGHT - timedelta(minutes=2))
SOON = replace(RUN, rolled_out_at=NIGHT - timedelta(seconds=90))
LIMITS = Thresholds()
LIMITED = {"success": 200, "c429": 100}


def at(moment, counts):
    return [replace(one, at=moment) for one in outcomes(**counts).samples]


def look(before, after, *, run=RUN, newest=FRESH[Query.NEWEST], problem=""):
    samples = () if problem else tuple(at(PRESSED, before) + at(NIGHT, after))
    return compared(TWO, run, span_of(run, NIGHT), Reading(samples, problem), newest)


@pytest.mark.parametrize(
    ("before", "after", "state", "said"),
    [
        (LIMITED, {"success": 240}, EFFECTIVE, "no 429 in 240 requests of 2 min"),
        (LIMITED, {"success": 240, "c503": 2}, EFFECTIVE, "no 429 in 242 requests of 2 min"),
        (
            LIMITED,
            {"success": 240, "c429": 1},
            PENDING,
            "1 {X} 429 in 241 requests of 2 min, 100 of 300 before",
        ),
        (
            LIMITED,
            {"success": 100, "c429": 200},
            WORSE,
            "200 {X} 429 in 300 requests of 2 min, 100 of 300 before",
        ),
        (
            {"success": 300},
            {"success": 280, "c429": 20},
            WORSE,
            "20 {X} 429 in 300 requests of 2 min",
        ),
        (
            {"success": 300},
            {"success": 280, "c429": 2},
            PENDING,
            "2 {X} 429 in 282 requests of 2 min",
        ),
        ({}, {"success": 100, "c429": 200}, PENDING, "200 {X} 429 in 300 requests of 2 min"),
        (LIMITED, {"success": 0}, UNSEEN, "no requests in 2 min"),
        (LIMITED, {"success": float("nan")}, UNSEEN, "Prometheus answers NaN"),
    ],
)
def test_calm_is_two_minutes_without_a_refusal(before, after, state, said):
    effect = no_refusals(look(before, after), LIMITS)

    assert effect.state is state
    assert effect.detail.startswith(said.replace("{X}", "\N{MULTIPLICATION SIGN}"))


@pytest.mark.parametrize(
    ("began", "hit", "before", "state"),
    [
        (timedelta(seconds=40), 60, False, PENDING),  # as bad as since it began
        (timedelta(seconds=40), 10, False, WORSE),
        (timedelta(minutes=3), 60, False, WORSE),  # the window before holds nothing else
        (timedelta(seconds=40), 60, True, WORSE),  # nobody knows when it began
    ],
)
def test_young_trouble_is_compared_with_what_failed_since_it_began(began, hit, before, state):
    onset = Onset(Sign.RATE_LIMITED, PRESSED - began, before, hit, 100, PRESSED)
    run = replace(RUN, onset=onset)

    seen = look({"success": 240, "c429": 60}, {"success": 40, "c429": 60}, run=run)

    assert no_refusals(seen, LIMITS).state is state


@pytest.mark.parametrize(
    ("before", "after", "state", "said"),
    [
        (
            {"success": 2, "c503": 338},
            {"success": 99, "c503": 1},
            EFFECTIVE,
            "1 of 100 requests failed in 2 min, 338 of 340 before",
        ),
        ({"c503": 340}, {"success": 60, "c503": 40}, PENDING, "40 of 100 requests failed in 2 min"),
        (
            {"success": 80, "c503": 20},
            {"c503": 100},
            WORSE,
            "100 of 100 requests failed in 2 min, 20 of 100 before",
        ),
        ({"success": 340}, {"success": 99}, UNSEEN, "0 of 99 requests failed in 2 min, 0 of 340"),
        ({}, {"success": 99}, UNSEEN, "0 of 99 requests failed in 2 min: nothing fell"),
        ({"c503": 340}, {"c503": 0}, UNSEEN, "no requests in 2 min"),
    ],
)
def test_a_fall_needs_failures_before_and_requests_after(before, after, state, said):
    effect = fewer_failures(look(before, after), LIMITS)

    assert effect.state is state
    assert effect.detail.startswith(said)


@pytest.mark.parametrize("judge", [no_refusals, fewer_failures])
def test_what_users_got_after_is_counted_for_the_card(judge):
    effect = judge(look({"c503": 100}, {"success": 99, "c503": 1}), LIMITS)

    assert effect.users == Counted(1, 100, NIGHT)


@pytest.mark.parametrize("judge", [no_refusals, fewer_failures])
@pytest.mark.parametrize("newest", [FRESH[Query.NEWEST], Reading(), a_reading(0)])
def test_nothing_is_judged_before_the_whole_window_lies_behind_the_rollout(judge, newest):
    seen = look({"c503": 100}, {"success": 99}, run=SOON, newest=newest)

    assert judge(seen, LIMITS).state is PENDING


@pytest.mark.parametrize("judge", [no_refusals, fewer_failures])
@pytest.mark.parametrize(
    ("newest", "problem", "said"),
    [
        (Reading(), "", "the last scrape failed"),
        (a_reading(NIGHT.timestamp() - 600), "", "the newest sample is 10 min old"),
        (FRESH[Query.NEWEST], "400: parse error", "400: parse error"),
        (Reading(problem="refused at connect"), "", "refused at connect"),
    ],
)
def test_what_cannot_be_read_is_unseen_and_says_why(judge, newest, problem, said):
    effect = judge(look(LIMITED, {"success": 99}, newest=newest, problem=problem), LIMITS)

    assert (effect.state, effect.detail, effect.users) == (UNSEEN, said, None)


def test_metrics_that_fail_are_said_before_the_window_is_whole():
    assert no_refusals(look({}, {}, run=SOON, problem="400"), LIMITS).state is UNSEEN


def test_own_outcomes_are_judged_without_their_age():
    assert no_refusals(look(LIMITED, {"success": 99}, newest=None), LIMITS).state is EFFECTIVE


def test_a_look_in_the_moment_of_the_press_compares_nothing():
    run = a_run(pressed_at=NIGHT)
    seen = compared(TWO, run, span_of(run, NIGHT), Reading(), FRESH[Query.NEWEST])

    assert no_refusals(seen, LIMITS).state is PENDING


values = st.floats() | st.sampled_from([0.0, 100.0])
samples = st.builds(
    lambda value, status, moment: Sample({"status": status}, value, moment),
    values,
    st.sampled_from(["success", "rate_limited", "503", "odd"]),
    st.sampled_from([PRESSED, NIGHT]),
)


@given(st.lists(samples), st.sampled_from([no_refusals, fewer_failures]))
def test_any_answer_is_judged_and_calm_never_without_requests(found, judge):
    span = span_of(RUN, NIGHT)
    seen = compared(TWO, RUN, span, Reading(tuple(found)), FRESH[Query.NEWEST])
    effect = judge(seen, LIMITS)

    assert effect.state is not EFFECTIVE or seen.after.requests > 0
