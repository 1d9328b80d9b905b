"""Money left at Ideogram: a balance that a person read, what was spent since, how long it lasts.

No endpoint tells the balance to an API key (facts of 2026-11-20), so it is an estimate: an anchor
minus the usage since. Top-ups and auto recharge after the anchor are not seen by it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from bot.domain.errors import BadCommandError
from bot.domain.ids import UserId

BALANCE_MAX: Final = Decimal(10_000)  # USD; Ideogram holds at most $300 (setup page, 2026-11-16)
HOUR: Final = timedelta(hours=1)
WEEK: Final = timedelta(days=7)
# An anchor whose usage cannot be read says nothing about today for longer than this.
ALONE_FOR: Final = timedelta(days=1)
# More than this beyond the anchor was spent by money that came later.
OVERSPENT: Final = Decimal(1)
# A projection by hour of week needs days of every kind: a weekend and working days.
KNOWN_FOR: Final = timedelta(days=5)
HORIZON: Final = timedelta(weeks=8)
_SATURDAY: Final = 5  # datetime.weekday()
_AMOUNT: Final = re.compile(r"\$?(\d{1,9})(\.\d{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A balance as a person read it, USD."""

    amount: Decimal
    at: datetime
    by: UserId


@dataclass(frozen=True, slots=True)
class Spend:
    """What was charged between two moments, USD."""

    start: datetime
    end: datetime
    usd: Decimal


@dataclass(frozen=True, slots=True)
class Usage:
    """What an account was charged, in buckets.

    Attributes:
        spends: Oldest first, not overlapping; buckets without a charge may be left out.
        why_not: Why it could not be read, in words; empty when it was.
    """

    spends: tuple[Spend, ...] = ()
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """The balance as far as it can be known.

    Attributes:
        spent: Since the anchor, USD; None when usage cannot be read.
        why_not: Why it cannot, in words.
        at: When this was estimated.
    """

    anchor: Anchor
    spent: Decimal | None
    at: datetime
    why_not: str = ""

    @property
    def age(self) -> timedelta:
        """Tell how old the anchor is."""
        return self.at - self.anchor.at

    @property
    def is_overspent(self) -> bool:
        """Whether more was spent than there was: money came after the anchor."""
        return self.spent is not None and self.spent - self.anchor.amount > OVERSPENT

    @property
    def balance(self) -> Decimal | None:
        """Tell the balance, USD; None when the anchor no longer says anything about it."""
        if self.spent is None:
            return self.anchor.amount if self.age <= ALONE_FOR else None
        return None if self.is_overspent else max(self.anchor.amount - self.spent, Decimal(0))


@dataclass(frozen=True, slots=True)
class Runway:
    """How long a balance lasts when the next weeks use what the last one did.

    Attributes:
        empty_at: None when it is unknown, or later than eight weeks from now.
        week: What the last 7 days used, USD.
        weekend: What of it Saturday and Sunday (UTC) used, USD.
        unknown: Why nothing can be projected, in words; empty when it can.
    """

    empty_at: datetime | None
    week: Decimal
    weekend: Decimal
    unknown: str = ""

    @property
    def ends_on_weekend(self) -> bool:
        """Whether the money ends on a Saturday or Sunday, UTC."""
        return self.empty_at is not None and _is_weekend(self.empty_at)


def parse_amount(text: str) -> Decimal:
    """Read a balance as a person types it: `42`, `42.10`, `$42.10`.

    Raises:
        BadCommandError: It is no amount from 0 to 10000; the text says what to write.
    """
    word = text.strip()
    if "," in word:
        raise BadCommandError(f"“{word[:20]}” has a comma. Write dollars with a dot: 42.10")
    if _AMOUNT.fullmatch(word) is None:
        raise BadCommandError(
            f"“{word[:20]}” is no amount. Write dollars, at most two decimals: 42.10"
        )
    amount = Decimal(word.removeprefix("$"))
    if amount > BALANCE_MAX:
        raise BadCommandError(f"${amount:.2f} is more than a balance can be; at most $10000.")
    return amount


