"""The verdict table (diagnosis.md section 4): one row per cause, evaluated in this order."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.domain import facts
from bot.domain.answer import AnswerClass
from bot.domain.diagnosis import Cause, HumanStep, Origin
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.severity import Severity
from bot.domain.signals import Signals, Users

PARTNERSHIP: Final = "partnership@ideogram.ai"  # incident runbook, 429; a sales address


@dataclass(frozen=True, slots=True)
class Branch:
    """One row.

    Attributes:
        name: The branch taken, as cards show it.
        when: The condition in words, for the README.
        holds: The severity when the condition holds, else None.
        rests_on: The probes that speak for it.
        would_change: What would lead to another verdict.
        steps: What people do, by place among the next steps.
    """

    cause: Cause
    origin: Origin
    name: str
    when: str
    severities: str
    holds: Callable[[Signals], Severity | None]
    rests_on: Callable[[Signals], tuple[ProbeKind, ...]]
    would_change: str
    steps: tuple[HumanStep, ...] = ()
    contact: str | None = None


def severity_of_unseen_users(signals: Signals) -> Severity:
    """Rate a disturbance whose effect is out of sight: P1 unless users are visibly fine."""
    return Severity.P4 if signals.users_told is Users.FINE else Severity.P1


def _p(severity: Severity, condition: object) -> Severity | None:
    return severity if condition else None


def _all_or_part(
    signals: Signals, failed: object, all_fail: Severity, part: Severity
) -> Severity | None:
    return _p(all_fail if signals.all_fail else part, failed)


def _own_network(s: Signals) -> Severity | None:
    return severity_of_unseen_users(s) if s.cut_off and s.own_network_fails else None


def _unreachable(s: Signals) -> Severity | None:
    way_out = s.outcome(ProbeKind.CONNECTIVITY) is Outcome.HEALTHY
    return _p(Severity.P1, s.cut_off and way_out and not s.own_network_fails)


def _timeout(s: Signals) -> Severity | None:
    late = s.with_class(AnswerClass.TIMED_OUT)
    return _all_or_part(s, late and not s.broken, Severity.P1, Severity.P2)


def _stale_key(s: Signals) -> Severity | None:
    return _p(Severity.P1, s.key_works and s.pods_have_old_key and s.users_suffer)


def _own_service(s: Signals) -> Severity | None:
    """Rate what the Deployment and the service itself show, worst first.

    Bad health accuses us only when nothing of the provider's fails: a picture that cannot be
    fetched makes users fail as surely as a call does.
    """
    theirs = s.failed or s.outcome(ProbeKind.DOWNLOAD) is Outcome.UNHEALTHY
    replicas = s.fact(ProbeKind.WORKLOAD, facts.REPLICAS)
    nobody_home = replicas and s.fact(ProbeKind.WORKLOAD, facts.AVAILABLE) == 0
    if nobody_home or (s.users is Users.FAILING and not theirs):
        return Severity.P1
    looping = s.fact(ProbeKind.WORKLOAD, facts.CRASH_LOOP) is True
    stuck = s.fact(ProbeKind.WORKLOAD, facts.STUCK) is True
    return _p(Severity.P2, looping or stuck or (s.users is Users.DEGRADED and not theirs))


def _tried(s: Signals) -> tuple[ProbeKind, ...]:
    return tuple(one.kind for one in s.tried)


def _classes(*classes: AnswerClass) -> Callable[[Signals], tuple[ProbeKind, ...]]:
    return lambda s: s.with_class(*classes)


BRANCHES: Final[tuple[Branch, ...]] = (
    Branch(
        cause=Cause.OWN_NETWORK,
        origin=Origin.NETWORK,
        name="no way out of our network",
        when="no request to Ideogram got an answer, and nothing else is reachable either",
        severities="P1, P4 when users are visibly fine",
        holds=_own_network,
        rests_on=lambda s: (*_tried(s), ProbeKind.DNS, ProbeKind.CONNECTIVITY),
        would_change="any answer from outside",
        steps=(
            HumanStep(1, "Fix egress or the resolver of the place this was measured from"),
            HumanStep(2, "Ask users whether they get pictures"),
        ),
    ),
    Branch(
        cause=Cause.UNREACHABLE,
        origin=Origin.PROVIDER,
        name="no answer from Ideogram",
        when="no request to Ideogram got an answer, while other places answer",
        severities="P1",
        holds=_unreachable,
        rests_on=lambda s: (*_tried(s), ProbeKind.CONNECTIVITY),
        would_change="any HTTP answer from Ideogram",
        steps=(HumanStep(2, "Look from a second place; read the provider's status page"),),
    ),
    Branch(
        cause=Cause.AUTH,
        origin=Origin.ACCOUNT,
        name="401",
        when="no call gets an image and the key is refused: revoked, or paused at zero balance",
        severities="P1",
        holds=lambda s: _p(Severity.P1, s.key_refused),
        rests_on=lambda s: (ProbeKind.AUTH, *(one.kind for one in s.canaries_denied)),
        would_change="an image with the same key",
        steps=(
            HumanStep(2, "Look at the balance first: at zero every key is paused"),
            HumanStep(3, "Then at the key's status; rotate it only when it was revoked"),
        ),
    ),
    Branch(
        cause=Cause.CREDITS_EXHAUSTED,
        origin=Origin.ACCOUNT,
        name="402",
        when="a call is refused for lack of funds",
        severities="P1",
        holds=lambda s: _p(Severity.P1, s.with_class(AnswerClass.UNFUNDED)),
        rests_on=_classes(AnswerClass.UNFUNDED),
        would_change="an image after a top-up",
        steps=(HumanStep(1, "Ask the billing owner to top up"),),
    ),
    Branch(
        cause=Cause.OUTAGE,
        origin=Origin.PROVIDER,
        name="5xx",
        when="a call fails by a server error or without an answer",
        severities="P1 all calls, P2 some",
        holds=lambda s: _all_or_part(s, s.broken, Severity.P1, Severity.P2),
        rests_on=lambda s: s.failed,
        would_change="an image from every call",
        steps=(HumanStep(2, "Send nothing twice: a repeated generation may be billed twice"),),
    ),
    Branch(
        cause=Cause.TIMEOUT,
        origin=Origin.PROVIDER,
        name="timeout",
        when="a call times out and none fails by a server error",
        severities="P1 all calls, P2 some",
        holds=_timeout,
        rests_on=lambda s: s.failed,
        would_change="an image within the timeout",
        steps=(HumanStep(2, "Check that the service's own timeout is 60 s or more"),),
    ),
    Branch(
        cause=Cause.STALE_KEY,
        origin=Origin.US,
        name="pods older than the key",
        when="the Secret's key works, pods started before it changed, and users fail",
        severities="P1",
        holds=_stale_key,
        rests_on=lambda _: (ProbeKind.AUTH, ProbeKind.APP_HEALTH, ProbeKind.WORKLOAD),
        would_change="pods younger than the Secret",
        steps=(HumanStep(1, "Restart the Deployment: pods read the Secret only at their start"),),
    ),
    Branch(
        cause=Cause.OWN_SERVICE,
        origin=Origin.US,
        name="our own deploy",
        when="no pod available; crash loop; stuck rollout; bad health while calls and picture work",
        severities="P1 down, P2 degraded",
        holds=_own_service,
        rests_on=lambda _: (ProbeKind.APP_HEALTH, ProbeKind.WORKLOAD),
        would_change="healthy pods and health while the calls work",
        steps=(HumanStep(1, "Undo or roll back the newest deploy"),),
    ),
    Branch(
        cause=Cause.SLOW,
        origin=Origin.PROVIDER,
        name="slow",
        when="a canary takes more than 30 s",
        severities="P2",
        holds=lambda s: _p(Severity.P2, s.slow_canaries),
        rests_on=lambda s: s.slow_canaries,
        would_change="an image in less than 30 s",
        steps=(HumanStep(2, "Or wait: pictures still come"),),
    ),
    Branch(
        cause=Cause.RATE_LIMIT,
        origin=Origin.US,
        name="429",
        when="a canary is refused because too many requests are in flight",
        severities="P2",
        holds=lambda s: _p(Severity.P2, s.with_class(AnswerClass.RATE_LIMITED)),
        rests_on=_classes(AnswerClass.RATE_LIMITED),
        would_change="an image with fewer requests in flight",
        steps=(HumanStep(3, f"If it lasts, ask {PARTNERSHIP} for a higher limit"),),
        contact=PARTNERSHIP,
    ),
    Branch(
        cause=Cause.PLAN_LIMIT,
        origin=Origin.ACCOUNT,
        name="403 or plan",
        when="the plan does not cover a call, while the key itself is good",
        severities="P2",
        holds=lambda s: _p(Severity.P2, s.plan_refuses),
        rests_on=lambda s: s.plan_refuses,
        would_change="an image after the plan or the limit changed",
        steps=(HumanStep(1, "Ask the account owner about plan and limits"),),
    ),
    Branch(
        cause=Cause.REQUEST_BUG,
        origin=Origin.US,
        name="400",
        when="a call is refused as malformed or unknown",
        severities="P2 all calls, P3 some",
        holds=lambda s: _all_or_part(
            s, s.with_class(AnswerClass.BAD_REQUEST), Severity.P2, Severity.P3
        ),
        rests_on=_classes(AnswerClass.BAD_REQUEST),
        would_change="an image from the same request",
        steps=(HumanStep(1, "Compare the newest deploy and the API version it calls"),),
    ),
    Branch(
        cause=Cause.SAFETY,
        origin=Origin.CONTENT,
        name="422",
        when="a canary's harmless prompt is rejected as unsafe",
        severities="P3",
        holds=lambda s: _p(Severity.P3, s.with_class(AnswerClass.UNSAFE)),
        rests_on=_classes(AnswerClass.UNSAFE),
        would_change="an image for the same prompt",
        steps=(HumanStep(1, "Look at where the prompts come from"),),
    ),
    Branch(
        cause=Cause.DOWNLOAD,
        origin=Origin.PROVIDER,
        name="picture",
        when="the fresh canary's picture cannot be fetched, or is none",
        severities="P3",
        holds=lambda s: _p(
            Severity.P3, s.outcome(ProbeKind.DOWNLOAD) is Outcome.UNHEALTHY and s.with_image
        ),
        rests_on=lambda _: (ProbeKind.DOWNLOAD,),
        would_change="the picture of a fresh image",
        steps=(HumanStep(1, "Store pictures at once when they are made: their links expire"),),
    ),
    Branch(
        cause=Cause.QUALITY,
        origin=Origin.US,
        name="pictures look bad",
        when="a person says that pictures look bad, and every call works",
        severities="P2",
        holds=lambda s: _p(Severity.P2, s.looks_bad),
        rests_on=lambda s: s.with_image,
        would_change="a person who calls the pictures good",
        steps=(
            HumanStep(1, "Check model version, style and magic prompt: what changed, and when"),
        ),
    ),
)
