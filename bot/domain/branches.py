"""The verdict table (diagnosis.md section 4): one row per cause, evaluated in this order."""

from collections.abc import Callable
from typing import Final

from bot.domain import conditions
from bot.domain.answer import AnswerClass
from bot.domain.branch import DEPLOYMENT, Branch
from bot.domain.diagnosis import Cause, HumanStep, Origin, Rollout
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.severity import Severity
from bot.domain.signals import Signals
from bot.domain.traffic import Share, Signs
from bot.domain.users import Users

PARTNERSHIP: Final = "partnership@ideogram.ai"  # incident runbook, 429; a sales address
SUPPORT: Final = "Ideogram's support, by its status page"  # no incident desk is documented
BILLING: Final = "the billing owner"
ACCOUNT: Final = "the owner of the account at Ideogram"
EGRESS: Final = "who owns egress and the resolver"


def _tried(s: Signals) -> tuple[ProbeKind, ...]:
    return tuple(one.kind for one in s.tried)


def _lost_picture(s: Signals) -> tuple[ProbeKind, ...]:
    return (ProbeKind.DOWNLOAD,) if s.outcome(ProbeKind.DOWNLOAD) is Outcome.UNHEALTHY else ()


def _own_trouble(s: Signals) -> tuple[ProbeKind, ...]:
    dns = (ProbeKind.DNS,) if conditions.suspects_dns(s) else ()
    return (*dns, ProbeKind.APP_HEALTH, ProbeKind.WORKLOAD)


def _share(*classes: AnswerClass) -> Callable[[Signals], bool]:
    return lambda s: s.share_of(*classes) is not Share.FEW


def _sign(shows: Callable[[Signs], object]) -> Callable[[Signals], bool]:
    return lambda s: s.signs is not None and bool(shows(s.signs))


def _classes(*classes: AnswerClass) -> Callable[[Signals], tuple[ProbeKind, ...]]:
    return lambda s: s.with_class(*classes)


