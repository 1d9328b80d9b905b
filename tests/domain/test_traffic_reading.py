"""From the answers of Prometheus to numbers about users."""

import math
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import AnswerClass
from bot.domain.metrics import MetricsSource, Query, Reading
from bot.domain.thresholds import Thresholds
from bot.domain.traffic import Signs, TrafficState, from_facts, to_facts
from bot.domain.traffic_reading import read_traffic
from bot.domain.traffic_words import in_words
from tests.fakes.metrics import FRESH, SOURCE, a_reading, a_sample, outcomes

floats = st.floats() | st.sampled_from([0.0, 5.0, 1e300, -3.0, float("nan"), float("inf")])
labels = st.dictionaries(
    st.sampled_from(["status", "code", "le"]),
    st.sampled_from(["success", "error", "503", "5xx", "429", "timeout", "", "٣٣٣"]),
)
answers = st.builds(
    Reading,
    st.lists(st.builds(lambda value, found: a_sample(value, **found), floats, labels)).map(tuple),
    st.sampled_from(["", "400: bad_data"]),
)


def read(recent=None, **changes):
    readings = {**FRESH, **{Query(name): one for name, one in changes.items()}}
    newest = {Query(name): one for name, one in (recent or {}).items()}
    return read_traffic(SOURCE, readings, newest)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"status": "success"}, AnswerClass.IMAGE),
        ({"status": "success", "code": "200"}, AnswerClass.IMAGE),
        ({"status": "200"}, AnswerClass.IMAGE),
        ({"code": "200"}, AnswerClass.IMAGE),
        ({"status": "200", "code": "200"}, AnswerClass.IMAGE),
        ({"status": "safety_rejected", "code": "200"}, AnswerClass.UNSAFE),
        ({"status": "rate_limited"}, AnswerClass.RATE_LIMITED),
        ({"status": "error", "code": "503"}, AnswerClass.SERVER_ERROR),
        ({"status": "5xx"}, AnswerClass.SERVER_ERROR),
        ({"status": "error", "code": "401"}, AnswerClass.DENIED),
        ({"status": "error", "code": "403"}, AnswerClass.PLAN),
        ({"status": "error", "code": "402"}, AnswerClass.UNFUNDED),
        ({"status": "error", "code": "400"}, AnswerClass.BAD_REQUEST),
        ({"status": "error", "code": "timeout"}, AnswerClass.TIMED_OUT),
    ],
)
def test_labels_tell_the_class_of_an_answer(found, expected):
    traffic = read(outcomes=Reading((a_sample(7, **found),))).traffic

    assert traffic.answers == {expected: 7}


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"status": "error"},
        {"status": "error", "code": ""},
        {"status": "error", "code": "200"},
        {"status": "error", "code": "000"},
        {"code": "٣٣٣"},
    ],
)
def test_an_error_that_says_no_more_is_unexplained(found):
    traffic = read(outcomes=Reading((a_sample(7, **found),))).traffic

    assert (traffic.unexplained, traffic.answers) == (7, {})


def test_refused_content_is_no_failure():
    traffic = read(outcomes=outcomes(success=6, safety_rejected=4)).traffic

    assert (traffic.requests, traffic.failed) == (10, 0)


def test_refusals_may_come_from_their_own_counter_and_never_exceed_requests():
    seen = read(outcomes=outcomes(success=6), safety=a_reading(9))

    assert seen.traffic.count(AnswerClass.UNSAFE) == 6


def test_downloads_tell_lost_and_expired_ones():
    seen = read(
        downloads=Reading(
            (
                a_sample(90, status="success"),
                a_sample(6, status="error", code="410"),
                a_sample(4, status="error"),
            )
        )
    )

    assert (seen.traffic.downloads, seen.traffic.lost, seen.traffic.expired) == (100, 10, 6)


