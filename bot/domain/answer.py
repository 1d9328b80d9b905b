"""What came back from one HTTP request to the provider, and the class of a generation answer.

The classes and their order are those of diagnosis.md section 2; no other place looks at a status.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any


class Phase(StrEnum):
    """How far a request got, in order."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    FIRST_BYTE = "first byte"
    BODY = "body"


class Failure(StrEnum):
    """Why there is no complete answer."""

    TIMED_OUT = "timed-out"
    DNS = "dns"
    REFUSED = "refused"
    TLS = "tls"
    BROKEN = "broken"  # reset, closed early, not HTTP


@dataclass(frozen=True, slots=True)
class SecretText:
    """A value that no representation shows: an API key or a signed URL."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        """Hide the value, also from careless formatting."""
        return "***"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key for Ideogram, kept in memory only.

    Attributes:
        fingerprint: First 8 hex digits of the key's SHA-256, the only trace people may see.
        source: Where it was read, in words for a row of evidence, for example
            `secret ideogram-secrets`.
    """

    secret: SecretText
    fingerprint: str
    source: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what was seen of its answer.

    Attributes:
        endpoint: Method and path without query, for example `POST /generate`.
        status: HTTP status, None when no answer came.
        body: The JSON document, or the first characters of a text, or None.
        failure: None for a complete answer.
        phase: The last phase begun.
        latency: From the start of the request to its end or failure.
        phases: Duration of each phase that ended, in order.
        request_id: The provider's x-request-id.
        sent: Whether the request may have reached the other side (it may then cost money).
        certificate_days: Days until the server's certificate ends; None without TLS.
    """

    endpoint: str
    status: int | None
    body: Any
    failure: Failure | None
    phase: Phase
    latency: timedelta
    phases: tuple[tuple[Phase, timedelta], ...] = ()
    request_id: str | None = None
    sent: bool = True
    certificate_days: int | None = None


class AnswerClass(StrEnum):
    """The class of a generation answer (diagnosis.md section 2)."""

    IMAGE = "image"
    UNFUNDED = "unfunded"
    PLAN = "plan"
    RATE_LIMITED = "rate-limited"
    DENIED = "denied"
    UNSAFE = "unsafe"
    BAD_REQUEST = "bad-request"
    SERVER_ERROR = "server-error"
    TIMED_OUT = "timed-out"
    NO_ANSWER = "no-answer"
