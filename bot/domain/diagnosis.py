"""The verdict: cause, origin, severity, and what it rests on.

The table of rows is `branches`; this module holds the words and shapes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from bot.domain.ids import UserId
from bot.domain.person import Witness
from bot.domain.probe import CANARIES, ProbeKind, ProbeResult
from bot.domain.service import Call
from bot.domain.severity import Severity
from bot.domain.thresholds import Thresholds


class Origin(StrEnum):
    """Whose fault it is."""

    PROVIDER = "provider"
    ACCOUNT = "account"
    NETWORK = "network"
    US = "us"
    CONTENT = "content"


class Part(StrEnum):
    """What can be fine; the value is what people read."""

    IDEOGRAM = "Ideogram"
    US = "us"
    USERS = "users"


class Cause(StrEnum):
    """What is wrong, in the order of the table of diagnosis.md section 4."""

    OWN_NETWORK = "own-network"
    UNREACHABLE = "unreachable"
    AUTH = "auth"
    CREDITS_EXHAUSTED = "credits-exhausted"
    OUTAGE = "outage"
    TIMEOUT = "timeout"
    STALE_KEY = "stale-key"
    OWN_SERVICE = "own-service"
    SLOW = "slow"
    RATE_LIMIT = "rate-limit"
    PLAN_LIMIT = "plan-limit"
    CREDITS_LOW = "credits-low"
    REQUEST_BUG = "request-bug"
    SAFETY = "safety"
    DOWNLOAD = "download"
    QUALITY = "quality"
    MONITORING_GAP = "monitoring-gap"
    UNDETERMINED = "undetermined"
    HEALTHY = "healthy"


class Mode(StrEnum):
    """Full sends each used canary once; quick costs nothing."""

    FULL = "full"
    QUICK = "quick"


@dataclass(frozen=True, slots=True)
class Measurements:
    """Everything a verdict may rest on.

    Attributes:
        calls: The generation calls that the service uses, never empty.
        results: By kind; a kind that is absent was not measured.
        names_resolvable: Whether `connectivity_urls` hold a host name at all.
        person: What a person saw; None when nobody was asked.
        thresholds: From where on a measurement is a fault.
        balance: Left at Ideogram by our own ledger, USD; None when it is unknown.
        billing_owner: Who tops up the account; None when nobody is named.
    """

    calls: tuple[Call, ...]
    mode: Mode
    results: Mapping[ProbeKind, ProbeResult]
    names_resolvable: bool = True
    person: Witness | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)
    balance: Decimal | None = None
    billing_owner: UserId | None = None


@dataclass(frozen=True, slots=True)
class AlsoSeen:
    """A row of the table that holds beside the verdict."""

    cause: Cause
    origin: Origin | None
    severity: Severity | None


@dataclass(frozen=True, slots=True)
class NotLookedAt:
    """A probe without an answer, and why."""

    probe: ProbeKind
    why: str


class Rollout(StrEnum):
    """What a person does to a Deployment, as `kubectl rollout` calls it."""

    RESTART = "restart"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class HumanStep:
    """Something that a person does.

    Attributes:
        place: Among the next steps, mitigations included; 1 is first.
        rollout: The command for it; None where there is none.
    """

    place: int
    text: str
    rollout: Rollout | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One verdict.

    Attributes:
        origin: None for healthy and undetermined.
        severity: None for healthy.
        branch: Name of the row taken, for example `5xx on every call`.
        evidence: The probes it rests on, in fixed order; of undetermined those that are missing.
        would_change: What would lead to another verdict.
        steps: What people do; mitigations are merged in by place where they are shown.
        contact: Whom to ask, by role or address; None for healthy and undetermined.
        contact_id: Who that is, where a configured name says so.
        contradictions: What does not fit together, in words.
        fine: What was seen to be fine, in order; empty unless healthy.
        limits: From where on a measurement was a fault.
    """

    cause: Cause
    origin: Origin | None
    severity: Severity | None
    branch: str
    evidence: tuple[ProbeKind, ...]
    also_seen: tuple[AlsoSeen, ...]
    not_looked_at: tuple[NotLookedAt, ...]
    would_change: str
    steps: tuple[HumanStep, ...] = ()
    contact: str | None = None
    contact_id: UserId | None = None
    contradictions: tuple[str, ...] = ()
    fine: tuple[Part, ...] = ()
    limits: Thresholds = field(default_factory=Thresholds)

    @property
    def calls_for_a_switch(self) -> bool:
        """Whether enough is known, and lost, for a change.

        Nothing is ended because of free checks: they cannot see that images come again. A few lost
        pictures cost less than all of them. Every other cause that a switch helps against is
        serious by itself.
        """
        if self.cause is Cause.HEALTHY:
            return not CANARIES.isdisjoint(self.evidence)
        is_minor = self.severity not in (Severity.P1, Severity.P2)
        return not (self.cause is Cause.DOWNLOAD and is_minor)
