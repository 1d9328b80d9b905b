"""`credits-exhausted`: somebody has to pay first."""

import pytest

from tests.scenarios.verdicts.place import LEGACY, V3

pytestmark = pytest.mark.asyncio(loop_scope="session")


def verdict(severity):
    return ("credits-exhausted", "account", severity, "402")


def refusal(reason):
    return {"error": "Refused.", "reject_reason": reason}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (402, refusal("insufficient_funds")),
        (429, refusal("insufficient_funds")),
        (402, refusal("a_reason_of_next_year")),
        (402, {}),
        (402, "<html>Payment Required</html>"),
    ],
)
async def test_a_call_without_funds_asks_for_a_top_up_first(place, status, body):
    for path in (LEGACY, V3):
        place.ideogram.say(path, status, body)

    found = await place.triage()

    assert found.verdict == verdict("P1")
    assert found.evidence == ["generate-legacy", "generate-v3"]
    assert found.next_steps == [
        "Ask the billing owner to top up",
        "Enable Fallback",
        "Pausing batch jobs protects the top-up and restores nothing",
    ]
    assert found.would_change == "an image after a top-up"
    assert found.row("auth")[0] == "healthy"
    assert found.document["spent_usd"] == "0.000"


async def test_one_call_of_two_is_enough(place):
    place.ideogram.say(V3, 402, refusal("insufficient_funds"))

    found = await place.triage()

    assert found.verdict == verdict("P1")
    assert found.evidence == ["generate-v3"]


@pytest.mark.parametrize(("unpaid", "severity"), [(60, "P1"), (10, "P2")])
async def test_users_without_funds_are_seen_though_our_calls_work(place, unpaid, severity):
    place.prometheus.sees(success=100 - unpaid, codes={"402": unpaid})

    found = await place.triage()

    assert found.verdict == verdict(severity)
    assert found.evidence == ["traffic"]
    assert found.contradictions == [
        f"every call works from here, yet {unpaid} of 100 requests of users fail"
    ]
