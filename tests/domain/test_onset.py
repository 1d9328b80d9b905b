"""Since when users suffer."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.metrics import STEP, Reading, Sample, Span
from bot.domain.onset import Sign, find_onset, from_facts, onset_in, percent, to_facts
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.thresholds import Thresholds
from bot.domain.traffic import Signs, Traffic
from bot.domain.traffic_reading import _answers, read_history
from tests.builders import NIGHT, a_result
from tests.fakes.metrics import minutes, outcomes

GOOD, BAD, QUIET, UNREAD = {"success": 60}, {"c503": 60}, {"success": 0}, None
SHORT = Span(NIGHT - 9 * STEP, NIGHT)


def now(p95=None, **counts):
    answers, unexplained = _answers(outcomes(**counts))
    return Signs(Traffic(5 * STEP, answers, unexplained, p95=p95), Thresholds())


FAILS = now(c503=300)


def onset(*counts, signs=FAILS, span=SHORT):
    """Find it in minutes of which the last is now; those before them were not measured."""
    return find_onset(read_history(minutes(*counts), span), span, signs)


def minutes_ago(found):
    return (NIGHT - found.at) / STEP


@pytest.mark.parametrize(
    ("counts", "ago", "before"),
    [
        ([GOOD, BAD], 1, False),
        ([GOOD, BAD, BAD, BAD], 3, False),
        ([GOOD, {"success": 30, "c503": 30}, BAD], 1.5, False),
        ([GOOD, {"success": 40, "c503": 20}, {"success": 20, "c503": 40}], 1.5, False),
        ([GOOD, BAD, UNREAD, BAD], 3, False),
        ([GOOD, BAD, GOOD, BAD], 3, False),
        ([GOOD, BAD, GOOD, UNREAD, BAD], 1, False),
        ([BAD, GOOD, GOOD, BAD, BAD], 2, False),
        ([GOOD, BAD, GOOD], 2, False),
        ([GOOD, UNREAD, BAD], 1, False),
        ([GOOD, QUIET, QUIET, QUIET, BAD], 1, False),
        ([GOOD, BAD, QUIET, QUIET, QUIET, BAD], 5, False),
        ([BAD] * 10, 9, True),
        ([UNREAD, *[BAD] * 9], 8, True),
        ([BAD, BAD], 1, True),
        ([QUIET, BAD], 0, True),
        ([GOOD, UNREAD, UNREAD, BAD], 0, True),
    ],
)
def test_it_began_with_the_first_bad_minute_of_the_newest_trouble(counts, ago, before):
    found = onset(*counts)

    assert (minutes_ago(found), found.before) == (ago, before)


@pytest.mark.parametrize(
    "counts",
    [
        [],
        [BAD, GOOD, GOOD],
        [BAD, UNREAD, UNREAD],
        [GOOD] * 10,
        [QUIET] * 10,
        [{"c503": float("nan")}] * 10,
    ],
)
def test_nothing_is_claimed_when_the_newest_minutes_do_not_show_it(counts):
    assert onset(*counts) is None


def test_nothing_is_claimed_when_nothing_hurts_now():
    assert onset(*[BAD] * 10, signs=now(success=300)) is None


def test_what_failed_since_then_is_counted_without_the_minutes_before():
    found = onset(GOOD, {"success": 30, "c503": 30}, {"success": 3, "c503": 57}, BAD)

    assert (found.hit, found.requests, found.percent) == (147, 152, 97)
    assert found.is_most
    assert found.until == NIGHT


def test_one_failure_a_minute_is_enough_where_few_ask():
    found = onset({"success": 2}, {"c503": 1}, {"c503": 1}, {"c503": 1}, signs=now(c503=3))

    assert minutes_ago(found) == 3


SLOW = timedelta(seconds=41)


@pytest.mark.parametrize(
    ("signs", "good", "bad", "sign"),
    [
        (FAILS, GOOD, BAD, Sign.FAILING),
        (now(c429=300), GOOD, {"c429": 60}, Sign.RATE_LIMITED),
        (now(c429=40, c503=10), GOOD, {"success": 50, "c429": 10}, Sign.RATE_LIMITED),
        (now(success=50, safety_rejected=50), GOOD, {"safety_rejected": 30}, Sign.REFUSED),
        (now(success=50, p95=SLOW), {"success": 9, "p95": 3}, {"success": 9, "p95": 41}, Sign.SLOW),
    ],
)
def test_each_sign_has_its_own_beginning(signs, good, bad, sign):
    found = onset(good, bad, bad, signs=signs)

    assert (found.sign, minutes_ago(found), found.before) == (sign, 2, False)


def test_a_p95_that_is_no_number_is_a_minute_that_nobody_read():
    slow, lost = {"success": 9, "p95": 41}, {"success": 9, "p95": float("nan")}

    assert onset(slow, lost, slow, signs=now(success=9, p95=SLOW)).before
    assert onset(slow, lost, lost, signs=now(success=9, p95=SLOW)) is None


def test_a_share_is_none_or_all_only_when_it_is():
    shares = [percent(part, 1000) for part in (0, 1, 500, 996, 1000)]

    assert [*shares, percent(0, 0)] == [0, 1, 50, 99, 100, 0]


def test_it_survives_as_facts():
    found = onset(GOOD, BAD, BAD)
    result = a_result(ProbeKind.TRAFFIC, Outcome.UNHEALTHY, facts=to_facts(found))

    assert onset_in([a_result(), result]) == found
    assert (onset_in([a_result()]), to_facts(None), from_facts({})) == (None, {}, None)


floats = st.floats() | st.sampled_from([0.0, 60.0, 1e300, -3.0])
states = st.sampled_from(["success", "503", "rate_limited", "safety_rejected", "p95", "odd"])
offsets = st.integers(-200, 200).map(lambda seconds: timedelta(seconds=seconds))
samples = st.builds(
    lambda value, status, offset: Sample({"status": status}, value, NIGHT + offset * 3),
    floats,
    states,
    offsets,
)


@given(st.lists(samples), st.sampled_from([FAILS, now(c429=9), now(success=9, p95=SLOW)]))
def test_any_history_has_an_onset_within_its_span_or_none(found, signs):
    seen = find_onset(read_history(Reading(tuple(found)), SHORT), SHORT, signs)

    assert seen is None or SHORT.start - STEP <= seen.at <= seen.until
    assert seen is None or 0 <= seen.percent <= 100
