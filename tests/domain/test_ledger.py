"""What is left: an anchor minus what was spent since, and how long it lasts."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadCommandError
from bot.domain.ledger import (
    Anchor,
    Estimate,
    Spend,
    Usage,
    estimate,
    joined,
    parse_amount,
    runway,
    spent_since,
    week_before,
)
from tests.builders import ANA

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FRIDAY = datetime(2026, 11, 20, 18, tzinfo=UTC)
MINUTES_LATER = FRIDAY + timedelta(minutes=30)


def a_spend(start=FRIDAY, usd="6", hours=1):
    return Spend(start, start + hours * HOUR, Decimal(usd))


def an_estimate(spent, age=HOUR, amount="42.10"):
    spent = None if spent is None else Decimal(spent)
    return Estimate(Anchor(Decimal(amount), FRIDAY - age, ANA), spent, FRIDAY)


def a_week(usd_of, now=FRIDAY):
    """Fill the 168 hours up to the one under way."""
    starts = [week_before(now) + at * HOUR for at in range(168)]
    return Usage(tuple(a_spend(one, usd_of(one)) for one in starts))


@pytest.mark.parametrize(
    ("text", "amount"), [("42.10", "42.10"), (" $42 ", "42"), ("0", "0"), ("10000", "10000")]
)
def test_an_amount_is_read_as_typed(text, amount):
    assert parse_amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("42,10", "Write dollars with a dot: 42.10"),
        ("1,000.00", "Write dollars with a dot"),
        ("", "is no amount"),
        ("much", "is no amount"),
        ("-5", "is no amount"),
        ("NaN", "is no amount"),
        ("1e3", "is no amount"),
        ("42.105", "at most two decimals"),
        ("٤٢", "is no amount"),
        ("10000.01", "at most $10000"),
    ],
)
def test_what_is_no_amount_is_refused_with_what_to_write(text, says):
    with pytest.raises(BadCommandError, match=says.replace("$", r"\$")):
        parse_amount(text)


@given(st.text(max_size=30))
def test_any_text_is_an_amount_in_range_or_refused(text):
    with suppress(BadCommandError):
        assert 0 <= parse_amount(text) <= 10000


def test_a_bucket_counts_by_its_part_after_the_anchor():
    assert spent_since([a_spend()], FRIDAY + HOUR / 3, FRIDAY + DAY) == 4


def test_a_bucket_that_is_not_over_ends_now():
    since = FRIDAY + timedelta(minutes=15)

    assert spent_since([a_spend()], since, MINUTES_LATER) == 3


def test_what_lies_outside_does_not_count():
    spends = [a_spend(FRIDAY - DAY), a_spend(FRIDAY), a_spend(FRIDAY + DAY)]

    assert spent_since(spends, FRIDAY - HOUR, FRIDAY + HOUR) == 6


def test_the_balance_is_the_anchor_minus_what_was_spent():
    anchor = Anchor(Decimal("42.10"), FRIDAY, ANA)

    found = estimate(anchor, Usage((a_spend(FRIDAY - HOUR), a_spend())), FRIDAY + DAY)

    assert (found.balance, found.age) == (Decimal("36.10"), DAY)


def test_without_usage_a_fresh_anchor_stands_alone_and_says_why():
    anchor = Anchor(Decimal("42.10"), FRIDAY, ANA)

    found = estimate(anchor, Usage(why_not="not permitted"), FRIDAY + HOUR)

    assert (found.spent, found.why_not, found.balance) == (None, "not permitted", Decimal("42.10"))


def test_without_usage_an_old_anchor_says_nothing():
    assert an_estimate(None, age=DAY).balance == Decimal("42.10")
    assert an_estimate(None, age=DAY + HOUR).balance is None


def test_a_balance_is_never_below_zero():
    assert an_estimate("43.00").balance == 0


def test_who_spent_more_than_there_was_got_money_in_between():
    assert an_estimate("43.10").balance == 0
    assert an_estimate("43.11").is_overspent
    assert an_estimate("43.11").balance is None


def test_coarse_buckets_end_where_the_finer_ones_begin():
    boundary = FRIDAY
    day = a_spend(FRIDAY - 10 * HOUR, "24", hours=24)
    earlier = a_spend(FRIDAY - 34 * HOUR, "5", hours=24)
    hours = (a_spend(FRIDAY, "6"), a_spend(FRIDAY + HOUR, "4"), a_spend(FRIDAY + DAY, "99"))

    found = joined(Usage((earlier, day, a_spend(FRIDAY + DAY))), Usage(hours), boundary)

    assert found.spends[:2] == (earlier, Spend(day.start, boundary, Decimal(14)))
    assert found.spends[2:] == hours


def test_buckets_that_disagree_never_count_below_zero():
    day = a_spend(FRIDAY - HOUR, "1", hours=24)

    assert joined(Usage((day,)), Usage((a_spend(),)), FRIDAY).spends[0].usd == 0


def test_without_the_earlier_days_nothing_is_known():
    unread = Usage(why_not="usage goes back 92 days only")

    assert joined(unread, Usage((a_spend(),)), FRIDAY) == unread


def test_an_even_week_projects_an_even_end():
    found = runway(Decimal(6), a_week(lambda _: "1"), FRIDAY)

    assert (found.empty_at, found.week, found.unknown) == (FRIDAY + 6 * HOUR, 168, "")


def test_a_busy_weekend_empties_it_on_sunday():
    usage = a_week(lambda at: "2" if at.weekday() >= 5 else "0.01")

    found = runway(Decimal("70.06"), usage, FRIDAY)

    assert found.weekend == 96
    assert found.empty_at == datetime(2026, 11, 22, 11, tzinfo=UTC)
    assert found.ends_on_weekend


def test_the_hour_under_way_counts_as_the_one_before():
    usage = a_week(lambda at: "0" if at == FRIDAY else "4", now=MINUTES_LATER)

    found = runway(Decimal(1), usage, MINUTES_LATER)

    assert found.empty_at == MINUTES_LATER + timedelta(minutes=15)


def test_an_empty_balance_is_empty_now():
    usage = a_week(lambda at: "1" if at < FRIDAY - DAY else "0")

    assert runway(Decimal(0), usage, FRIDAY).empty_at == FRIDAY


def test_what_lasts_for_more_than_eight_weeks_has_no_end():
    found = runway(Decimal(9000), a_week(lambda _: "1"), FRIDAY)

    assert (found.empty_at, found.unknown, found.ends_on_weekend) == (None, "", False)


@pytest.mark.parametrize(
    ("balance", "usage", "says"),
    [
        (Decimal(1), Usage(why_not="not permitted"), "not permitted"),
        (None, Usage((a_spend(FRIDAY - 6 * DAY),)), "the balance is unknown"),
        (Decimal(1), Usage((a_spend(usd="0"),)), "nothing was spent in the last 7 days"),
        (Decimal(1), Usage((a_spend(FRIDAY - 20 * HOUR),)), "spending began 20 h ago"),
        (Decimal(1), Usage((a_spend(FRIDAY - 4 * DAY),)), "spending began 4 days ago"),
    ],
    ids=["no usage", "no balance", "nothing spent", "hours", "days"],
)
def test_too_little_known_is_unknown(balance, usage, says):
    found = runway(balance, usage, FRIDAY)

    assert found.empty_at is None
    assert found.unknown.startswith(says)


def test_older_days_do_not_blur_the_week():
    older = a_spend(FRIDAY - 20 * DAY, "500", hours=24)
    usage = Usage((older, *a_week(lambda _: "1").spends))

    assert runway(Decimal(6), usage, FRIDAY).week == 168


@given(
    st.lists(st.decimals(0, 50, places=2), min_size=5, max_size=5),
    st.decimals(0, 500, places=2),
    st.integers(0, 10_000),
)
def test_more_money_never_ends_sooner(usds, balance, minutes):
    now = datetime(2026, 11, 20, tzinfo=timezone(timedelta(hours=9))) + timedelta(minutes=minutes)
    spends = (a_spend(week_before(now) + at * HOUR, usd) for at, usd in enumerate(usds * 33))
    usage = Usage(tuple(spends))

    less, more = runway(balance, usage, now), runway(balance + 1, usage, now)

    assert more.empty_at is None or (less.empty_at is not None and less.empty_at <= more.empty_at)
