"""`undetermined`: what would decide could not be measured; then people are asked."""

import pytest
import pytest_asyncio

from tests.scenarios.seeing import ANA, buttons, label, read
from tests.scenarios.verdicts.place import QUOTE

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOOK = "Make one image in your app and see what users see"
GRANT = "Grant or fix what could not be looked at"
CALLS = {"generate-legacy", "generate-v3"}


def verdict(severity):
    return ("undetermined", None, severity, "cannot judge")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def keyless(shared_place):
    """A bot without a key of its own."""
    async with shared_place.a_bot("keyless", IDEOGRAM_API_KEY="") as bot:
        yield bot


@pytest.mark.parametrize(
    ("service", "severity"), [("out-of-sight", "P1"), ("no-metrics", "P4"), (None, "P4")]
)
async def test_without_a_key_nothing_is_judged_and_users_decide_how_bad_it_is(
    place, keyless, service, severity
):
    place.kubernetes.forbid("get", "secrets")

    found = await keyless.triage(service)

    assert found.verdict == verdict(severity)
    assert found.evidence == ["generate-legacy", "generate-v3"]
    assert {one["probe"] for one in found.not_looked_at} >= CALLS | {"auth"}
    look, grant = found.next_steps
    assert (look, grant.startswith(f"{GRANT}: no key")) == (LOOK, True)
    assert found.would_change == "an answer from every call that the service uses"
    assert "secrets" in found.row("generate-v3")[1]
    assert "IDEOGRAM_API_KEY" in found.row("generate-v3")[1]
    assert found.document["spent_usd"] == "0.000"


async def test_users_who_fail_make_it_p1(place, keyless):
    place.kubernetes.forbid("get", "secrets")
    place.health.says = "down"

    found = await keyless.triage()

    assert found.severity == "P1"


async def test_a_fault_that_stands_without_the_calls_is_judged_all_the_same(place, keyless):
    place.kubernetes.forbid("get", "secrets")
    place.prometheus.sees(success=100, codes={"503": 300})

    assert (await keyless.triage()).verdict == ("outage", "provider", "P1", "5xx")


async def test_a_minor_fault_is_only_seen_beside_it(place, keyless):
    place.kubernetes.forbid("get", "secrets")
    place.prometheus.sees(success=300, codes={"422": 100})

    found = await keyless.triage()

    assert (found.cause, found.also_seen) == ("undetermined", ["safety"])


async def _asked_in_slack(town):
    """Let a quick triage have no answer that decides: a quote that is none."""
    town.world.ideogram.say(QUOTE, 200, {"object": "something_else"})
    await town.run("triage out-of-sight quick")
    return await town.sees("Cannot judge · treat as P1")


def _labels(card):
    return [label(one) for one in buttons(card)]


async def test_a_person_who_sees_users_failing_makes_it_p1_with_a_declaration(town):
    card = await _asked_in_slack(town)
    assert _labels(card)[:2] == ["Users Are Failing", "Users Are Fine"]
    assert LOOK in read(card)

    await town.press("Users Are Failing")

    told = read(await town.sees("Cannot judge · users are failing"))
    assert "Declare an incident: users fail" in told
    assert f"users are failing, says <@{ANA}>" in told.partition("*Hurts*")[2].partition("\n")[0]


async def test_a_person_who_sees_users_fine_makes_it_p4(town):
    await _asked_in_slack(town)

    await town.press("Users Are Fine")

    told = read(await town.sees("Cannot judge · users are fine"))
    assert f"users are fine, says <@{ANA}>" in told.partition("*Works*")[2].partition("\n")[0]
    assert GRANT in told
    assert LOOK not in told
