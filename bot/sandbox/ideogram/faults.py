"""The ways in which the pretend Ideogram can fail, and what each does to a request.

A fault touches what the real one is known or believed to touch: a dead generation back end leaves
the free price quote and the public key set alone (facts on `dry_run`), a paused account refuses
every key, a closed socket takes everything with it.
"""

from typing import Final

OUTAGE_500: Final = "outage-500"
OUTAGE_503: Final = "outage-503"
PARTIAL_OUTAGE: Final = "partial-outage"
V3_ONLY: Final = "v3-only"
OUTAGE_UNNOTICED: Final = "outage-unnoticed"
STATUS_RED: Final = "status-red"
KEY_REVOKED: Final = "key-revoked"
BALANCE_ZERO: Final = "balance-zero"
PAYMENT_REQUIRED: Final = "payment-required"
RATE_LIMITED: Final = "rate-limited"
SLOW: Final = "slow"
TIMEOUT: Final = "timeout"
UNREACHABLE: Final = "unreachable"
UNSAFE: Final = "unsafe"
EXPIRED_URLS: Final = "expired-urls"

FAULTS: Final[dict[str, str]] = {
    OUTAGE_500: "Every generation answers 500; free requests still work",
    OUTAGE_503: "Every generation answers 503; free requests still work",
    PARTIAL_OUTAGE: "Four of ten generations answer 503, by chance",
    V3_ONLY: "Generations of V3 answer 503; legacy ones work",
    OUTAGE_UNNOTICED: "Every generation answers 503, and the status page stays green",
    STATUS_RED: "The status page says major outage, and everything works",
    KEY_REVOKED: "The key in use is revoked: 401; other keys of the account still work",
    BALANCE_ZERO: "The balance is zero and every key is paused: 401 until the account is topped up",
    PAYMENT_REQUIRED: "No credits left: 402 for generations; the price quote still answers",
    RATE_LIMITED: "Too many requests in flight on the account: 429 for generations",
    SLOW: "Generations take 35 seconds",
    TIMEOUT: "Generations never answer",
    UNREACHABLE: "Nothing listens any more: connection refused",
    UNSAFE: "The safety filter refuses every prompt: 422",
    EXPIRED_URLS: "Pictures are made, but their URLs have already expired: 410",
}
"""Name -> one line for people, in the order a page should offer them."""

# What the provider's own status page says, once it has noticed. Account and content troubles of
# one customer never appear there.
STATUS_INDICATORS: Final[dict[str, tuple[str, str, str]]] = {
    OUTAGE_500: ("major", "Partial System Outage", "major_outage"),
    OUTAGE_503: ("major", "Partial System Outage", "major_outage"),
    PARTIAL_OUTAGE: ("minor", "Minor Service Degradation", "degraded_performance"),
    V3_ONLY: ("minor", "Minor Service Degradation", "partial_outage"),
    STATUS_RED: ("major", "Major System Outage", "major_outage"),
    TIMEOUT: ("major", "Partial System Outage", "partial_outage"),
    SLOW: ("minor", "Minor Service Degradation", "degraded_performance"),
    EXPIRED_URLS: ("minor", "Minor Service Degradation", "degraded_performance"),
}
"""Fault -> indicator, description and the state of the API component (Statuspage's words)."""
