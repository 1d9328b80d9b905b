"""Why the service could not give a picture: one exception, sorted by reason."""

from enum import StrEnum


class Reason(StrEnum):
    """What went wrong, as logs, metrics and health tell it apart."""

    BAD_PROMPT = "bad-prompt"  # the user's: empty, too long
    UNSAFE = "unsafe"  # the safety filter refused prompt or picture
    DENIED = "denied"  # 401, 403
    UNFUNDED = "unfunded"  # 402, and plan limits
    RATE_LIMITED = "rate-limited"  # 429 after all retries
    BAD_REQUEST = "bad-request"  # other 4xx: our own fault
    SERVER_ERROR = "server-error"  # 5xx, or a 2xx that holds no picture
    TIMED_OUT = "timed-out"
    NO_ANSWER = "no-answer"  # connection refused or broken
    CIRCUIT_OPEN = "circuit-open"  # not tried: it failed too often just now
    DOWNLOAD = "download"  # made, but not to be had
    CRASHED = "crashed"  # a bad release of ours
    NO_POD = "no-pod"
    GAVE_UP = "gave-up"  # the user, waiting


CONTENT_REASONS = frozenset({Reason.BAD_PROMPT, Reason.UNSAFE})
"""A refused prompt says nothing about the health of the service."""


class ServiceFailure(Exception):  # noqa: N818  the user reads it, it is not a defect
    """A request that ends without a picture.

    Attributes:
        reason: What went wrong.
        status: HTTP status that the user gets.
        detail: For the user; holds neither prompt nor key nor signed URL.
        may_retry: The same request may be sent again.
        code: HTTP status of Ideogram's answer, `timeout`, or empty without one; for metrics.
    """

    def __init__(
        self, reason: Reason, status: int, detail: str, *, may_retry: bool = False, code: str = ""
    ) -> None:
        """Say why, and what to answer."""
        super().__init__(detail)
        self.reason = reason
        self.status = status
        self.detail = detail
        self.may_retry = may_retry
        self.code = code
