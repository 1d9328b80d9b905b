"""Other faults than an outage: whose each one is, and what can be pressed."""

import pytest

from tests.scenarios.story import ANA, Story, a_story, buttons, label, read


async def _judged(story: Story, fault: str, *words: str) -> str:
    await story.users_get("picture")
    await story.world.chaos.break_(fault)
    await story.run("triage full")
    return read(await story.sees(*words))


def _asked(story: Story, name: str) -> str:
    found = story.button(name)
    assert found is not None, story.picture()
    return str(found[2]["confirm"]["text"]["text"])


async def test_429_reduces_concurrency_with_its_arithmetic_and_takes_it_back(story):
    await _judged(story, "rate-limited", "· We send too many requests at once")
    asked = _asked(story, "Reduce Concurrency")
    assert "IDEOGRAM_CONCURRENCY 8 → 3." in asked
    assert "pods × 3" in asked  # noqa: RUF001  the sign that people read

    await story.press("Reduce Concurrency")
    await story.sees(f"<@{ANA}> *Applied, not verified.*", "Reduce Concurrency")
    assert (story.value("IDEOGRAM_CONCURRENCY"), story.patches()) == ("3", 1)

    await story.press("Undo Reduction")
    await story.sees(f"<@{ANA}>", "Undo Reduction on ideogram-service")
    await story.until(lambda: story.value("IDEOGRAM_CONCURRENCY") == "8", "8 again")
    assert story.patches() == 2


@pytest.mark.parametrize("fault", ["key-revoked", "balance-zero"])
async def test_401_says_that_it_is_ambiguous_and_the_balance_comes_first(story, fault):
    card = await _judged(story, fault, "P1 · Ideogram refuses our key")

    assert "revoked, or the account is paused at zero balance" in card
    assert "balance first" in card


async def test_402_is_our_account_and_users_are_saved_by_placeholders(story):
    card = await _judged(story, "payment-required", "P1 · Ideogram credits are used up")

    assert "402" in card
    assert story.button("Enable Fallback") is not None


async def test_our_own_bad_deploy_is_ours_and_names_the_revision(story):
    await story.users_get("picture")
    await story.world.chaos.break_("bad-deploy")
    await story.users_get("error")

    await story.run("triage full")

    card = await story.sees("Our service is", "Ideogram answers", "revision 5")
    assert "Enable Fallback" not in [label(one) for one in buttons(card)]


async def test_an_unreachable_ideogram_is_told_from_a_dead_network(story):
    card = await _judged(story, "unreachable", "P1 · Ideogram is unreachable, not us")

    assert "our network" in card.partition("*Works*")[2]
    await story.press("Enable Fallback")
    await story.users_get("placeholder")
    await story.sees(f"<@{ANA}> *Effective")


async def test_a_dead_network_is_ours(tmp_path):
    def nowhere(config):
        config["connectivity_urls"] = ["http://127.0.0.1:9/"]  # nobody listens there

    async with a_story(tmp_path, amend=nowhere) as story:
        card = await _judged(story, "unreachable", "Our network is down, not Ideogram")

        assert "Ideogram is unreachable" not in card


async def test_a_canary_costs_what_its_card_says(story):
    await story.users_get("picture")

    await story.run("triage full")

    card = await story.sees("All fine")
    assert "$0.08 spent, $0.92 left" in read(card)


async def test_a_quick_triage_costs_nothing_and_claims_nothing_about_generation(story):
    await story.run("triage quick")

    card = read(await story.sees("No fault found by free checks"))
    assert "Generation was not tried" in card
    assert "$0.00 spent" in card
