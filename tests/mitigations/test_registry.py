from bot.domain.diagnosis import Cause
from bot.domain.mitigation import MitigationKind
from bot.mitigations import MITIGATIONS
from tests.fakes.lookout import a_lookout

ALL = [make(a_lookout()) for make in MITIGATIONS]

# The runnable mitigations of the column "next" in diagnosis.md section 4, and cards.md section 2
# for the healthy card.
NEXT = {
    Cause.UNREACHABLE: [MitigationKind.ENABLE_FALLBACK],
    Cause.AUTH: [MitigationKind.ENABLE_FALLBACK],
    Cause.CREDITS_EXHAUSTED: [MitigationKind.ENABLE_FALLBACK],
    Cause.OUTAGE: [MitigationKind.ENABLE_FALLBACK],
    Cause.TIMEOUT: [MitigationKind.ENABLE_FALLBACK],
    Cause.SLOW: [MitigationKind.ENABLE_FALLBACK],
    Cause.RATE_LIMIT: [MitigationKind.REDUCE_CONCURRENCY],
    # Not in that column, which stores pictures on receipt: that is a change of code, and at night
    # placeholders are what a person can give users instead of broken pictures.
    Cause.DOWNLOAD: [MitigationKind.ENABLE_FALLBACK],
    Cause.HEALTHY: [MitigationKind.DISABLE_FALLBACK, MitigationKind.RESTORE_CONCURRENCY],
}


def test_every_kind_is_registered_in_order():
    assert [one.kind for one in ALL] == list(MitigationKind)


def test_each_cause_is_helped_as_the_table_says():
    found = {
        cause: [one.kind for one in ALL if cause in one.helps]
        for cause in Cause
        if any(cause in one.helps for one in ALL)
    }

    assert found == NEXT
