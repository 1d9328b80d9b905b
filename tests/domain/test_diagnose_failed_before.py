"""Users who failed already when the newest deploy came: a hint beside the suspect, no acquittal."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import facts
from bot.domain.diagnose import diagnose
from bot.domain.diagnosis import Cause
from bot.domain.onset import Onset, Sign, to_facts
from bot.domain.patch import step_by_hand
from bot.domain.service import Target
from tests.builders import NIGHT
from tests.domain.measured import all_well, traffic, workload

UNDO = "Undo or roll back the newest deploy"
COMMAND = "kubectl -n default rollout undo deployment/web"


def failing_for(minutes, *, sign=Sign.FAILING, before=False):
    began = NIGHT - timedelta(minutes=minutes)
    users = traffic(50, unexplained=50)
    onset = Onset(sign, began, before=before, hit=50, requests=100, until=NIGHT)
    return replace(users, facts=users.facts | to_facts(onset))


def deployed(minutes, **more):
    return workload(**{facts.REVISION: 15, facts.REVISION_AGE_SECONDS: minutes * 60} | more)


def judged(*results):
    """Judge; give the steps, and the command for the first."""
    measured = all_well(*results)
    found = diagnose(measured)
    assert found.cause is Cause.OWN_SERVICE
    command = step_by_hand(found, measured.results.values(), Target("default", "web"))
    return [step.text for step in sorted(found.steps, key=lambda one: one.place)], command


@pytest.mark.parametrize("before", [True, False])
def test_a_deploy_that_found_users_failing_stays_suspect_beside_an_older_change(before):
    steps, command = judged(failing_for(20, before=before), deployed(3))

    hint = "Look for an older change, too: users failed already 17 min before that deploy"
    assert steps == [UNDO, hint]
    assert command == COMMAND


@pytest.mark.parametrize(
    "results",
    [
        (failing_for(20), deployed(20)),
        (failing_for(20), deployed(18)),
        (failing_for(2), deployed(60)),
        (failing_for(20, sign=Sign.SLOW), deployed(3)),
        (traffic(50, unexplained=50), deployed(3)),
        (failing_for(20), workload()),
    ],
    ids=[
        "since the deploy",
        "within two minutes of it",
        "after it",
        "they were slow",
        "nobody knows since when",
        "nobody knows when it came",
    ],
)
def test_a_deploy_that_may_have_begun_it_is_the_only_suspect(results):
    steps, _ = judged(*results)

    assert steps == [UNDO]
