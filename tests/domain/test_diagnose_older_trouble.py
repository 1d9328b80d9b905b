"""A deploy that came after users began to fail is not what made them fail."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import facts
from bot.domain.diagnose import diagnose
from bot.domain.diagnosis import Cause, Rollout
from bot.domain.onset import Onset, Sign, to_facts
from bot.domain.patch import step_by_hand
from bot.domain.service import Target
from tests.builders import NIGHT
from tests.domain.measured import all_well, traffic, workload

UNDO = "kubectl -n default rollout undo deployment/web"


def failing_for(minutes, *, sign=Sign.FAILING, before=False):
    began = NIGHT - timedelta(minutes=minutes)
    users = traffic(50, unexplained=50)
    onset = Onset(sign, began, before=before, hit=50, requests=100, until=NIGHT)
    return replace(users, facts=users.facts | to_facts(onset))


def deployed(minutes, **more):
    return workload(**{facts.REVISION: 15, facts.REVISION_AGE_SECONDS: minutes * 60} | more)


def judged(*results):
    measured = all_well(*results)
    found = diagnose(measured)
    command = step_by_hand(found, measured.results.values(), Target("default", "web"))
    return found, [step.text for step in found.steps], command


@pytest.mark.parametrize("before", [True, False])
def test_trouble_that_is_older_than_the_newest_deploy_asks_for_an_older_change(before):
    found, steps, command = judged(failing_for(20, before=before), deployed(3))

    assert found.cause is Cause.OWN_SERVICE
    assert steps == ["Look for an older change: users failed 17 min before the newest deploy"]
    assert command is None


@pytest.mark.parametrize(
    "results",
    [
        (failing_for(20), deployed(20)),
        (failing_for(20), deployed(19)),
        (failing_for(2), deployed(60)),
        (failing_for(20, sign=Sign.SLOW), deployed(3)),
        (traffic(50, unexplained=50), deployed(3)),
    ],
    ids=["at the deploy", "within a minute of it", "after it", "of another kind", "of unknown age"],
)
def test_trouble_that_the_newest_deploy_may_have_brought_asks_to_undo_it(results):
    found, steps, command = judged(*results)

    assert [step.rollout for step in found.steps] == [Rollout.UNDO]
    assert steps == ["Undo or roll back the newest deploy"]
    assert command == UNDO


def test_trouble_that_nobody_can_set_beside_a_deploy_asks_to_undo_the_newest():
    found, _, _ = judged(failing_for(20), workload())

    assert [step.rollout for step in found.steps] == [Rollout.UNDO]


def test_a_deploy_whose_own_pods_fail_is_undone_however_old_the_trouble_is():
    _, steps, command = judged(failing_for(20), deployed(3, **{facts.STUCK: True}))

    assert (steps, command) == (["Undo or roll back the newest deploy"], UNDO)
