"""What users' requests decide while users are shown placeholders: rows of a table."""

from decimal import Decimal

from bot.domain import facts
from bot.domain.answer import AnswerClass as Answer
from bot.domain.diagnosis import Cause
from bot.domain.health import HealthState
from tests.domain.measured import OLD_PODS, P95, all_well, health, legacy, traffic, v3, workload

SWITCHED = (health(HealthState.FALLBACK), workload(**{facts.FALLBACK: "on"}))

BEHIND_PLACEHOLDERS = {
    "half-timed-out-behind-placeholders-while-one-call-is-broken": (
        all_well(
            traffic(50, timed_out=50), health(HealthState.FALLBACK), v3(Answer.SERVER_ERROR, 503)
        ),
        Cause.TIMEOUT,
        "P1",
    ),
    "placeholders-outlast-what-was-before": (
        all_well(health(HealthState.FALLBACK), v3(Answer.UNSAFE), traffic(0, unexplained=60)),
        Cause.SAFETY,
        "P3",
    ),
    "errors-from-before-placeholders-were-switched-on": (
        all_well(*SWITCHED, traffic(60, server_error=300, in_a_row=9, lost=9, downloads=60, **P95)),
        Cause.HEALTHY,
        None,
    ),
    "errors-from-before-generation-was-switched-off": (
        all_well(
            health(HealthState.FALLBACK),
            workload(**{facts.GENERATION: "off"}),
            traffic(60, server_error=300),
        ),
        Cause.HEALTHY,
        None,
    ),
    "errors-of-a-service-that-falls-back-by-itself-and-still-tries": (
        all_well(
            health(HealthState.FALLBACK),
            workload(**{facts.FALLBACK: "off"}),
            traffic(60, server_error=300),
        ),
        Cause.OUTAGE,
        "P1",
    ),
    "errors-while-the-switch-is-on-and-the-service-does-not-show-it": (
        all_well(workload(**{facts.FALLBACK: "on"}), traffic(60, server_error=300)),
        Cause.OUTAGE,
        "P1",
    ),
    "a-balance-is-low-whoever-asks-for-pictures": (
        all_well(*SWITCHED, traffic(balance_usd=Decimal("9.99"))),
        Cause.CREDITS_LOW,
        "P2",
    ),
    "an-outage-that-a-call-shows-goes-on-behind-placeholders": (
        all_well(*SWITCHED, legacy(Answer.SERVER_ERROR), v3(Answer.SERVER_ERROR), traffic(0)),
        Cause.OUTAGE,
        "P1",
    ),
    "an-old-key-of-pods-goes-on-behind-placeholders": (
        all_well(health(HealthState.FALLBACK), OLD_PODS, traffic(200, denied=200)),
        Cause.STALE_KEY,
        "P1",
    ),
    "errors-that-nothing-explains-hurt-nobody-behind-placeholders": (
        all_well(health(HealthState.FALLBACK), traffic(0, unexplained=400)),
        Cause.HEALTHY,
        None,
    ),
}
