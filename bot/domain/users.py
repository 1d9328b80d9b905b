"""What is known about a service's users, by its own health and by their requests."""

from enum import StrEnum
from typing import Final

from bot.domain.answer import AnswerClass
from bot.domain.health import HealthState
from bot.domain.traffic import Share, Signs


class Users(StrEnum):
    """What users get, worst first."""

    FAILING = "failing"
    DEGRADED = "degraded"
    FINE = "fine"
    UNSEEN = "unseen"


_BY_SHARE: Final = {
    Share.DOWN: Users.FAILING,
    Share.DEGRADED: Users.DEGRADED,
    Share.FEW: Users.FINE,
}


def by_health(state: object) -> Users:
    """Read what the service says of itself; placeholders are what somebody chose."""
    match state:
        case HealthState.DOWN:
            return Users.FAILING
        case HealthState.DEGRADED:
            return Users.DEGRADED
        case HealthState.HEALTHY | HealthState.FALLBACK:
            return Users.FINE
        case _:
            return Users.UNSEEN


def by_traffic(signs: Signs | None) -> Users:
    """Read what requests show; none, or a few of which many failed, show nothing."""
    if signs is None or not signs.traffic.requests:
        return Users.UNSEEN
    failed, requests = signs.traffic.failed, signs.traffic.requests
    is_chance = 0 < failed < signs.limits.least and failed >= signs.limits.degraded_share * requests
    return Users.UNSEEN if is_chance else _BY_SHARE[signs.share(failed)]


def suffered_by_us(
    signs: Signs | None, *, key_is_proven: bool, late_is_ours: bool = False
) -> Users:
    """Read what users suffer from our own service.

    Args:
        signs: What their requests show; None when none of it was read.
        key_is_proven: The key in the Secret works, so who is refused holds another one.
        late_is_ours: Requests wait for our own resolver, so who is late may be late by that.
    """
    if signs is None:
        return Users.UNSEEN
    denied = signs.traffic.count(AnswerClass.DENIED) if key_is_proven else 0
    late = signs.traffic.count(AnswerClass.TIMED_OUT) if late_is_ours else 0
    return _BY_SHARE[signs.share(signs.traffic.unexplained + denied + late)]


def worse(one: Users, other: Users) -> Users:
    """Pick the worse of two; what one of them sees is seen."""
    order = list(Users)
    return min(one, other, key=order.index)
