from dataclasses import replace
from datetime import timedelta

from bot.domain.ids import MitigationId
from bot.domain.mitigation import MitigationKind, State
from bot.domain.relief import Relief, relief
from tests.builders import NIGHT, a_run

ENABLED = a_run(state=State.EFFECTIVE, finished_at=NIGHT)
LATER = NIGHT + timedelta(minutes=9)


def test_what_helped_first_is_the_relief():
    failed = a_run(id=MitigationId("f"), state=State.NO_EFFECT, finished_at=NIGHT)
    again = replace(ENABLED, id=MitigationId("a"), finished_at=LATER)

    assert relief([failed, ENABLED, again]) == Relief(MitigationKind.ENABLE_FALLBACK, NIGHT)


def test_it_began_when_the_pods_were_replaced_not_when_that_was_seen_to_help():
    seen_late = replace(ENABLED, rolled_out_at=NIGHT, finished_at=LATER)

    assert relief([seen_late]) == Relief(MitigationKind.ENABLE_FALLBACK, NIGHT)


def test_it_lasts_until_what_took_it_back_was_applied():
    end = a_run(id=MitigationId("e"), kind=MitigationKind.DISABLE_FALLBACK, applied_at=LATER)

    found = relief([replace(ENABLED, undone_by=end.id), end])

    assert found == Relief(MitigationKind.ENABLE_FALLBACK, NIGHT, LATER)


def test_what_was_switched_on_again_is_the_relief_now():
    end = a_run(id=MitigationId("e"), kind=MitigationKind.DISABLE_FALLBACK, applied_at=LATER)
    again = replace(ENABLED, id=MitigationId("a"), finished_at=LATER + timedelta(minutes=1))

    found = relief([replace(ENABLED, undone_by=end.id), end, again])

    assert found == Relief(MitigationKind.ENABLE_FALLBACK, LATER + timedelta(minutes=1))


def test_neither_an_end_nor_an_undo_is_relief():
    end = a_run(kind=MitigationKind.DISABLE_FALLBACK, state=State.EFFECTIVE, finished_at=NIGHT)
    undo = replace(ENABLED, undoes=MitigationId("x"))

    assert relief([end, undo, a_run()]) is None
