"""Reading a service's health document (diagnosis.md section 3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.domain.answer import Exchange, Failure, Phase
from bot.domain.classes import is_success


class HealthState(StrEnum):
    """What a service says about its use of Ideogram."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    DOWN = "down"
    FALLBACK = "fallback"
    UNKNOWN = "unknown"


# Where a request gets stuck that does not even reach the service.
_ON_THE_WAY: Final = frozenset({Phase.DNS, Phase.CONNECT, Phase.TLS})
_WORDS: Final[Mapping[HealthState, frozenset[str]]] = {
    HealthState.HEALTHY: frozenset({"ok", "healthy", "up", "pass"}),
    HealthState.DEGRADED: frozenset({"degraded", "warn"}),
    HealthState.DOWN: frozenset({"down", "error", "fail", "unhealthy"}),
    HealthState.FALLBACK: frozenset({"fallback", "disabled", "placeholder"}),
}


@dataclass(frozen=True, slots=True)
class HealthReading:
    """A state and the words it was read from."""

    state: HealthState
    said: str


def is_out_of_sight(seen: Exchange) -> bool:
    """Tell whether a request did not reach the service at all.

    The place of the bot explains a name that does not resolve there, a certificate that it does
    not trust, and a connection that vanishes. Who refuses a connection, breaks it off, or takes it
    and does not answer, is seen.
    """
    vanished = seen.failure is Failure.TIMED_OUT and seen.phase in _ON_THE_WAY
    return vanished or seen.failure in (Failure.DNS, Failure.TLS)


def read_health(
    seen: Exchange, path: str | None, own_words: Mapping[str, tuple[str, ...]]
) -> HealthReading:
    """Read the state from an HTTP answer, or from there being none.

    Args:
        seen: The request to the health URL.
        path: Dotted path into the document; None when the HTTP status decides.
        own_words: The service's words by state name; they win over the usual ones.
    """
    if is_out_of_sight(seen):
        return HealthReading(HealthState.UNKNOWN, "not reached from here")
    if seen.failure is not None or seen.status is None:
        return HealthReading(HealthState.DOWN, "no answer")
    if path is None:
        return _by_status(seen.status)
    reading = _at(seen.body, path, own_words)
    if reading.state is HealthState.UNKNOWN and seen.status >= 300:  # noqa: PLR2004  HTTP
        return HealthReading(reading.state, f"{seen.status}, {reading.said}")
    return reading


def _by_status(status: int) -> HealthReading:
    if 300 <= status < 400:  # noqa: PLR2004  HTTP
        # To a login page or to https: what stands there was not asked.
        return HealthReading(HealthState.UNKNOWN, f"{status}, a redirect")
    state = HealthState.HEALTHY if is_success(status) else HealthState.DOWN
    return HealthReading(state, str(status))


def _at(body: object, path: str, own_words: Mapping[str, tuple[str, ...]]) -> HealthReading:
    value = body
    for step in path.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return HealthReading(HealthState.UNKNOWN, f"no {path} in the health document")
        value = value[step]
    if isinstance(value, Mapping):
        if value.get("fallback") is True:
            return HealthReading(HealthState.FALLBACK, "fallback")
        value = value.get("status")
    if not isinstance(value, str):
        return HealthReading(HealthState.UNKNOWN, f"{path} is no word")
    return HealthReading(_state_of(value, own_words), value)


def _state_of(word: str, own_words: Mapping[str, tuple[str, ...]]) -> HealthState:
    folded = word.strip().lower()
    for state in HealthState:
        if folded in (own.lower() for own in own_words.get(state.value, ())):
            return state
    return next((state for state, words in _WORDS.items() if folded in words), HealthState.UNKNOWN)