@pytest.mark.parametrize(
    ("found", "lost"),
    [({}, 0), ({"code": "200"}, 0), ({"code": "410"}, 9), ({"code": "000"}, 9)],
)
def test_downloads_without_a_status_are_lost_by_their_code_alone(found, lost):
    seen = read(downloads=Reading((a_sample(9, **found),)))

    assert (seen.traffic.downloads, seen.traffic.lost) == (9, lost)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"consecutive_429": a_reading(7)}, 7),
        ({"outcomes": outcomes(rate_limited=9)}, 9),
        ({"outcomes": outcomes(rate_limited=9, success=1)}, None),
        ({"outcomes": outcomes(rate_limited=9, error=1)}, None),
        ({}, None),
    ],
)
def test_429_in_a_row_come_from_a_gauge_or_from_nothing_else_coming(changes, expected):
    assert read(**changes).traffic.in_a_row == expected


@pytest.mark.parametrize(
    ("value", "p95"), [(41, 41), (-1, None), (1e9, 86_400), (float("nan"), None)]
)
def test_a_latency_is_read_within_reason(value, p95):
    expected = None if p95 is None else timedelta(seconds=p95)

    assert read(p95=a_reading(value)).traffic.p95 == expected


def test_a_quantile_that_is_no_number_is_a_gap_while_there_is_traffic():
    nan = a_reading(float("nan"))

    assert read(p95=nan).gaps == ("p95: not a number",)
    assert read(p95=nan, outcomes=Reading()).gaps == ()
    assert read(download_p95=nan).gaps == ()


def test_a_wrong_query_for_downloads_counts_nothing():
    seen = read(downloads=Reading(problem="400"))

    assert (seen.traffic.downloads, seen.gaps) == (0, ("downloads: 400",))


def test_a_quiet_last_minute_leaves_the_window():
    seen = read({"outcomes": outcomes(c503=18, success=1)})

    assert (seen.traffic.window, seen.traffic.failed) == (SOURCE.window, 0)


def test_a_busy_last_minute_speaks_alone_in_everything_that_is_counted():
    before = {"outcomes": outcomes(success=30, c503=170), "p95": a_reading(41)}

    seen = read(
        {"outcomes": outcomes(success=20), "p95": a_reading(6), "safety": a_reading(0)},
        **before,
        safety=a_reading(100),
    ).traffic

    assert (seen.window, seen.requests, seen.failed) == (SOURCE.recent, 20, 0)
    assert (seen.p95, seen.count(AnswerClass.UNSAFE)) == (timedelta(seconds=6), 0)


@pytest.mark.parametrize(
    ("before", "newest", "is_alone"),
    [
        ({"c503": 70, "success": 30}, {"success": 3}, True),
        ({"c503": 70, "success": 30}, {"success": 2}, False),
        ({"c503": 70, "success": 30}, {"success": 3, "error": 1}, False),
        ({"c503": 100}, {"success": 1}, True),
        ({"c503": 100}, {}, False),
        ({"c503": 10, "success": 90}, {"success": 19}, False),
        ({"success": 100}, {"success": 19}, False),
        ({"c503": 5, "success": 95}, {"c503": 5}, True),
        ({"c503": 4, "success": 96}, {"c503": 4}, False),
        ({"c503": 5, "success": 95}, {"c503": 5, "success": 1}, False),
        ({"c503": 80, "success": 20}, {"c503": 5}, False),
    ],
)
def test_a_few_requests_speak_alone_that_the_window_would_hardly_have(before, newest, is_alone):
    seen = read({"outcomes": outcomes(**newest)}, outcomes=outcomes(**before)).traffic

    assert seen.window == (SOURCE.recent if is_alone else SOURCE.window)


@pytest.mark.parametrize("unread", [Reading(problem="400"), outcomes(success=float("nan"))])
def test_a_last_minute_that_cannot_be_read_leaves_the_window(unread):
    assert read({"outcomes": unread}).traffic.window == SOURCE.window


