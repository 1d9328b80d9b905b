"""The service's metrics in Prometheus' text format, under the names that people know."""

from collections import Counter
from decimal import Decimal
from typing import Final

from bot.sandbox.service.failures import Reason

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
# The checklist's; the finer ones because a picture takes 0.4 s here and 5-15 s in reality.
BUCKETS_SECONDS: Final = (0.5, 1, 2, 5, 10, 15, 20, 30, 60)
TIMEOUT_CODE: Final = "timeout"

_STATUS: Final = {Reason.UNSAFE: "safety_rejected", Reason.RATE_LIMITED: "rate_limited"}


class Histogram:
    """Durations by upper bound."""

    def __init__(self, name: str, meaning: str) -> None:
        """Count nothing yet under `name`."""
        self._name = name
        self._meaning = meaning
        self._buckets: Counter[float] = Counter()
        self._seconds = 0.0
        self._observed = 0

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        self._observed += 1
        self._seconds += seconds
        for bucket in BUCKETS_SECONDS:
            self._buckets[bucket] += seconds <= bucket

    def lines(self) -> list[str]:
        """Write it as a scrape reads it."""
        name = self._name
        return [
            *_head(name, "histogram", self._meaning),
            *(f'{name}_bucket{{le="{le}"}} {self._buckets[le]}' for le in BUCKETS_SECONDS),
            f'{name}_bucket{{le="+Inf"}} {self._observed}',
            f"{name}_sum {self._seconds:.6f}",
            f"{name}_count {self._observed}",
        ]


class Metrics:
    """What all pods counted since the service started.

    Attributes:
        credits_usd: Estimated balance: what was there at the start less list prices of what came.
    """

    def __init__(self, opening_usd: Decimal) -> None:
        """Start counting with an estimated balance of `opening_usd`."""
        self.credits_usd = opening_usd
        self._generations: Counter[tuple[str, str, str]] = Counter()
        self._downloads: Counter[tuple[str, str]] = Counter()
        self._limited_in_a_row = 0
        self._duration = Histogram(
            "ideogram_generation_duration_seconds", "Seconds of one generation attempt."
        )
        self._download_duration = Histogram(
            "ideogram_image_download_duration_seconds", "Seconds of one download."
        )

    def generated(self, model: str, seconds: float, cost_usd: Decimal) -> None:
        """Count a generation that brought a picture."""
        self._generations[model, "success", "200"] += 1
        self.credits_usd -= cost_usd
        self._limited_in_a_row = 0
        self._duration.observe(seconds)

    def failed(self, model: str, reason: Reason, code: str, seconds: float) -> None:
        """Count an attempt that brought none; `code` as `ServiceFailure` has it."""
        self._generations[model, _STATUS.get(reason, "error"), code] += 1
        limited = reason is Reason.RATE_LIMITED
        self._limited_in_a_row = self._limited_in_a_row + 1 if limited else 0
        self._duration.observe(seconds)

    def downloaded(self, seconds: float, *, success: bool, code: str) -> None:
        """Count a download."""
        self._downloads["success" if success else "error", code] += 1
        self._download_duration.observe(seconds)

    def text(self) -> str:
        """Return everything as a scrape reads it."""
        lines = [
            *_head("ideogram_generations_total", "counter", "Generation attempts by outcome."),
            *(
                f'ideogram_generations_total{{model="{_escaped(model)}",status="{status}",'
                f'code="{code}"}} {count}'
                for (model, status, code), count in sorted(self._generations.items())
            ),
            *self._duration.lines(),
            *_head("ideogram_consecutive_rate_limited", "gauge", "429 in a row, up to now."),
            f"ideogram_consecutive_rate_limited {self._limited_in_a_row}",
            *_head("ideogram_credits_estimated", "gauge", "Estimated balance in USD."),
            f"ideogram_credits_estimated {self.credits_usd}",
            *_head("ideogram_safety_rejections", "counter", "Prompts and pictures refused."),
            f"ideogram_safety_rejections {self._rejections()}",
            *_head("ideogram_image_downloads", "counter", "Pictures fetched from Ideogram."),
            *(
                f'ideogram_image_downloads{{status="{status}",code="{code}"}} {count}'
                for (status, code), count in sorted(self._downloads.items())
            ),
            *self._download_duration.lines(),
        ]
        return "\n".join(lines) + "\n"

    def _rejections(self) -> int:
        return sum(
            count
            for (_, status, _), count in self._generations.items()
            if status == "safety_rejected"
        )


def _head(name: str, kind: str, meaning: str) -> list[str]:
    return [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"]


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
