from datetime import timedelta

import pytest

from bot.domain.errors import InvalidTransitionError
from bot.domain.ids import MitigationId
from bot.domain.incident import Status
from bot.domain.mitigation import EnvChange, State
from bot.domain.press import (
    action_text,
    change_text,
    duration_text,
    ended_by,
    incident_after,
    moved,
)
from tests.builders import NIGHT, a_run, an_incident

END = NIGHT + timedelta(seconds=47)
OTHER = MitigationId("aaaaaa000000")


def test_states_follow_each_other_only_as_allowed():
    assert moved(a_run(), State.APPLYING).state is State.APPLYING

    with pytest.raises(InvalidTransitionError):
        moved(a_run(), State.EFFECTIVE)
    with pytest.raises(InvalidTransitionError):
        moved(a_run(state=State.EFFECTIVE), State.WATCHING)


def test_what_is_taken_back_while_it_runs_is_stopped():
    ended = ended_by(a_run(state=State.VERIFYING), OTHER, END)

    assert (ended.state, ended.undone_by, ended.finished_at) == (State.STOPPED, OTHER, END)
    assert ended.detail == "taken back by M-aaaaaa"


def test_what_is_taken_back_after_its_end_keeps_its_result():
    ended = ended_by(a_run(state=State.EFFECTIVE, finished_at=NIGHT), OTHER, END)

    assert (ended.state, ended.undone_by, ended.finished_at) == (State.EFFECTIVE, OTHER, NIGHT)


@pytest.mark.parametrize(("seconds", "text"), [(47, "47 s"), (120, "2 min"), (125, "2 min 5 s")])
def test_durations_are_written_for_people(seconds, text):
    assert duration_text(timedelta(seconds=seconds)) == text


def test_changes_are_written_for_people():
    assert change_text(EnvChange("A", None, "1")) == "A not set → 1"


def test_the_action_says_what_and_how_it_ended():
    effective = a_run(state=State.EFFECTIVE, finished_at=END)

    assert action_text(effective) == "Enable Fallback: effective in 47 s"
    assert action_text(a_run(state=State.STUCK, finished_at=END)).endswith("stuck after 47 s")
    assert action_text(a_run(state=State.STUCK)) == "Enable Fallback: stuck"


@pytest.mark.parametrize(
    ("before", "state", "ends", "after"),
    [
        (Status.INVESTIGATING, State.EFFECTIVE, False, Status.MITIGATED),
        (Status.INVESTIGATING, State.NO_EFFECT, False, Status.INVESTIGATING),
        (Status.MITIGATED, State.EFFECTIVE, True, Status.MITIGATED),
        (Status.MITIGATED, State.WORSE, True, Status.INVESTIGATING),
        (Status.RESOLVED, State.EFFECTIVE, False, Status.RESOLVED),
    ],
)
def test_the_incident_follows_the_result(before, state, ends, after):
    run = a_run(state=state, finished_at=END)

    assert incident_after(an_incident(status=before), run, END, ends=ends).status is after


def test_what_changed_nothing_is_no_action():
    assert incident_after(an_incident(), a_run(state=State.STOPPED), END, ends=False).action == ""