def test_own_outcomes_are_not_measured_by_the_age_of_our_metrics():
    source = MetricsSource("http://p", {Query.OUTCOMES: "sum(mine)", Query.P95: "q[$window]"})

    asked = source.expressions()

    assert Query.NEWEST not in asked
    assert (asked[Query.OUTCOMES], asked[Query.P95]) == ("sum(mine)", "q[300s]")


def test_only_what_counts_over_a_window_is_asked_for_its_newest_part():
    source = MetricsSource("http://p", {Query.P95: "mine"}, recent=timedelta(seconds=30))

    asked = source.recent_expressions()

    assert set(asked) == {Query.OUTCOMES, Query.SAFETY, Query.DOWNLOADS, Query.DOWNLOAD_P95}
    assert "[30s]" in asked[Query.OUTCOMES]


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (Reading(), TrafficState.ABSENT),
        (outcomes(success=0), TrafficState.NO_TRAFFIC),
        (outcomes(success=3), TrafficState.SEEN),
    ],
)
def test_without_an_age_the_outcomes_alone_tell(found, state):
    assert read_traffic(SOURCE, {Query.OUTCOMES: found}, {}).state is state


@pytest.mark.parametrize(
    ("others", "state"),
    [
        ({"p95": a_reading(6)}, TrafficState.ABSENT),
        ({"p95": Reading(), "safety": a_reading(2)}, TrafficState.ABSENT),
        ({"p95": a_reading(math.nan), "safety": a_reading(0)}, TrafficState.NO_TRAFFIC),
        ({"p95": Reading(problem="400: bad_data")}, TrafficState.NO_TRAFFIC),
    ],
    ids=["a latency", "refusals", "series without requests", "nothing else read"],
)
def test_nobody_is_said_to_ask_while_other_series_show_requests(others, state):
    assert read(outcomes=Reading(), **others).state is state


def test_nothing_asked_is_failed():
    assert read_traffic(SOURCE, {}, {}).state is TrafficState.FAILED


@given(
    st.dictionaries(st.sampled_from(Query), answers),
    st.dictionaries(st.sampled_from(Query), answers),
)
def test_any_answers_are_read_and_survive_as_facts(readings, recent):
    seen = read_traffic(SOURCE, readings, recent)
    again = from_facts(to_facts(seen.traffic))

    assert (seen.state is TrafficState.SEEN) == (not seen.why)
    assert (again.requests, again.failed) == (seen.traffic.requests, seen.traffic.failed)
    assert isinstance(Signs(again, Thresholds()).hurts, bool)
    assert isinstance(in_words(again, Thresholds()), str)


def test_numbers_survive_as_facts():
    traffic = read(
        outcomes=outcomes(success=90, c503=10),
        consecutive_429=a_reading(2),
        downloads=Reading((a_sample(3, status="error", code="410"),)),
        download_p95=a_reading(11),
        balance=a_reading(8.5),
    ).traffic

    assert from_facts(to_facts(traffic)) == traffic
    assert traffic.balance_usd == Decimal("8.5")


def test_refused_content_alone_is_not_called_a_failure():
    traffic = read(outcomes=outcomes(success=5, safety_rejected=3)).traffic

    assert in_words(traffic, Thresholds()).startswith("3 of 8 requests refused as unsafe in 5 min")


def test_a_line_says_everything_that_hurts():
    traffic = read(
        outcomes=outcomes(success=5, c503=1, error=2, safety_rejected=2),
        consecutive_429=a_reading(6),
        p95=a_reading(41),
        downloads=Reading((a_sample(3, status="error", code="410"),)),
        download_p95=a_reading(11),
        balance=a_reading(8.5),
    ).traffic

    assert in_words(traffic, Thresholds()) == (
        "3 of 10 requests failed in 5 min (1 5xx, 2 for reasons not counted), "
        "6 × 429 in a row, 20% refused as unsafe, P95 41.0 s, "
        "3 of 3 downloads failed, 3 by expired links, downloads P95 11.0 s, balance $8.50"
    )
