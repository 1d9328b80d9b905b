"""`plan-limit`: the key is good, the plan does not cover the call."""

import pytest

from tests.scenarios.verdicts.place import LEGACY, V3

pytestmark = pytest.mark.asyncio(loop_scope="session")

PLAN = ("plan-limit", "account", "P2", "403 or plan")
REASONS = ["subscription_required", "daily_limit", "priority_credit_required", "feature_limit"]
FORBIDDEN = {"message": "This account is not authorized for this operation."}


@pytest.mark.parametrize("status", [402, 429])
@pytest.mark.parametrize("reason", REASONS)
async def test_every_reason_of_the_plan_is_one_on_402_and_429(place, status, reason):
    for path in (LEGACY, V3):
        place.ideogram.say(path, status, {"error": "No.", "reject_reason": reason})

    found = await place.triage()

    assert found.verdict == PLAN
    assert found.evidence == ["generate-legacy", "generate-v3"]
    assert found.next_steps == ["Ask the account owner about plan and limits"]
    assert found.would_change == "an image after the plan or the limit changed"
    assert reason in found.row("generate-v3")[1]


async def test_403_on_every_call_while_the_quote_is_accepted_is_the_plan(place):
    for path in (LEGACY, V3):
        place.ideogram.say(path, 403, FORBIDDEN)

    found = await place.triage()

    assert found.verdict == PLAN
    assert found.row("auth")[0] == "healthy"


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_of_one_call_while_another_gets_an_image_is_the_plan(place, status):
    place.ideogram.say(V3, status, FORBIDDEN)

    found = await place.triage()

    assert (found.verdict, found.evidence) == (PLAN, ["generate-v3"])
