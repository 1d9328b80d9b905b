"""Probes: what one measurement says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from bot.domain.answer import AnswerClass, Phase
from bot.domain.service import Call


class Outcome(StrEnum):
    """`unknown` means that we could not look; it neither accuses nor clears."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


class ProbeKind(StrEnum):
    """Every kind of probe, in the fixed order in which results are listed."""

    DNS = "dns"
    REACHABILITY = "reachability"
    AUTH = "auth"
    GENERATE_LEGACY = "generate-legacy"
    GENERATE_V3 = "generate-v3"
    DOWNLOAD = "download"
    STATUS_PAGE = "status-page"
    CONNECTIVITY = "connectivity"
    APP_HEALTH = "app-health"
    WORKLOAD = "workload"
    TRAFFIC = "traffic"


CANARY_OF: Final = {Call.LEGACY: ProbeKind.GENERATE_LEGACY, Call.V3: ProbeKind.GENERATE_V3}
CANARIES: Final = frozenset(CANARY_OF.values())


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One measurement.

    Attributes:
        detail: One line for people; never a key, a prompt or a URL with its query.
        measured_at: When it ended.
        latency: None when nothing was sent.
        status: HTTP status, None without an answer.
        answer: Class of the answer, for the probes that talk to Ideogram; None otherwise.
        answered: Whether any HTTP answer came from Ideogram; None when nothing was tried.
        ran: False for a probe that was not started (`detail` says why).
        cost: What it counts against the day, USD.
        facts: Further values by name, each named in the probe's docstring.
        request: Method and path of the request, without query; None when none was sent.
        phases: Duration of each phase that ended, in order.
        excerpt: The beginning of the answer, redacted; None when it must not be shown.
    """

    kind: ProbeKind
    outcome: Outcome
    detail: str
    measured_at: datetime
    latency: timedelta | None = None
    status: int | None = None
    answer: AnswerClass | None = None
    answered: bool | None = None
    ran: bool = True
    cost: Decimal = Decimal(0)
    request_id: str | None = None
    facts: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)
    request: str | None = None
    phases: tuple[tuple[Phase, timedelta], ...] = ()
    excerpt: str | None = None