def hour_of(moment: datetime) -> datetime:
    """Cut a moment down to its hour, UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def week_before(now: datetime) -> datetime:
    """Tell where the hourly usage of the last week begins: with the hour under way, 168 hours."""
    return hour_of(now) - WEEK + HOUR


def day_after(moment: datetime) -> datetime:
    """Tell when the next day begins, UTC."""
    return hour_of(moment).replace(hour=0) + timedelta(days=1)


def joined(earlier: Usage, recent: Usage, boundary: datetime) -> Usage:
    """Join coarse buckets with the finer ones that follow them.

    A coarse bucket that reaches beyond the boundary is cut there: what the finer ones tell of it
    is taken off, so nothing counts twice.

    Args:
        earlier: Up to the boundary, or a little beyond.
        recent: From the boundary on.
        boundary: Where the finer buckets begin.
    """
    if earlier.why_not:
        return earlier
    cut = tuple(_cut(one, recent, boundary) for one in earlier.spends if one.start < boundary)
    return Usage((*cut, *recent.spends))


def _cut(spend: Spend, recent: Usage, boundary: datetime) -> Spend:
    beyond = sum((one.usd for one in recent.spends if one.start < spend.end), Decimal(0))
    return Spend(spend.start, min(spend.end, boundary), max(spend.usd - beyond, Decimal(0)))


def spent_since(spends: Iterable[Spend], since: datetime, until: datetime) -> Decimal:
    """Add up what was spent between two moments; a bucket counts by the part that lies within."""
    return sum((_part(one, since, until) for one in spends), Decimal(0))


def _part(spend: Spend, since: datetime, until: datetime) -> Decimal:
    end = min(spend.end, until)  # the last bucket is not over yet
    if since <= spend.start:
        return spend.usd if spend.start < until else Decimal(0)
    if end <= since:
        return Decimal(0)
    return spend.usd * _seconds(end - since) / _seconds(end - spend.start)


def _seconds(duration: timedelta) -> Decimal:
    return Decimal(str(duration.total_seconds()))


def estimate(anchor: Anchor, usage: Usage, now: datetime) -> Estimate:
    """Estimate the balance: the anchor minus what was spent since."""
    if usage.why_not:
        return Estimate(anchor, None, now, usage.why_not)
    return Estimate(anchor, spent_since(usage.spends, anchor.at, now), now)


def runway(balance: Decimal | None, usage: Usage, now: datetime) -> Runway:
    """Project when a balance is used up, by the spending of the last 7 days per hour of the week.

    The hour under way is not over, so it counts as the hour before it did.
    """
    recent = [one for one in usage.spends if one.start >= week_before(now)]
    week = sum((one.usd for one in recent), Decimal(0))
    weekend = sum((one.usd for one in recent if _is_weekend(one.start)), Decimal(0))
    unknown = _unknown(balance, usage, now)
    if unknown or balance is None:
        return Runway(None, week, weekend, unknown)
    rates = {_slot(one.start): one.usd for one in recent}
    rates[_slot(now)] = rates.get(_slot(now - HOUR), Decimal(0))
    return Runway(_empty_at(balance, rates, now), week, weekend)


def _unknown(balance: Decimal | None, usage: Usage, now: datetime) -> str:
    if usage.why_not:
        return usage.why_not
    if balance is None:
        return "the balance is unknown"
    first = min((one.start for one in usage.spends if one.usd > 0), default=None)
    if first is None:
        return "nothing was spent in the last 7 days"
    if now - first < KNOWN_FOR:
        return f"spending began {_days(now - first)} ago, a projection needs 5 days"
    return ""


def _days(duration: timedelta) -> str:
    hours = int(duration / HOUR)
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"  # noqa: PLR2004  two days


def _empty_at(balance: Decimal, rates: Mapping[int, Decimal], now: datetime) -> datetime | None:
    at, left = now, balance
    while at < now + HORIZON:
        end = hour_of(at) + HOUR
        used = rates.get(_slot(at), Decimal(0)) * _seconds(end - at) / _seconds(HOUR)
        if used >= left:
            part = float(left / used) if used else 0.0
            return at + (end - at) * part
        at, left = end, left - used
    return None


def _slot(moment: datetime) -> int:
    """Count the hours since Monday began, UTC."""
    there = moment.astimezone(UTC)
    return there.weekday() * 24 + there.hour


def _is_weekend(moment: datetime) -> bool:
    return moment.astimezone(UTC).weekday() >= _SATURDAY
