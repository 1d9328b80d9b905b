"""Other faults than an outage, on their cards: what can be pressed, and what it does.

Every row of the verdict table has its stories in tests/scenarios/verdicts.
"""

from tests.scenarios.seeing import ANA, buttons, label, read
from tests.scenarios.story import Story, a_story


async def _judged(story: Story, fault: str, *words: str) -> str:
    await story.users_get("picture")
    await story.world.chaos.break_(fault)
    await story.run("triage full")
    return read(await story.sees(*words))


def _asked(story: Story, name: str) -> str:
    found = story.button(name)
    assert found is not None, story.picture()
    return str(found[2]["confirm"]["text"]["text"])


async def test_429_that_one_step_down_does_not_end_is_reduced_with_its_arithmetic(tmp_path):
    def small_steps(config):
        config["services"][0]["switches"]["concurrency"]["reduced"] = [3, 1]

    async with a_story(tmp_path, amend=small_steps) as story:
        await _judged(story, "rate-limited", "· We send too many requests at once")
        asked = _asked(story, "Reduce Concurrency")
        assert "IDEOGRAM_CONCURRENCY 8 → 3." in asked
        assert "pods × 3" in asked

        await story.press("Reduce Concurrency")
        await story.sees(f"<@{ANA}> *", "Reduce Concurrency on", " × 429 in ", seconds=90)
        assert (story.value("IDEOGRAM_CONCURRENCY"), story.patches()) == ("3", 1)

        await story.press("Undo Reduction")
        await story.sees(f"<@{ANA}>", "Undo Reduction on ideogram-service")
        await story.until(lambda: story.value("IDEOGRAM_CONCURRENCY") == "8", "8 again")
        assert story.patches() == 2


async def test_429_ends_when_few_enough_are_sent_and_a_healthy_card_offers_the_way_back(story):
    await _judged(story, "rate-limited", "· We send too many requests at once")

    await story.press("Reduce Concurrency")
    await story.sees(f"<@{ANA}> *Effective", "Reduce Concurrency on", "no 429 in", seconds=90)
    await story.run("triage full")

    await story.sees("All fine", "concurrency reduced to 2")
    assert story.button("Restore Concurrency") is not None


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
