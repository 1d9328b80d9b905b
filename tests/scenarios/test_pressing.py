"""Mitigations under people's hands: twice, together, again, and one that does not come up."""

import asyncio
from dataclasses import replace

from tests.scenarios.seeing import ANA, BEN, Json, buttons, is_reply, label, read
from tests.scenarios.story import Story, a_story


async def _offered(story: Story) -> None:
    await story.world.chaos.break_("outage-503")
    await story.run("triage full")
    await story.until(lambda: story.button("Enable Fallback"), "the button")


async def _settled(story: Story) -> None:
    await story.sees("*Effective", "Enable Fallback")
    await story.sees("INC-1 · P1 · MITIGATED")


def _outcomes(story: Story) -> list[Json]:
    return [one for one in story.messages("> *Effective") if is_reply(one)]


async def test_two_people_pressing_at_once_act_once(story):
    await _offered(story)

    await asyncio.gather(
        story.press("Enable Fallback", user=ANA), story.press("Enable Fallback", user=BEN)
    )
    await _settled(story)

    assert story.patches() == 1
    assert len(_outcomes(story)) == 1
    assert story.messages("INC-2") == []
    told = [one for user in (ANA, BEN) for one in story.slack.ephemerals(user)]
    assert [read(one) for one in told if "This was pressed already" in read(one)] != []


async def test_pressing_three_times_acts_once(story):
    await _offered(story)

    await story.world.chaos.press_twice()
    await _settled(story)

    assert story.patches() == 1
    assert len(_outcomes(story)) == 1


async def test_an_old_button_pressed_later_says_by_whom_it_was_pressed(story):
    await _offered(story)
    channel, card, button = story.button("Enable Fallback")
    old = await story.press("Enable Fallback")
    await _settled(story)
    again = dict(old.payload, trigger_id="1.2.3")  # a client that still shows the old card

    done = await story.slack.redeliver(replace(old, payload=again))

    assert done.acked
    await story.hears("This was pressed already")
    await story.hears("Enable Fallback on ideogram-service", f"pressed by <@{ANA}>")
    assert story.patches() == 1
    assert (channel, button["value"]) == (card["channel"], old.payload["actions"][0]["value"])


async def test_a_stuck_rollout_names_the_pods_reasons_and_its_undo_works(story):
    story.world.kubernetes.stick()
    await _offered(story)

    await story.press("Enable Fallback")

    outcome = await story.sees(f"<@{ANA}> *Stuck")
    assert is_reply(outcome)
    assert "timed out progressing; Running, not ready (" in read(outcome)
    assert [label(one) for one in buttons(outcome)] == ["Undo Fallback"]
    await story.sees("INC-1 · P1 · INVESTIGATING")

    await story.world.chaos.repair()
    story.world.kubernetes.stick(stuck=False)
    await story.press("Undo Fallback")
    await story.sees(f"<@{ANA}> *Effective", "Undo Fallback on ideogram-service")
    assert story.value("IDEOGRAM_FALLBACK") == "false"
    assert story.patches() == 2
    await story.users_get("picture")


async def test_who_may_not_is_told_whom_to_ask(tmp_path):
    def only_ben(config):
        config["policy"]["allow"] = {"default": [BEN]}

    async with a_story(tmp_path, amend=only_ben) as story:
        await _offered(story)

        await story.press("Enable Fallback", user=ANA)
        assert f"<@{BEN}>" in await story.hears("Nothing was changed")

        await story.press("Enable Fallback", user=BEN)
        await _settled(story)
        assert story.patches() == 1


async def test_a_deploy_between_offer_and_press_shows_a_new_preview(story):
    await _offered(story)
    story.world.kubernetes.deploy("registry.example.com/ideogram-service:2.9.0")

    await story.press("Enable Fallback")

    await story.hears("changed since this was offered")
    assert story.patches() == 0
    assert story.messages("INC-1") == []
    await story.press("Enable Fallback")  # the new one, that only the presser sees
    await _settled(story)
    assert story.patches() == 1
