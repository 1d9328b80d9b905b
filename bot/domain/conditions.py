"""The conditions of the verdict table: each tells the severity when its row holds, else None.

A call of ours and the requests of users are two witnesses: either may be enough.
"""

from datetime import timedelta

from bot.domain import facts
from bot.domain.answer import AnswerClass
from bot.domain.metrics import STEP
from bot.domain.onset import Sign
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.severity import Severity, worst
from bot.domain.signals import Signals
from bot.domain.traffic import Share, TrafficState
from bot.domain.users import Users

_GAPS = frozenset({TrafficState.ABSENT, TrafficState.STALE, TrafficState.NAN, TrafficState.FAILED})


def severity_of_unseen_users(signals: Signals) -> Severity:
    """Rate a disturbance whose effect is out of sight: P1 unless users are visibly fine."""
    return Severity.P4 if signals.users_told is Users.FINE else Severity.P1


def when(condition: object, severity: Severity) -> Severity | None:
    """Give a severity when a condition holds."""
    return severity if condition else None


def _all_or_part(
    signals: Signals, failed: object, all_fail: Severity, part: Severity
) -> Severity | None:
    return when(failed, all_fail if signals.all_fail else part)


def _by_share(
    signals: Signals, *classes: AnswerClass, down: Severity, degraded: Severity
) -> Severity | None:
    """Rate users' requests with an answer of these classes."""
    return {Share.DOWN: down, Share.DEGRADED: degraded}.get(signals.share_of(*classes))


def _worst(*found: Severity | None) -> Severity | None:
    held = [one for one in found if one is not None]
    return worst(*held) if held else None


def own_network(s: Signals) -> Severity | None:
    """Nothing outside answers: what comes from there is unseen, so this comes before worse rows."""
    return severity_of_unseen_users(s) if s.cut_off and s.own_network_fails else None


def unreachable(s: Signals) -> Severity | None:
    """Others answer, they do not."""
    way_out = s.outcome(ProbeKind.CONNECTIVITY) is Outcome.HEALTHY
    return when(s.cut_off and way_out and not s.own_network_fails, Severity.P1)


def auth(s: Signals) -> Severity | None:
    """See a key refused, ours or the users'."""
    return when(s.key_refused or s.users_key_refused, Severity.P1)


def credits_exhausted(s: Signals) -> Severity | None:
    """Somebody has to pay first."""
    by_canary = when(s.with_class(AnswerClass.UNFUNDED), Severity.P1)
    unfunded = AnswerClass.UNFUNDED
    return _worst(by_canary, _by_share(s, unfunded, down=Severity.P1, degraded=Severity.P2))


def outage(s: Signals) -> Severity | None:
    """They answer with server errors, or not at all."""
    by_canary = _all_or_part(s, s.broken, Severity.P1, Severity.P2)
    broken = AnswerClass.SERVER_ERROR
    return _worst(by_canary, _by_share(s, broken, down=Severity.P1, degraded=Severity.P2))


def timeout(s: Signals) -> Severity | None:
    """They take longer than anybody waits, and nothing worse is known.

    Calls speak of calls, and users' requests of users': a broken call clears no timeout of theirs.
    """
    late = AnswerClass.TIMED_OUT
    mere = () if s.broken else s.with_class(late)
    by_canary = _all_or_part(s, mere, Severity.P1, Severity.P2)
    if s.share_of(AnswerClass.SERVER_ERROR) is not Share.FEW or s.waits_for_dns:
        # Of users' requests the server errors speak, in the row above, or our own resolver does.
        return by_canary
    return _worst(by_canary, _by_share(s, late, down=Severity.P1, degraded=Severity.P2))


def stale_key(s: Signals) -> Severity | None:
    """See pods with a key that is no longer the Secret's.

    One image is enough to prove the Secret's key. With the last one lost nothing proves it, and
    the row ends, however badly users fare.
    """
    return when(s.key_gets_images and s.pods_have_old_key and s.users_suffer_or_would, Severity.P1)


