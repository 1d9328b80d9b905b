"""What is asked of Prometheus about a service, and what came back.

The metric names are those of the incident runbook and the production checklist. They know the
label `status`; the label `code` (HTTP status of Ideogram's answer, `timeout`, or empty) is ours:
without it an error is counted, but nobody can say whose it is.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

WINDOW: Final = "$window"  # in an expression: the window, as Prometheus writes a duration
STEP: Final = timedelta(minutes=1)  # of a history, at most; scrapes every 30 s fill it
STEPS_BACK: Final = 120  # so many are looked at for an onset: two hours of minutes
P95_MARK: Final = "p95"  # `status` of the series in a history that is no count but a P95


class Query(StrEnum):
    """What is asked. Only `outcomes` is needed; what is absent of the others is not seen."""

    OUTCOMES = "outcomes"  # attempts in the window by `status` and `code`
    NEWEST = "newest"  # Unix time of the newest sample
    P95 = "p95"  # seconds of an attempt
    CONSECUTIVE_429 = "consecutive_429"  # now
    SAFETY = "safety"  # prompts and pictures refused in the window
    DOWNLOADS = "downloads"  # in the window by `status` and `code`
    DOWNLOAD_P95 = "download_p95"  # seconds
    BALANCE = "balance"  # USD
    HISTORY = "history"  # outcomes and P95 of each minute back, in one range query


def _p95(metric: str) -> str:
    return f"histogram_quantile(0.95, sum by (le) (rate({metric}_bucket[{WINDOW}])))"


def _newest(*metrics: str) -> str:
    # timestamp() of a plain selector only: of an expression it is the time of evaluation.
    return " or ".join(f"max(timestamp({metric}))" for metric in metrics)


DEFAULTS: Final[Mapping[Query, str]] = {
    Query.OUTCOMES: f"sum by (status, code) (increase(ideogram_generations_total[{WINDOW}]))",
    Query.NEWEST: _newest(
        "ideogram_generations_total",
        "ideogram_generation_duration_seconds_count",
        "ideogram_generation_duration_ms_count",
        "ideogram_credits_estimated",
    ),
    Query.P95: f"{_p95('ideogram_generation_duration_seconds')}"
    f" or {_p95('ideogram_generation_duration_ms')} / 1000",
    Query.CONSECUTIVE_429: "max(ideogram_consecutive_rate_limited)",
    Query.SAFETY: f"sum(increase(ideogram_safety_rejections[{WINDOW}]))",
    Query.DOWNLOADS: f"sum by (status, code) (increase(ideogram_image_downloads[{WINDOW}]))",
    Query.DOWNLOAD_P95: _p95("ideogram_image_download_duration_seconds"),
    Query.BALANCE: "min(ideogram_credits_estimated)",
    Query.HISTORY: f'($outcomes) or label_replace(($p95), "status", "{P95_MARK}", "", "")',
}


@dataclass(frozen=True, slots=True)
class Span:
    """The moments that a range query asks for: `start`, then every `step` up to `end`."""

    start: datetime
    end: datetime
    step: timedelta = STEP

    @classmethod
    def back_from(cls, now: datetime, step: timedelta = STEP) -> "Span":
        """Look back from now, as far as an onset is looked for in steps of this length."""
        return cls(now - step * STEPS_BACK, now, step)

    @property
    def moments(self) -> tuple[datetime, ...]:
        """List them, oldest first."""
        count = int((self.end - self.start) / self.step)
        return tuple(self.start + self.step * place for place in range(count + 1))

    def place(self, at: datetime) -> int:
        """Tell which of the moments this is; what Prometheus answers is rounded."""
        return round((at - self.start) / self.step)


@dataclass(frozen=True, slots=True)
class MetricsSource:
    """Where a service's metrics are.

    Attributes:
        url: Of Prometheus, without `/api/v1`.
        queries: Own expressions over the defaults.
        window: Over which requests are counted.
        recent: The newest part of it, judged alone when enough requests are in it.
        stale_after: A newest sample older than this says nothing about now.
    """

    url: str
    queries: Mapping[Query, str] = field(default_factory=dict)
    window: timedelta = timedelta(minutes=5)
    recent: timedelta = timedelta(minutes=1)
    stale_after: timedelta = timedelta(minutes=3)

    def expressions(self) -> Mapping[Query, str]:
        """Write every expression about now, with the window filled in."""
        return {query: _over(one, self.window) for query, one in self._about_now.items()}

    def recent_expressions(self) -> Mapping[Query, str]:
        """Write the expressions that count over a window, with the newest part of it filled in."""
        chosen = {query: one for query, one in self._about_now.items() if WINDOW in one}
        return {query: _over(one, self.recent) for query, one in chosen.items()}

    def history_expression(self, step: timedelta) -> str:
        """Write the expression about the past, counting over each step of it."""
        return _over(self._chosen[Query.HISTORY], step)

    @property
    def _about_now(self) -> Mapping[Query, str]:
        return {query: one for query, one in self._chosen.items() if query is not Query.HISTORY}

    @property
    def _chosen(self) -> Mapping[Query, str]:
        """The expressions; own outcomes leave out our `newest`: its metrics may not exist."""
        chosen = {**DEFAULTS, **self.queries}
        if Query.OUTCOMES in self.queries and Query.NEWEST not in self.queries:
            del chosen[Query.NEWEST]
        for other in (Query.OUTCOMES, Query.P95):
            chosen[Query.HISTORY] = chosen[Query.HISTORY].replace(f"${other}", chosen[other])
        return chosen


def _over(expression: str, window: timedelta) -> str:
    return expression.replace(WINDOW, f"{window.total_seconds():.0f}s")


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of an answer; it may be not a number.

    Attributes:
        at: When Prometheus evaluated it, by Prometheus' own clock.
    """

    labels: Mapping[str, str]
    value: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """What one query gave.

    Attributes:
        samples: Empty when there is no such series; of a range query every moment of each.
        problem: Why there is no answer, in words; empty when there is one.
    """

    samples: tuple[Sample, ...] = ()
    problem: str = ""

    @property
    def is_number(self) -> bool:
        """Whether every value is one; NaN and infinities are none."""
        return all(math.isfinite(one.value) for one in self.samples)

    @property
    def single(self) -> Sample | None:
        """The first sample when it is a number; None otherwise."""
        return self.samples[0] if self.samples and self.is_number else None
