"""Kubernetes away, hanging or closed to us: the triage still judges and says what to type."""

import pytest
import yaml

from tests.scenarios.seeing import read
from tests.scenarios.story import Story, a_story

BY_HAND = "kubectl set env deployment/ideogram-service IDEOGRAM_FALLBACK=true"


async def _judged(story: Story, *words: str) -> str:
    await story.world.chaos.break_("outage-500")
    await story.run("triage full")
    return read(await story.sees("P1 · Ideogram is down, not us", *words))


@pytest.mark.parametrize("how", ["refuse", "hang"])
async def test_without_kubernetes_the_verdict_comes_with_the_commands(story, how):
    await story.world.kubernetes.unavailable(how)

    card = await _judged(story, "*No Enable Fallback button*", "pods (")

    assert BY_HAND in card.replace(" -n default", "").replace(" -c app", "")
    assert "pods (" in card.partition("*Not seen*")[2]
    assert story.button("Enable Fallback") is None
    assert story.button("Declare Incident") is not None


async def test_a_kubeconfig_without_rights_is_named_with_what_to_bind(tmp_path):
    async with a_story(tmp_path, start_bot=False) as story:
        nobody = story.world.kubernetes.kubeconfig(user="nobody")
        story.world.files.kubeconfig.write_text(yaml.safe_dump(nobody))
        async with story.started_bot():
            card = await _judged(story, "*No Enable Fallback button*")

            assert "may not" in card
            assert "set env deployment/ideogram-service" in card
            assert story.button("Enable Fallback") is None


async def test_kubernetes_lost_between_offer_and_press_refuses_and_changes_nothing(story):
    await story.world.chaos.break_("outage-500")
    await story.run("triage full")
    await story.until(lambda: story.button("Enable Fallback"), "the button")
    await story.world.kubernetes.unavailable("refuse")

    await story.press("Enable Fallback")

    await story.hears("Nothing was changed", "kubectl", "IDEOGRAM_FALLBACK=true")
    assert story.messages("INC-1") == []
    await story.world.kubernetes.unavailable(None)
    await story.press("Enable Fallback")
    await story.users_get("placeholder")
    assert story.patches() == 1