def own_service(s: Signals) -> Severity | None:
    """Rate what the Deployment, the service itself and its users show, worst first.

    Bad health accuses us only when nothing of the provider's fails: a picture that cannot be
    fetched makes users fail as surely as a call does. Errors that say no more of themselves
    accuse us while every call of ours works.
    """
    suffering = {Users.FAILING: Severity.P1, Users.DEGRADED: Severity.P2}
    return _worst(_by_pods(s), suffering.get(s.users_suffer_by_us))


def _by_pods(s: Signals) -> Severity | None:
    """Rate what the Deployment itself shows."""
    replicas = s.fact(ProbeKind.WORKLOAD, facts.REPLICAS)
    if replicas and s.fact(ProbeKind.WORKLOAD, facts.AVAILABLE) == 0:
        return Severity.P1
    looping = s.fact(ProbeKind.WORKLOAD, facts.CRASH_LOOP) is True
    stuck = s.fact(ProbeKind.WORKLOAD, facts.STUCK) is True
    return when(looping or stuck, Severity.P2)


def suspects_dns(s: Signals) -> bool:
    """Tell whether a slow resolver explains what users suffer better than a deploy does."""
    return s.waits_for_dns and s.users_suffer and _by_pods(s) is None


def failed_before_deploy(s: Signals) -> timedelta | None:
    """Tell how long users had failed already when the newest deploy came; None where they had not.

    By another fault, perhaps: this acquits no deploy.
    """
    deployed, began = s.deployed_at, s.onset
    if deployed is None or began is None or began.sign is not Sign.FAILING:
        return None
    before = deployed - began.at
    return before if before > 2 * STEP else None  # the two clocks may differ


def slow(s: Signals) -> Severity | None:
    """P95 of users' requests; where that is out of sight, or users did not wait, a canary."""
    return when(s.slow_calls or s.users_wait, Severity.P2)


def rate_limit(s: Signals) -> Severity | None:
    """Too many requests in flight."""
    by_traffic = s.signs is not None and s.signs.is_rate_limited
    return when(s.with_class(AnswerClass.RATE_LIMITED) or by_traffic, Severity.P2)


def credits_low(s: Signals) -> Severity | None:
    """See a balance that will not last."""
    low = s.measured.thresholds.low_balance_usd
    return when(s.balance is not None and s.balance < low, Severity.P2)


def request_bug(s: Signals) -> Severity | None:
    """Our requests are malformed, or a model was withdrawn."""
    malformed = AnswerClass.BAD_REQUEST
    by_canary = _all_or_part(s, s.with_class(malformed), Severity.P2, Severity.P3)
    return _worst(by_canary, _by_share(s, malformed, down=Severity.P2, degraded=Severity.P3))


def safety(s: Signals) -> Severity | None:
    """Content is refused."""
    by_traffic = s.signs is not None and s.signs.is_unsafe
    return when(s.with_class(AnswerClass.UNSAFE) or by_traffic, Severity.P3)


def download(s: Signals) -> Severity | None:
    """Pictures are made and get lost."""
    by_canary = s.outcome(ProbeKind.DOWNLOAD) is Outcome.UNHEALTHY and s.with_image
    by_traffic = s.signs is not None and s.signs.loses_pictures
    return when(by_canary or by_traffic, Severity.P3)


def links_expire(s: Signals) -> bool:
    """Tell whether pictures get lost because we fetch them too late."""
    fresh_one_is_lost = s.outcome(ProbeKind.DOWNLOAD) is Outcome.UNHEALTHY
    return s.signs is not None and s.signs.links_expire and not fresh_one_is_lost


def monitoring_gap(s: Signals) -> Severity | None:
    """Users are meant to be seen and are not."""
    state = s.fact(ProbeKind.TRAFFIC, facts.STATE)
    return when(state in _GAPS or s.fact(ProbeKind.TRAFFIC, facts.GAPS), Severity.P4)
