"""What users get, in numbers: requests of a window by the class of their answer, and what hurts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from bot.domain import facts
from bot.domain.answer import AnswerClass
from bot.domain.probe import ProbeResult
from bot.domain.thresholds import Thresholds


class TrafficState(StrEnum):
    """`no-traffic` is quiet: the series are there, nothing happens."""

    SEEN = "seen"
    NO_TRAFFIC = "no-traffic"
    ABSENT = "absent"
    STALE = "stale"
    NAN = "nan"
    FAILED = "failed"


class Share(StrEnum):
    """How many requests something concerns."""

    DOWN = "down"
    DEGRADED = "degraded"
    FEW = "few"


# Refused content is no failure, and says nothing about the service.
_NO_FAILURE: Final = frozenset({AnswerClass.IMAGE, AnswerClass.UNSAFE})
_REASONS: Final = (
    AnswerClass.SERVER_ERROR,
    AnswerClass.TIMED_OUT,
    AnswerClass.UNFUNDED,
    AnswerClass.PLAN,
    AnswerClass.BAD_REQUEST,
)
_COUNT: Final = "count_"


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests of a window.

    Attributes:
        answers: Attempts by the class of their answer.
        unexplained: Attempts that failed nobody knows how.
        in_a_row: 429 without another answer between them; None when nobody can tell.
        p95: None when there is none.
        expired: Downloads refused because the URL had ended (403, 410); part of `lost`.
        lost: Downloads that failed, of `downloads`.
        balance_usd: Of a gauge; None when there is none.
    """

    window: timedelta
    answers: Mapping[AnswerClass, int] = field(default_factory=dict)
    unexplained: int = 0
    in_a_row: int | None = None
    p95: timedelta | None = None
    downloads: int = 0
    lost: int = 0
    expired: int = 0
    download_p95: timedelta | None = None
    balance_usd: Decimal | None = None

    @property
    def requests(self) -> int:
        """All attempts."""
        return sum(self.answers.values()) + self.unexplained

    @property
    def failed(self) -> int:
        """Attempts without an image, refused content left out."""
        known = sum(count for one, count in self.answers.items() if one not in _NO_FAILURE)
        return known + self.unexplained

    def without_requests(self) -> "Traffic":
        """Keep what needs nobody to ask for pictures."""
        return Traffic(self.window, balance_usd=self.balance_usd)

    def count(self, *classes: AnswerClass) -> int:
        """Count the attempts with an answer of these classes."""
        return sum(self.answers.get(one, 0) for one in classes)


@dataclass(frozen=True, slots=True)
class Signs:
    """Answers to the questions of the verdict table about traffic."""

    traffic: Traffic
    limits: Thresholds

    def share(self, count: int) -> Share:
        """Rate a number of failed requests."""
        requests = self.traffic.requests
        if count < self.limits.least or not requests:
            return Share.FEW
        if count >= self.limits.down_share * requests:
            return Share.DOWN
        return Share.DEGRADED if count >= self.limits.degraded_share * requests else Share.FEW

    def of(self, *classes: AnswerClass) -> Share:
        """Rate the requests with an answer of these classes."""
        return self.share(self.traffic.count(*classes))

    def _exceeds(self, count: int, whole: int, share: float) -> bool:
        return count >= self.limits.least and count > share * whole

    @property
    def is_slow(self) -> bool | None:
        """Whether P95 is too long; None when it was not seen."""
        return None if self.traffic.p95 is None else self.traffic.p95 > self.limits.slow_after

    @property
    def is_rate_limited(self) -> bool:
        """More 429 in a row than usual, or a share that is no passing peak."""
        limited = self.traffic.count(AnswerClass.RATE_LIMITED)
        if (self.traffic.in_a_row or 0) > self.limits.in_a_row:
            return True
        return self._exceeds(limited, self.traffic.requests, self.limits.rate_limited_share)

    @property
    def is_unsafe(self) -> bool:
        """The safety filter refuses more than usual."""
        unsafe = self.traffic.count(AnswerClass.UNSAFE)
        return self._exceeds(unsafe, self.traffic.requests, self.limits.rejected_share)

    @property
    def loses_pictures(self) -> bool:
        """Downloads fail, or take too long."""
        slow = self.traffic.download_p95
        if slow is not None and slow > self.limits.slow_download_after:
            return True
        return self._exceeds(self.traffic.lost, self.traffic.downloads, self.limits.download_share)

    @property
    def links_expire(self) -> bool:
        """Most of the lost pictures were fetched too late: that is our doing."""
        return self.loses_pictures and self.traffic.expired * 2 > self.traffic.lost

    @property
    def is_low(self) -> bool:
        """The balance will not last."""
        balance = self.traffic.balance_usd
        return balance is not None and balance < self.limits.low_balance_usd

    @property
    def is_explained(self) -> bool:
        """Failures have a reason that is not our own service's doing, or slowness has."""
        shares = (self.of(one) for one in _REASONS)
        known = any(share is not Share.FEW for share in shares)
        return known or self.is_rate_limited or bool(self.is_slow)

    @property
    def hurts(self) -> bool:
        """Anything of it is a fault."""
        any_failing = self.share(self.traffic.failed) is not Share.FEW
        others = (self.is_rate_limited, self.is_unsafe, self.loses_pictures, self.is_low)
        return any_failing or bool(self.is_slow) or any(others)


def to_facts(traffic: Traffic) -> dict[str, str | int | float]:
    """Write numbers as facts of a probe result; zeros and unknowns are left out."""
    found: dict[str, Any] = {
        facts.WINDOW_SECONDS: traffic.window.total_seconds(),
        facts.REQUESTS: traffic.requests,
        facts.FAILED: traffic.failed,
        facts.UNEXPLAINED: traffic.unexplained or None,
        facts.IN_A_ROW: traffic.in_a_row,
        facts.P95_SECONDS: _seconds(traffic.p95),
        facts.DOWNLOADS: traffic.downloads or None,
        facts.LOST: traffic.lost or None,
        facts.EXPIRED: traffic.expired or None,
        facts.DOWNLOAD_P95_SECONDS: _seconds(traffic.download_p95),
        facts.BALANCE_USD: None if traffic.balance_usd is None else f"{traffic.balance_usd:.2f}",
        **{f"{_COUNT}{one.value}": count for one, count in traffic.answers.items() if count},
    }
    return {name: value for name, value in found.items() if value is not None}


def from_facts(found: Mapping[str, Any]) -> Traffic:
    """Read back what `to_facts` wrote."""
    balance = found.get(facts.BALANCE_USD)
    return Traffic(
        window=timedelta(seconds=found.get(facts.WINDOW_SECONDS, 0)),
        answers={
            one: found[name] for one in AnswerClass if (name := f"{_COUNT}{one.value}") in found
        },
        unexplained=found.get(facts.UNEXPLAINED, 0),
        in_a_row=found.get(facts.IN_A_ROW),
        p95=_duration(found.get(facts.P95_SECONDS)),
        downloads=found.get(facts.DOWNLOADS, 0),
        lost=found.get(facts.LOST, 0),
        expired=found.get(facts.EXPIRED, 0),
        download_p95=_duration(found.get(facts.DOWNLOAD_P95_SECONDS)),
        balance_usd=None if balance is None else Decimal(balance),
    )


def gauge_in(results: Iterable[ProbeResult]) -> Decimal | None:
    """Read what the service's own metrics call the balance, USD; None without such a gauge."""
    found = (one.facts.get(facts.BALANCE_USD) for one in results)
    return next((Decimal(str(one)) for one in found if one is not None), None)


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else round(duration.total_seconds(), 3)


def _duration(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