BRANCHES: Final[tuple[Branch, ...]] = (
    Branch(
        cause=Cause.OWN_NETWORK,
        origin=Origin.NETWORK,
        name="no way out of our network",
        when="no request to Ideogram got an answer, and nothing else is reachable either",
        severities="P1, P4 when users are visibly fine",
        holds=conditions.own_network,
        rests_on=lambda s: (*_tried(s), ProbeKind.DNS, ProbeKind.CONNECTIVITY),
        would_change="any answer from outside",
        contact=EGRESS,
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
        holds=conditions.unreachable,
        rests_on=lambda s: (*_tried(s), ProbeKind.CONNECTIVITY),
        would_change="any HTTP answer from Ideogram",
        contact=SUPPORT,
        steps=(HumanStep(2, "Look from a second place; read the provider's status page"),),
    ),
    Branch(
        cause=Cause.AUTH,
        origin=Origin.ACCOUNT,
        name="401",
        when="no call gets an image, or 5 % of users' requests do not, and the key is refused: "
        "revoked, or paused at zero balance",
        severities="P1",
        holds=conditions.auth,
        rests_on=lambda s: (ProbeKind.AUTH, *(one.kind for one in s.canaries_denied)),
        would_change="an image with the same key",
        contact=BILLING,
        steps=(
            HumanStep(2, "Look at the balance first: at zero every key is paused"),
            HumanStep(3, "Then at the key's status; rotate it only when it was revoked"),
        ),
        by_traffic=lambda s: s.users_key_refused,
    ),
    Branch(
        cause=Cause.CREDITS_EXHAUSTED,
        origin=Origin.ACCOUNT,
        name="402",
        when="a call, or 5 % of users' requests, is refused for lack of funds",
        severities="P1, P2 below half of the users' requests",
        holds=conditions.credits_exhausted,
        rests_on=_classes(AnswerClass.UNFUNDED),
        would_change="an image after a top-up",
        contact=BILLING,
        steps=(
            HumanStep(1, "Ask the billing owner to top up"),
            HumanStep(3, "Pausing batch jobs protects the top-up and restores nothing"),
        ),
        by_traffic=_share(AnswerClass.UNFUNDED),
    ),
    Branch(
        cause=Cause.OUTAGE,
        origin=Origin.PROVIDER,
        name="5xx",
        when="a call fails by a server error or without an answer; 5 % of users' requests are 5xx",
        severities="P1 all calls or half of the users' requests, P2 some",
        holds=conditions.outage,
        rests_on=lambda s: s.failed,
        would_change="images from every call and for users",
        contact=SUPPORT,
        steps=(HumanStep(2, "Send nothing twice: a repeated generation may be billed twice"),),
        by_traffic=_share(AnswerClass.SERVER_ERROR),
    ),
    Branch(
        cause=Cause.TIMEOUT,
        origin=Origin.PROVIDER,
        name="timeout",
        when="a call times out and none fails by a server error; 5 % of users' requests time out, "
        "fewer are 5xx",
        severities="P1 all calls or half of the users' requests, P2 some",
        holds=conditions.timeout,
        rests_on=lambda s: s.failed,
        would_change="an image within the timeout",
        contact=SUPPORT,
        steps=(HumanStep(2, "Check that the service's own timeout is 60 s or more"),),
        by_traffic=_share(AnswerClass.TIMED_OUT),
    ),
    Branch(
        cause=Cause.STALE_KEY,
        origin=Origin.US,
        name="pods older than the key",
        when="the Secret's key works, pods started before it changed, and users fail",
        severities="P1",
        holds=conditions.stale_key,
        rests_on=lambda _: (ProbeKind.AUTH, ProbeKind.APP_HEALTH, ProbeKind.WORKLOAD),
        would_change="pods younger than the Secret",
        contact=DEPLOYMENT,
        steps=(
            HumanStep(
                1,
                "Restart the Deployment: pods read the Secret only at their start",
                Rollout.RESTART,
            ),
        ),
        by_traffic=_share(AnswerClass.DENIED),
    ),
    Branch(
        cause=Cause.OWN_SERVICE,
        origin=Origin.US,
        name="our own deploy",
        when="no pod available; crash loop; stuck rollout; while calls and picture work: bad "
        "health, or failing requests of users that nothing else explains",
        severities="P1 down, P2 degraded",
        holds=conditions.own_service,
        rests_on=_own_trouble,
        would_change="healthy pods and health while the calls work",
        contact=DEPLOYMENT,
        steps=(HumanStep(1, "Undo or roll back the newest deploy", Rollout.UNDO),),
        by_traffic=lambda s: s.requests_fail_by_us in (Users.FAILING, Users.DEGRADED),
    ),
    Branch(
        cause=Cause.SLOW,
        origin=Origin.PROVIDER,
        name="slow",
        when="P95 of users' requests is above 30 s; where it is not seen, or 5 % of them time out: "
        "a canary takes longer",
        severities="P2",
        holds=conditions.slow,
        rests_on=lambda s: s.slow_calls,
        would_change="images in less than {slow}",
        contact=SUPPORT,
        steps=(HumanStep(2, "Or wait: pictures still come"),),
        by_traffic=_sign(lambda signs: signs.is_slow),
    ),
    Branch(
        cause=Cause.RATE_LIMIT,
        origin=Origin.US,
        name="429",
        when="a canary is refused because too many requests are in flight; more than 5 of users' "
        "requests in a row are, or more than 10 %",
        severities="P2",
        holds=conditions.rate_limit,
        rests_on=_classes(AnswerClass.RATE_LIMITED),
        would_change="an image with fewer requests in flight",
        contact=PARTNERSHIP,
        steps=(
            HumanStep(2, "Pause batch jobs: they share the limit"),
            HumanStep(3, f"If it lasts, ask {PARTNERSHIP} for a higher limit"),
        ),
        by_traffic=_sign(lambda signs: signs.is_rate_limited),
    ),
    Branch(
        cause=Cause.PLAN_LIMIT,
        origin=Origin.ACCOUNT,
        name="403 or plan",
        when="the plan does not cover a call, or 5 % of users' requests (403), while the key "
        "itself is good",
        severities="P2",
        holds=lambda s: conditions.when(s.plan_refuses or s.users_plan_refuses, Severity.P2),
        rests_on=lambda s: s.plan_refuses,
        would_change="an image after the plan or the limit changed",
        contact=ACCOUNT,
        steps=(HumanStep(1, "Ask the account owner about plan and limits"),),
        by_traffic=lambda s: s.users_plan_refuses,
    ),
    Branch(
        cause=Cause.CREDITS_LOW,
        origin=Origin.ACCOUNT,
        name="balance low",
        when="the balance is below $10, by the service's gauge or the bot's own estimate",
        severities="P2",
        holds=conditions.credits_low,
        rests_on=lambda _: (),
        would_change="a top-up",
        contact=BILLING,
        steps=(HumanStep(1, "Ask the billing owner to top up before pictures stop"),),
        by_traffic=_sign(lambda signs: signs.is_low),
    ),
    Branch(
        cause=Cause.REQUEST_BUG,
        origin=Origin.US,
        name="400",
        when="a call, or 5 % of users' requests, is refused as malformed or unknown",
        severities="P2 all calls or half of the users' requests, P3 some",
        holds=conditions.request_bug,
        rests_on=_classes(AnswerClass.BAD_REQUEST),
        would_change="an image from the same request",
        contact=DEPLOYMENT,
        steps=(HumanStep(1, "Compare the newest deploy and the API version it calls"),),
        by_traffic=_share(AnswerClass.BAD_REQUEST),
    ),
    Branch(
        cause=Cause.SAFETY,
        origin=Origin.CONTENT,
        name="422",
        when="a canary's harmless prompt, or more than 10 % of users' requests, is refused as "
        "unsafe",
        severities="P3",
        holds=conditions.safety,
        rests_on=_classes(AnswerClass.UNSAFE),
        would_change="an image for the same prompt",
        contact="who owns the source of the prompts",
        steps=(HumanStep(1, "Look at where the prompts come from"),),
        by_traffic=_sign(lambda signs: signs.is_unsafe),
    ),
    Branch(
        cause=Cause.DOWNLOAD,
        origin=Origin.PROVIDER,
        name="picture",
        when="the fresh canary's picture cannot be fetched, or is none; more than 1 % of users' "
        "downloads fail (us when by expired links), or they take more than 10 s",
        severities="P3",
        holds=conditions.download,
        rests_on=_lost_picture,
        would_change="the picture of a fresh image",
        contact=SUPPORT,
        steps=(HumanStep(2, "Store pictures at once when they are made: their links expire"),),
        by_traffic=_sign(lambda signs: signs.loses_pictures),
        is_ours=conditions.links_expire,
    ),
    Branch(
        cause=Cause.QUALITY,
        origin=Origin.US,
        name="pictures look bad",
        when="a person says that pictures look bad, and images come",
        severities="P2",
        holds=lambda s: conditions.when(s.looks_bad, Severity.P2),
        rests_on=lambda s: s.with_image,
        would_change="a person who calls the pictures good",
        contact="who chose model, style and magic prompt",
        steps=(
            HumanStep(1, "Check model version, style and magic prompt: what changed, and when"),
        ),
    ),
    Branch(
        cause=Cause.MONITORING_GAP,
        origin=Origin.US,
        name="users unseen",
        when="Prometheus is configured, and what it should tell of users is absent, stale, not a "
        "number or fails",
        severities="P4",
        holds=conditions.monitoring_gap,
        rests_on=lambda _: (ProbeKind.TRAFFIC,),
        would_change="requests of users in the metrics",
        contact="who owns Prometheus",
        steps=(HumanStep(1, "Mend the query or the scrape named under Not seen"),),
    ),
)
