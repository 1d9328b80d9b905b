"""`own-network`: nothing outside answers, Ideogram neither."""

import pytest

from bot.domain.diagnosis import Mode

pytestmark = pytest.mark.asyncio(loop_scope="session")

# No resolver is asked for these: a label holds at most 63 characters.
NO_NAME = f"{'x' * 64}.example"
OTHER_NO_NAME = f"{'y' * 64}.example"


def verdict(severity):
    return ("own-network", "network", severity, "no way out of our network")


@pytest.mark.parametrize(
    ("service", "severity"), [("out-of-sight", "P1"), ("no-metrics", "P4"), (None, "P4")]
)
async def test_a_cut_network_is_ours_and_as_bad_as_what_users_get(place, service, severity):
    await place.break_("network-cut")

    found = await place.triage(service)

    assert found.verdict == verdict(severity)
    tried = ["reachability", "auth", "generate-legacy", "generate-v3"]
    assert found.evidence == ["dns", *tried, "connectivity"]
    assert {found.probe(kind)["detail"] for kind in tried} == {"refused at connect"}
    assert found.next_steps[0].startswith("Fix egress or the resolver")
    assert "Enable Fallback" not in found.next_steps
    assert found.would_change == "any answer from outside"


async def test_users_who_fail_make_a_cut_network_p1(place):
    await place.break_("network-cut")
    place.health.says = "down"

    assert (await place.triage()).verdict == verdict("P1")


async def test_free_checks_are_enough_to_see_it(place):
    await place.break_("network-cut")

    found = await place.triage("out-of-sight", Mode.QUICK)

    assert found.verdict == verdict("P1")
    assert found.evidence == ["dns", "reachability", "auth", "connectivity"]


async def test_a_dead_resolver_is_ours_though_an_address_answers(place):
    def by_name_and_address(config):
        config["connectivity_urls"].append(f"http://{OTHER_NO_NAME}/")

    nowhere = f"http://{NO_NAME}"
    async with place.a_bot("deaf", by_name_and_address, IDEOGRAM_API_URL=nowhere) as bot:
        found = await bot.triage("out-of-sight")

    assert found.verdict == verdict("P1")
    assert found.row("connectivity") == ("healthy", "1 of 2 ways out answer")
    assert "does not resolve" in found.row("dns")[1]


async def test_a_name_of_ideograms_alone_that_does_not_resolve_is_not_ours(place):
    async with place.a_bot("misled", IDEOGRAM_API_URL=f"http://{NO_NAME}") as bot:
        found = await bot.triage("out-of-sight")

    assert found.verdict == ("unreachable", "provider", "P1", "no answer from Ideogram")
    assert found.row("generate-v3") == ("unhealthy", "name not resolved")
