"""The page's menu puts a fault where the bot puts its cause."""

import pytest

from bot.domain.branches import BRANCHES
from bot.domain.diagnosis import Cause, Origin
from bot.sandbox.faults import known

HEADINGS = {
    Origin.PROVIDER: "Ideogram",
    Origin.ACCOUNT: "Our account",
    Origin.NETWORK: "Network",
    Origin.US: "Us",
    Origin.CONTENT: "Content",
}


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("outage-503", Cause.OUTAGE),
        ("slow", Cause.SLOW),
        ("timeout", Cause.TIMEOUT),
        ("expired-urls", Cause.DOWNLOAD),
        ("unreachable", Cause.UNREACHABLE),
        ("network-cut", Cause.OWN_NETWORK),
        ("balance-zero", Cause.AUTH),
        ("payment-required", Cause.CREDITS_EXHAUSTED),
        ("rate-limited", Cause.RATE_LIMIT),
        ("unsafe", Cause.SAFETY),
        ("bad-deploy", Cause.OWN_SERVICE),
        ("stale-key", Cause.STALE_KEY),
        ("quality", Cause.QUALITY),
        ("slow-dns", Cause.OWN_SERVICE),
        ("dead-resolver", Cause.OWN_SERVICE),
        ("users-invisible", Cause.MONITORING_GAP),
    ],
)
def test_a_fault_stands_under_the_heading_of_its_causes_origin(name, cause):
    origin = next(branch.origin for branch in BRANCHES if branch.cause is cause)

    assert known(name).whose == HEADINGS[origin]
