"""Reading Ideogram's usage answer: only moments and dollars; names, keys and mail are dropped.

Source: https://developer.ideogram.ai, GET /v2/account/usage, read 2026-11-20. Amounts are decimal
strings. What cannot be read makes the whole unknown: a sum that leaves something out is worse
than none.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from bot.domain.answer import Exchange
from bot.domain.classes import is_success
from bot.domain.ledger import Spend, Usage
from bot.domain.observation import happened

USAGE_PATH: Final = "/v2/account/usage"
USAGE_MAX_BYTES: Final = 4 * 1024 * 1024  # 168 hours with some 50 line items each
HOURLY_FOR: Final = timedelta(hours=168)  # documented: the longest span of 1h buckets
DAILY_FOR: Final = timedelta(days=92)  # documented: the longest span of 1d buckets
_NOT_FOUND: Final = 404  # documented: the key's owner is no administrator of the organization
_USD_MAX: Final = Decimal(1_000_000)  # of one line; beyond it is no price
_DIGITS_MAX: Final = 40


class _UnreadableError(Exception):
    """The document is no usage answer; the text says what it is instead."""


def query(since: datetime, until: datetime) -> str | None:
    """Write the query for a span; None for one that is too long."""
    span = until - since
    if span > DAILY_FOR:
        return None
    width = "1h" if span <= HOURLY_FOR else "1d"
    return f"start_time={_stamp(since)}&end_time={_stamp(until)}&bucket_width={width}&sources=api"


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_usage(exchange: Exchange) -> Usage:
    """Read an answer. Total: any body, any status."""
    if exchange.status == _NOT_FOUND:
        return Usage(why_not="this key may not read the usage: its owner is no administrator")
    if exchange.failure is not None or not is_success(exchange.status):
        return Usage(why_not=f"usage: {happened(exchange)}")
    try:
        spends = sorted(_spends(exchange.body), key=lambda one: one.start)
    except _UnreadableError as error:
        return Usage(why_not=f"usage could not be read: {error}")
    return Usage(tuple(spends))


def _spends(body: object) -> Iterator[Spend]:
    buckets = body.get("buckets") if isinstance(body, Mapping) else None
    if not isinstance(buckets, list):
        raise _UnreadableError("no buckets in the answer")
    for bucket in buckets:
        if not isinstance(bucket, Mapping):
            raise _UnreadableError("a bucket is no object")
        start, end = _moment(bucket.get("start_time")), _moment(bucket.get("end_time"))
        if end <= start:
            raise _UnreadableError("a bucket ends before it starts")
        yield Spend(start, end, sum(_charges(bucket.get("line_items")), Decimal(0)))


def _charges(items: object) -> Iterator[Decimal]:
    if items is None:
        return
    if not isinstance(items, list):
        raise _UnreadableError("line_items is no list")
    for item in items:
        if not isinstance(item, Mapping):
            raise _UnreadableError("a line item is no object")
        if item.get("currency_code", "USD") != "USD":
            raise _UnreadableError("a charge is not in USD")
        yield _usd(item.get("cost_total"))


def _usd(value: Any) -> Decimal:  # noqa: ANN401  it came as JSON
    text = value if isinstance(value, str) else repr(value)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise _UnreadableError("a charge has no amount")
    try:
        amount = Decimal(text[:_DIGITS_MAX])
    except InvalidOperation as error:
        raise _UnreadableError("an amount is no number") from error
    if len(text) > _DIGITS_MAX or not amount.is_finite() or abs(amount) > _USD_MAX:
        raise _UnreadableError("an amount is out of range")
    return amount


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _UnreadableError("a moment is none") from error
