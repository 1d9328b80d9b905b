"""The service's times and limits: the checklist's, and where a sandbox cannot wait, scaled down."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long the service waits, how often it tries again, and when it stops trying.

    A generation takes 0.4 s here and 5-15 s in reality: waits between attempts are a tenth of the
    runbook's, so that the strip of users shows an outage within two seconds.

    Attributes:
        request_seconds: For one request to Ideogram (checklist: 60 s or more).
        connect_seconds: For its connection.
        rate_limit_retries: Further attempts after 429: nothing was billed.
        server_error_retries: After 5xx or a refused connection. Only one: a generation that
            answered 5xx may have been billed.
        backoff_seconds: Before the first retry; doubled each time (production 1 s).
        backoff_most_seconds: The longest wait (production 30 s).
        jitter_seconds: At most so much is added to each wait (production 0.5 s).
        breaker_failures: Failures in a row that open a pod's circuit breaker.
        breaker_seconds: How long it stays open before one request may try (production 30 s).
        patience_seconds: How long a user waits before giving up; about a minute in reality.
        picture_most_bytes: What a download may weigh.
    """

    request_seconds: float = 60.0
    connect_seconds: float = 2.0
    rate_limit_retries: int = 3
    server_error_retries: int = 1
    backoff_seconds: float = 0.1
    backoff_most_seconds: float = 3.0
    jitter_seconds: float = 0.05
    breaker_failures: int = 5
    breaker_seconds: float = 1.0
    patience_seconds: float = 2.0
    picture_most_bytes: int = 20_000_000
