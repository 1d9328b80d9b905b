"""Prometheus' HTTP API, as it answers and as it does not."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.metrics import Sample, Span
from bot.integrations.prometheus import PrometheusApi, range_of, read_answer, read_history
from tests.fakes.ideogram import an_exchange
from tests.integrations.mocked import mocked

AT = 1_795_231_783.5
WITHIN = timedelta(seconds=10)
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def success(kind, result):
    return {"status": "success", "data": {"resultType": kind, "result": result}}


def vector(*values):
    return success("vector", [{"metric": {"code": "503"}, "value": [AT, one]} for one in values])


def read(body, status=200):
    return read_answer(an_exchange(status, body))


def test_values_are_strings_and_become_numbers():
    (sample,) = read(vector("0.78")).samples

    assert sample == Sample({"code": "503"}, 0.78, datetime.fromtimestamp(AT, UTC))


def test_no_series_is_an_empty_answer_and_no_problem():
    reading = read(success("vector", []))

    assert (reading.samples, reading.problem, reading.single) == ((), "", None)


def test_nan_is_read_and_is_no_number():
    reading = read(vector("NaN"))

    assert (len(reading.samples), reading.is_number, reading.single) == (1, False, None)


def test_a_scalar_is_one_value():
    assert read(success("scalar", [AT, "42"])).samples[0].value == 42


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        (
            {"status": "error", "errorType": "bad_data", "error": "1:6: parse error"},
            400,
            "400 in 0.4 s: 1:6: parse error",
        ),
        ("<html>", 200, "200 in 0.4 s, no answer of Prometheus"),
        ("Not found", 404, "404 in 0.4 s, no answer of Prometheus"),
        (None, 502, "502 in 0.4 s, no answer of Prometheus"),
        (None, None, "refused at connect"),
        (success("matrix", []), 200, "the expression gives a matrix, a vector is needed"),
        (success("string", [AT, "text"]), 200, "the expression gives a string, a vector is needed"),
        (success("vector", {}), 200, "the answer holds no list"),
        (success("scalar", "x"), 200, "the answer holds no value"),
        (vector("many"), 200, "the answer holds values that cannot be read"),
        (success("vector", [7]), 200, "the answer holds values that cannot be read"),
        (success("vector", [{"metric": {}, "value": [1e300, "1"]}]), 200, "the answer holds"),
        ({"status": "success"}, 200, "the expression gives a None, a vector is needed"),
    ],
)
def test_anything_else_is_a_problem_in_words(body, status, problem):
    reading = read(body, status)

    assert reading.samples == ()
    assert reading.problem.startswith(problem)


@given(json | st.builds(success, st.sampled_from(["vector", "scalar"]), json), st.integers(0, 599))
def test_any_document_is_read_or_refused_in_words(body, status):
    reading = read(body, status)

    assert isinstance(reading.problem, str)
    assert not (reading.problem and reading.samples)


@given(st.lists(st.tuples(json, st.text() | st.floats().map(str))))
def test_any_value_is_read_or_refused_in_words(pairs):
    result = [{"metric": {}, "value": list(pair)} for pair in pairs]

    reading = read(success("vector", result))

    assert bool(reading.problem) == (len(reading.samples) < len(pairs))


async def test_the_expression_travels_encoded_to_the_api():
    asked = []

    def answer(request):
        asked.append(request.url)
        return httpx.Response(200, json=vector("1"))

    api = PrometheusApi(http=mocked(answer))
    await api.query("http://prometheus:9090/", 'a{b="c&d"}[5m]', timeout=WITHIN)

    assert asked[0].path == "/api/v1/query"
    assert asked[0].params["query"] == 'a{b="c&d"}[5m]'


async def test_an_answer_that_never_ends_is_a_problem_in_words():
    async def never(request):
        await asyncio.Event().wait()

    api = PrometheusApi(http=mocked(never))
    reading = await api.query("http://prometheus:9090", "up", timeout=timedelta(0))

    assert "no answer in" in reading.problem


def matrix(*values):
    series = [[AT, one] for one in values]
    return success("matrix", [{"metric": {"code": "503"}, "values": series}] if series else [])


def test_a_history_is_every_value_of_every_series():
    body = matrix("1", "2")
    body["data"]["result"] *= 2

    assert [one.value for one in read_history(an_exchange(200, body)).samples] == [1, 2, 1, 2]
    assert read_history(an_exchange(200, matrix())).problem == ""


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        ({"status": "error", "error": "1:6: parse error"}, 400, "400 in 0.4 s: 1:6: parse error"),
        ("<html>", 200, "200 in 0.4 s, no answer of Prometheus"),
        (None, None, "refused at connect"),
        (vector("1"), 200, "the answer holds no series"),
        (success("matrix", {}), 200, "the answer holds no series"),
        (success("matrix", [7]), 200, "the answer holds values that cannot be read"),
        (matrix("many"), 200, "the answer holds values that cannot be read"),
    ],
)
def test_any_other_history_is_a_problem_in_words(body, status, problem):
    reading = read_history(an_exchange(status, body))

    assert (reading.samples, reading.problem) == ((), problem)


series = st.fixed_dictionaries({"metric": json, "values": st.lists(st.lists(json)) | json})


@given(json | st.builds(success, st.just("matrix"), st.lists(series | json)), st.integers(0, 599))
def test_any_history_is_read_or_refused_in_words(body, status):
    reading = read_history(an_exchange(status, body))

    assert isinstance(reading.problem, str)
    assert not (reading.problem and reading.samples)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  Hypothesis adds it
    st.timedeltas(timedelta(seconds=1), timedelta(days=3)),
    st.integers(1, 120),
)
def test_every_moment_of_a_span_is_asked_for(start, step, steps):
    span = Span(start, start + steps * step, step)

    asked = {name: round(float(value) * 1000) for name, value in range_of(span).items()}

    moments = range(asked["start"], asked["end"] + 1, asked["step"])
    placed = [span.place(datetime.fromtimestamp(one / 1000, UTC)) for one in moments]
    assert placed == list(range(steps + 1))


async def test_a_history_is_asked_with_its_span_in_seconds_and_is_bounded():
    asked = []

    def answer(request):
        asked.append(request.url)
        return httpx.Response(200, content=b"[" + b"0," * 300_000)

    span = Span.back_from(datetime.fromtimestamp(AT, UTC))
    api = PrometheusApi(http=mocked(answer))
    reading = await api.history("http://prometheus:9090/", "a", span, timeout=WITHIN)

    assert asked[0].path == "/api/v1/query_range"
    assert dict(asked[0].params) == {
        "query": "a",
        "start": "1795224583.500",
        "end": "1795231783.500",
        "step": "60.000",
    }
    assert "no answer of Prometheus" in reading.problem
