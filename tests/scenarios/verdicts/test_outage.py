"""`outage`: they answer with server errors, or not at all."""

import pytest

from bot.domain.diagnosis import Mode
from tests.scenarios.verdicts.deployment import variable
from tests.scenarios.verdicts.place import JWKS, LEGACY, V3

pytestmark = pytest.mark.asyncio(loop_scope="session")

BOTH = ["generate-legacy", "generate-v3"]
UNSAFE = {"error": "Prompt provided failed safety check."}


def verdict(severity):
    return ("outage", "provider", severity, "5xx")


@pytest.mark.parametrize("fault", ["outage-500", "outage-503"])
async def test_a_server_error_on_every_call_is_an_outage_of_ideogram(place, fault):
    await place.break_(fault)
    place.health.says = "down"

    found = await place.triage()

    assert found.verdict == verdict("P1")
    assert found.evidence == BOTH
    assert found.next_steps[0] == "Enable Fallback"
    assert found.next_steps[1].startswith("Send nothing twice")
    assert found.would_change == "images from every call and for users"
    assert found.summary.startswith("P1 · Ideogram is down, not us. ")
    assert found.row("auth")[0] == found.row("connectivity")[0] == "healthy"
    assert found.also_seen == []


async def test_a_green_status_page_in_an_outage_is_a_contradiction(place):
    await place.break_("outage-unnoticed")

    found = await place.triage()

    assert found.verdict == verdict("P1")
    assert "the provider's status page is green in this fault" in found.contradictions


async def test_one_dead_call_of_two_is_an_outage_in_part(place):
    await place.break_("v3-only")

    found = await place.triage()

    assert found.verdict == verdict("P2")
    assert found.evidence == ["generate-v3"]
    assert found.row("generate-legacy")[0] == "healthy"
    assert found.summary.startswith("P2 · Ideogram fails in part, not us.")


@pytest.mark.parametrize(
    ("service", "expected"), [("v3-only", ("outage", "P1")), ("legacy-only", ("healthy", None))]
)
async def test_a_dead_call_matters_to_those_who_use_it(place, service, expected):
    await place.break_("v3-only")

    found = await place.triage(service)

    assert (found.cause, found.severity) == expected


async def test_a_dead_call_beside_another_refusal_is_still_all_of_them(place):
    place.ideogram.say(LEGACY, 422, UNSAFE)
    place.ideogram.say(V3, 500)

    found = await place.triage()

    assert found.verdict == verdict("P1")
    assert found.also_seen == ["safety"]


@pytest.mark.parametrize(("lost", "severity"), [(200, "P1"), (40, "P2")])
async def test_5xx_of_users_are_an_outage_by_their_share_while_canaries_are_fine(
    place, lost, severity
):
    place.prometheus.sees(success=400 - lost, codes={"503": lost})

    found = await place.triage()

    assert found.verdict == verdict(severity)
    assert found.evidence == ["traffic"]
    assert {found.row(kind)[0] for kind in BOTH} == {"healthy"}
    assert f"{lost} of 400 requests failed" in found.summary
    assert found.contradictions[0] == (
        f"every call works from here, yet {lost} of 400 requests of users fail"
    )


async def test_a_few_5xx_of_many_requests_are_no_outage(place):
    place.prometheus.sees(success=398, codes={"503": 2})

    assert (await place.triage()).cause == "healthy"


async def test_half_of_the_users_failing_lifts_an_outage_in_part(place):
    await place.break_("v3-only")
    place.prometheus.sees(success=100, codes={"503": 300})

    found = await place.triage()

    assert found.verdict == verdict("P1")
    assert found.evidence == ["generate-v3", "traffic"]


async def test_users_who_cannot_be_seen_do_not_soften_it(place):
    await place.break_("outage-503")

    found = await place.triage("out-of-sight")

    assert found.verdict == verdict("P1")
    assert {one["probe"] for one in found.not_looked_at} >= {"app-health", "traffic"}


async def test_a_dead_front_door_is_seen_by_free_checks(place):
    place.ideogram.say(JWKS, 500)

    found = await place.triage(mode=Mode.QUICK)

    assert found.verdict == verdict("P2")
    assert found.evidence == ["reachability"]


async def test_a_fallback_that_is_on_is_no_next_step(place):
    await place.break_("outage-503")
    place.health.says = "fallback"
    async with variable(place, "IDEOGRAM_FALLBACK", "true"):
        found = await place.triage()

    assert (found.verdict, found.by_hand) == (verdict("P1"), [])
    assert [step for step in found.next_steps if "Fallback" in step] == []
