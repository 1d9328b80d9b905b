"""The parts of the config file about user traffic: where its metrics are, and what is too much."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, HttpUrl, ValidationInfo, field_validator

from bot.domain.metrics import Query
from bot.settings.part import Part

Share = Annotated[float, Field(gt=0, le=1)]


class PrometheusSettings(Part):
    """Where the service's metrics are."""

    url: HttpUrl | None = Field(
        None,
        description="Of Prometheus, without /api/v1; null means that users' requests are not seen.",
    )
    queries: dict[Query, Annotated[str, Field(min_length=1)]] = Field(
        default={},
        description="Own expressions by name; $window stands for the window. See Traffic.",
    )
    window_minutes: float = Field(
        5, ge=1, le=60, description="Over which requests are counted, minutes."
    )
    recent_seconds: float = Field(
        60,
        ge=5,
        description="The newest part of the window, judged alone when enough requests are in it; "
        "seconds, at least two scrapes.",
    )
    stale_minutes: float = Field(
        3, gt=0, le=1440, description="A newest sample older than this says nothing, minutes."
    )

    @field_validator("recent_seconds")
    @classmethod
    def _is_part_of_the_window(cls, recent: float, found: ValidationInfo) -> float:
        window = found.data.get("window_minutes")  # absent when it is wrong itself
        if window is not None and recent > window * 60:
            raise ValueError("use at most window_minutes")
        return recent


class ThresholdSettings(Part):
    """From where on a measurement is a fault; shares are 0-1."""

    down_share: Share = Field(0.5, description="Share of failed user requests that is P1.")
    degraded_share: Share = Field(0.05, description="Share of failed user requests that is P2.")
    least_failures: int = Field(
        3, ge=1, description="Fewer failed requests than this are chance; no share is taken."
    )
    slow_seconds: float = Field(
        30, gt=0, le=3600, description="P95, or one canary, above this is slow, seconds."
    )
    consecutive_429: int = Field(5, ge=1, description="More 429 than this in a row are P2.")
    rate_limited_share: Share = Field(0.1, description="Share of 429 above which it is P2.")
    rejected_share: Share = Field(0.1, description="Share refused as unsafe above which it is P3.")
    download_share: Share = Field(0.01, description="Share of lost downloads above which it is P3.")
    slow_download_seconds: float = Field(
        10, gt=0, le=3600, description="P95 of downloads above this is P3, seconds."
    )
    low_balance_usd: Decimal = Field(
        Decimal(10), ge=0, description="Balance below which it is P2, USD."
    )
