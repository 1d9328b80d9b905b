"""What is worth knowing of the same trouble before."""

from datetime import timedelta

from bot.domain.history import Earlier, earlier
from bot.domain.ids import MitigationId
from bot.domain.incident import Status
from bot.domain.mitigation import MitigationKind, State
from tests.builders import NIGHT, a_run, an_incident

RESOLVED = an_incident(
    started_at=NIGHT,
    status=Status.RESOLVED,
    resolved_at=NIGHT + timedelta(minutes=36),
)
NOW = NIGHT + timedelta(days=12)


def a_press(state, seconds=47, **changes):
    """Build a press that ended after so many seconds."""
    return a_run(state=state, finished_at=NIGHT + timedelta(seconds=seconds), **changes)


def test_it_says_when_it_was_what_helped_and_how_soon():
    found = earlier(RESOLVED, [a_press(State.EFFECTIVE)], NOW)

    assert found == Earlier(
        RESOLVED.id,
        timedelta(days=12),
        timedelta(minutes=36),
        MitigationKind.ENABLE_FALLBACK,
        timedelta(seconds=47),
    )


def test_only_what_was_effective_helped_and_the_first_of_them_counts():
    runs = [a_press(State.NO_EFFECT, 9), a_press(State.EFFECTIVE, 20), a_press(State.EFFECTIVE, 60)]

    assert earlier(RESOLVED, runs, NOW).took == timedelta(seconds=20)


def test_taking_something_back_is_no_help():
    undo = a_press(State.EFFECTIVE, undoes=MitigationId("m1"))

    assert earlier(RESOLVED, [undo], NOW).helped is None


def test_what_ended_a_mitigation_is_no_help_against_the_trouble():
    end = a_press(State.EFFECTIVE, kind=MitigationKind.DISABLE_FALLBACK)

    assert earlier(RESOLVED, [a_press(State.UNVERIFIED), end], NOW).helped is None


def test_an_incident_without_an_end_has_no_duration():
    assert earlier(an_incident(started_at=NIGHT), [], NOW).lasted is None
