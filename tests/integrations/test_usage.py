"""Reading what an account was charged: exactly, or not at all; never an exception."""

from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import Failure
from bot.domain.ledger import Spend, Usage
from bot.integrations.ideogram import IdeogramApi
from bot.integrations.key_reading import read_key
from bot.integrations.usage import read_usage
from tests.builders import NIGHT
from tests.fakes.ideogram import an_exchange
from tests.integrations.mocked import mocked

KEY = read_key("ik-0123456789", "IDEOGRAM_API_KEY")
HOUR = timedelta(hours=1)
START = NIGHT.replace(minute=0)


def a_line(cost="84.00", **changes):
    """Build a line as documented (facts on Ideogram, section 6)."""
    return {
        "product": "ideogram_v4_generation",
        "endpoint": "/v2/image/generate/ideogram-4",
        "cost_total": cost,
        "currency_code": "USD",
        "billed_units": {"unit": "image", "quantity": "2100", "unit_price": "0.04"},
        "api_key": {"id": "k1", "redacted_key": "ik-0…", "label": "production"},
        "user_email": "owner@example.com",
        "source": "api",
    } | changes


def a_bucket(*lines, start=START, **changes):
    times = {"start_time": start.isoformat(), "end_time": (start + HOUR).isoformat()}
    return times | {"line_items": list(lines)} | changes


def read(*buckets):
    return read_usage(an_exchange(200, {"buckets": list(buckets)}))


def test_charges_of_a_bucket_are_added_exactly():
    assert read(a_bucket(a_line("0.1"), a_line("0.2"))) == Usage(
        (Spend(START, START + HOUR, Decimal("0.3")),)
    )


def test_who_was_charged_is_dropped():
    assert "@" not in repr(read(a_bucket(a_line())))
    assert "ik-0" not in repr(read(a_bucket(a_line())))


def test_buckets_are_put_into_order():
    later = a_bucket(a_line("2"), start=START + HOUR)

    assert [one.usd for one in read(later, a_bucket(a_line("1"))).spends] == [1, 2]


def test_absent_keys_are_no_charges():
    assert read(a_bucket(line_items=None)).spends[0].usd == 0
    assert read() == Usage()


def test_a_moment_without_zone_is_utc_and_z_is_understood():
    for text in ("2026-11-20T03:00:00", "2026-11-20T03:00:00Z", "2026-11-20T05:00:00+02:00"):
        assert read(a_bucket(start_time=text)).spends[0].start == START


def test_numbers_are_taken_where_strings_are_documented():
    assert read(a_bucket(a_line(0.1), a_line(2))).spends[0].usd == Decimal("2.1")


@pytest.mark.parametrize(
    ("exchange", "says"),
    [
        (an_exchange(404), "this key may not read the usage: its owner is no administrator"),
        (an_exchange(401), "usage: 401 in 0.4 s"),
        (an_exchange(None), "usage: refused at connect"),
        (an_exchange(200, {}, failure=Failure.BROKEN), "usage: connection broke after 0.4 s"),
        (an_exchange(200, "<html>"), "usage could not be read: no buckets in the answer"),
        (an_exchange(200, {"buckets": [1]}), "usage could not be read: a bucket is no object"),
    ],
    ids=["404", "401", "refused", "broken", "html", "number"],
)
def test_what_went_wrong_is_said(exchange, says):
    assert read_usage(exchange) == Usage(why_not=says)


@pytest.mark.parametrize(
    ("bucket", "says"),
    [
        (a_bucket(end_time=START.isoformat()), "a bucket ends before it starts"),
        (a_bucket(start_time="yesterday"), "a moment is none"),
        (a_bucket(start_time=None), "a moment is none"),
        (a_bucket(start_time="0001-01-01T00:00:00+14:00"), "a moment is none"),
        (a_bucket(line_items={}), "line_items is no list"),
        (a_bucket("84"), "a line item is no object"),
        (a_bucket(a_line(currency_code="EUR")), "a charge is not in USD"),
        (a_bucket(a_line(None)), "a charge has no amount"),
        (a_bucket(a_line(True)), "a charge has no amount"),  # noqa: FBT003  JSON's true
        (a_bucket(a_line("much")), "an amount is no number"),
        (a_bucket(a_line("1E+999")), "an amount is out of range"),
        (a_bucket(a_line("NaN")), "an amount is out of range"),
        (a_bucket(a_line("9" * 41)), "an amount is out of range"),
    ],
    ids=[
        "no span",
        "word",
        "null",
        "year 1",
        "object",
        "text",
        "EUR",
        "none",
        "true",
        "much",
        "huge",
        "NaN",
        "long",
    ],
)
def test_a_sum_with_holes_is_no_sum(bucket, says):
    assert read(a_bucket(a_line()), bucket) == Usage(why_not=f"usage could not be read: {says}")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
LINES = st.lists(st.fixed_dictionaries({"cost_total": JSON}, optional={"currency_code": JSON}))
MOMENTS = st.datetimes().map(lambda one: one.isoformat()) | JSON
BUCKETS = st.fixed_dictionaries(
    {}, optional={"start_time": MOMENTS, "end_time": MOMENTS, "line_items": LINES | JSON}
)


@given(st.integers(100, 599), st.fixed_dictionaries({"buckets": st.lists(BUCKETS | JSON)}) | JSON)
def test_reading_is_total(status, body):
    usage = read_usage(an_exchange(status, body))

    assert not usage.spends or not usage.why_not


@given(st.lists(st.decimals(-1000, 1000, places=4), min_size=1, max_size=8))
def test_nothing_is_lost_in_a_sum(amounts):
    usage = read(a_bucket(*(a_line(str(one)) for one in amounts)))

    assert usage.spends[0].usd == sum(amounts)


async def asked(span):
    seen = []

    def handler(request):
        seen.append(request)
        return httpx.Response(200, json={"buckets": [a_bucket(a_line())]})

    api = IdeogramApi(
        http=mocked(handler), url="https://api.ideogram.ai", quote_path="/q", image_hosts=()
    )
    return await api.usage(KEY, NIGHT - span, NIGHT), seen


@pytest.mark.parametrize(("days", "width"), [(7, "1h"), (8, "1d"), (92, "1d")])
async def test_a_week_is_asked_by_hour_and_more_by_day(days, width):
    usage, (request,) = await asked(timedelta(days=days))

    assert usage.spends[0].usd == 84
    assert request.headers["api-key"] == KEY.secret.value
    assert (request.method, request.url.path) == ("GET", "/v2/account/usage")
    assert dict(request.url.params) == {
        "start_time": (NIGHT - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "end_time": "2026-11-20T03:04:00Z",
        "bucket_width": width,
        "sources": "api",
    }


async def test_more_than_92_days_are_not_asked_for():
    usage, seen = await asked(timedelta(days=93))

    assert (usage.why_not, seen) == ("usage goes back 92 days only", [])
