"""What an expression gives over samples that are written down."""

import math

import pytest

from bot.sandbox.prometheus.answers import instant, over_time
from bot.sandbox.prometheus.lexer import BadQueryError
from bot.sandbox.prometheus.operators import CannotEvaluateError
from bot.sandbox.prometheus.parser import parse
from tests.sandbox.prometheus.samples import NOW, a_store, ask, series

BUCKETS = (
    series("seconds_bucket", [0, 0], le="1"),
    series("seconds_bucket", [0, 90], le="2"),
    series("seconds_bucket", [0, 100], le="4"),
    series("seconds_bucket", [0, 100], le="+Inf"),
)
P95 = "histogram_quantile(0.95, sum by (le) (increase(seconds_bucket[2s])))"


def test_an_instant_sees_the_newest_sample_for_five_minutes():
    store = a_store(series("up", [1, 2]))

    assert ask(store, "up") == {(("__name__", "up"),): 2}
    assert ask(store, "up", later_ms=300_000) != []
    assert ask(store, "up", later_ms=300_001) == []


def test_a_series_that_ended_is_gone_at_once_and_its_samples_stay():
    store = a_store(series("up", [1, 2, 3, None]))

    assert ask(store, "up") == []
    assert ask(store, "timestamp(up)") == []
    (found,) = ask(store, "up[1m]")
    assert [value for _, value in found["values"]] == ["1", "2", "3"]


def test_an_increase_is_extrapolated_to_the_edges_of_its_range():
    store = a_store(series("c", [100, 101, 102, 103, 104]))

    assert ask(store, "increase(c[4s])") == {(): 4}
    assert ask(store, "increase(c[5s])") == {(): 5}  # a second without sample, like the others
    assert ask(store, "increase(c[1m])") == {(): 4.5}  # half a distance beyond the first sample
    assert ask(store, "rate(c[5s])") == {(): 1}


def test_an_increase_does_not_reach_below_zero():
    assert ask(a_store(series("c", [0, 4])), "increase(c[2s])") == {(): 4}


def test_a_counter_that_falls_was_restarted_at_zero():
    assert ask(a_store(series("c", [100, 110, 3, 5])), "increase(c[3s])") == {(): 15}


def test_one_sample_is_no_increase():
    assert ask(a_store(series("c", [7])), "increase(c[5m])") == []


def test_a_quantile_is_interpolated_within_its_bucket():
    assert ask(a_store(*BUCKETS), P95) == {(): pytest.approx(3)}


@pytest.mark.parametrize(
    ("q", "expected"),
    [("1", 4), ("0.001", 1 + 1 / 900), ("2", math.inf), ("-1", -math.inf), ("0", math.nan)],
)
def test_a_quantile_at_the_edges(q, expected):
    found = ask(a_store(*BUCKETS), f"histogram_quantile({q}, seconds_bucket)")

    assert found == {(): pytest.approx(expected, nan_ok=True)}


def test_a_quantile_of_nothing_is_not_a_number():
    quiet = [series(labels["__name__"], [5, 5], le=labels["le"]) for labels, _ in BUCKETS]

    assert math.isnan(ask(a_store(*quiet), P95)[()])
    assert math.isnan(ask(a_store(*BUCKETS[:3]), P95)[()])  # without the bucket of all


VECTORS = a_store(
    series("a", [1], x="1", y="1"),
    series("a", [2], x="1", y="2"),
    series("a", [4], x="2", y="1"),
    series("b", [10], x="1", y="1"),
    series("n", [math.nan], x="1"),
    series("n", [3], x="2"),
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sum(a)", {(): 7}),
        ("sum by (x) (a)", {(("x", "1"),): 3, (("x", "2"),): 4}),
        ("sum(a) by (x)", {(("x", "1"),): 3, (("x", "2"),): 4}),
        ("max without (y) (a)", {(("x", "1"),): 2, (("x", "2"),): 4}),
        ("avg(a)", {(): 7 / 3}),
        ("count(a)", {(): 3}),
        ("max(n)", {(): 3}),
        ("min(n)", {(): 3}),
        ('sum(a{x="1"})', {(): 3}),
        ('sum(a{x!="1"})', {(): 4}),
        ('sum(a{y=~"1|3"})', {(): 5}),
        ('sum(a{y!~"1.*"})', {(): 2}),
        ('sum({__name__=~"a|b"})', {(): 17}),
        ('sum(a{z=""})', {(): 7}),
        ("a / b", {(("x", "1"), ("y", "1")): 0.1}),
        ("sum(a) / sum(b)", {(): 0.7}),
        ("sum(a) / 0", {(): math.inf}),
        ("-sum(a) * 2 + 1", {(): -13}),
        ("2 - sum(a)", {(): -5}),
        ("sum(a > 1)", {(): 6}),
        ("1 < sum(a)", {(): 7}),
        ("sum(a) > bool 8", {(): 0}),
        ("sum(a > b)", []),
        ("sum(nothing) or sum(a)", {(): 7}),
        ("sum(a) or vector(0)", {(): 7}),
        ("sum(nothing) or vector(0)", {(): 0}),
        ("count(a and b)", {(): 1}),
        ("count(a unless b)", {(): 2}),
        ("1 + 2 * 3 == bool 7", [NOW / 1000, "1"]),
        ("vector(time())", {(): NOW / 1000}),
        ("timestamp(sum(a))", {(): NOW / 1000}),
        ("'a\\n\\'b'", [NOW / 1000, "a\n'b"]),
        ("vector(1e300 * 1e300 - Inf) # a comment", {(): pytest.approx(math.nan, nan_ok=True)}),
    ],
)
def test_a_query_gives(query, expected):
    assert ask(VECTORS, query) == expected


def test_values_are_written_without_exponents():
    answers = [instant(parse(one), VECTORS, NOW)["result"][1] for one in ("1e21", "1e-7", "NaN")]

    assert answers == ["1000000000000000000000", "0.0000001", "NaN"]


@pytest.mark.parametrize(
    "query", ["a + n", '{x="1",__name__=~"a|b"} * 1', "rate({__name__=~'.+'}[1m])"]
)
def test_series_that_cannot_be_told_apart_are_an_error(query):
    store = a_store(
        series("a", [1, 2], x="1"),
        series("b", [1, 2], x="1"),
        series("n", [1, 2]),
    )
    if query == "a + n":
        assert ask(store, query) == []
    else:
        with pytest.raises(CannotEvaluateError):
            ask(store, query)


def test_a_range_is_answered_step_by_step_with_gaps():
    store = a_store(series("up", [1, 2, None, None, 5]))

    found = over_time(parse("up"), store, NOW - 4000, NOW, 1000)["result"]

    values = [[(NOW - back) / 1000, value] for back, value in ((4000, "1"), (3000, "2"), (0, "5"))]
    assert found == [{"metric": {"__name__": "up"}, "values": values}]


def test_a_range_of_a_number_is_one_series():
    (found,) = over_time(parse("1"), a_store(), NOW, NOW + 2000, 1000)["result"]

    assert (found["metric"], len(found["values"])) == ({}, 3)


def test_a_range_has_its_limits():
    with pytest.raises(BadQueryError, match="maximum resolution"):
        over_time(parse("1"), a_store(), 0, NOW, 1000)
    with pytest.raises(BadQueryError, match="range vector"):
        over_time(parse("a[1m]"), a_store(), NOW, NOW, 1000)
