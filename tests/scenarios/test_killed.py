"""The bot killed at the worst moments: nothing is lost, nothing happens twice."""

import os
import signal
from datetime import timedelta

from tests.scenarios.seeing import ANA, CLOCK, is_reply, read
from tests.scenarios.story import SLOW_PODS, Story, a_story


async def _offered(story: Story) -> None:
    await story.world.chaos.break_("outage-500")
    await story.run("triage full")
    await story.until(lambda: story.button("Enable Fallback"), "the button")


async def _ends_well(story: Story) -> None:
    await story.sees(f"<@{ANA}> *Effective", "Enable Fallback")
    await story.sees("INC-1 · P1 · MITIGATED")
    await story.users_get("placeholder")
    assert story.patches() == 1
    assert len(story.messages("> *Effective")) == 1
    assert story.messages("INC-2") == []
    replies = [read(one) for one in story.said() if is_reply(one)]
    assert len(replies) == len(set(replies))


async def test_killed_in_the_middle_of_a_rollout_it_watches_to_the_end(tmp_path):
    async with a_story(tmp_path, pace=SLOW_PODS) as story:
        await _offered(story)
        await story.press("Enable Fallback")
        await story.sees("Enable Fallback on", "*Rolling")

        story.bot.kill()

        await story.bot_is_back(2)
        await _ends_well(story)


async def test_killed_right_after_the_press_it_carries_the_press_out(story):
    await _offered(story)
    await story.press("Enable Fallback")

    story.bot.kill()

    await story.bot_is_back(2)
    await _ends_well(story)


async def test_killed_while_slack_is_down_it_tells_everything_later(story):
    await _offered(story)
    await story.press("Enable Fallback")
    story.slack.cut()
    await story.until(story.patches, "the patch")

    story.bot.kill()
    await story.until(lambda: story.bot.starts >= 2, "another start")
    await story.users_get("placeholder")
    story.slack.restore()

    await story.bot_is_back(2)
    await _ends_well(story)


async def test_killed_during_a_triage_says_that_it_was_interrupted(story):
    await story.world.chaos.break_("timeout")
    await story.run("triage full")
    await story.sees("checks answered")

    story.bot.kill()

    await story.bot_is_back(2)
    card = await story.sees("Triage was interrupted", "Do now: Run Again")
    await story.world.chaos.repair()
    await story.press("Run Again")
    await story.sees("T-2 · full", "branch")
    assert len(story.messages("T-1")) == 1
    assert "A paid request may have been sent" in read(card)


async def test_asked_to_stop_it_is_gone_within_ten_seconds_and_work_goes_on_after(tmp_path):
    async with a_story(tmp_path, pace=SLOW_PODS) as story:
        await _offered(story)
        await story.press("Enable Fallback")
        await story.sees("Enable Fallback on", "*Rolling")
        pid, started = story.bot.pid, CLOCK.monotonic()

        os.kill(pid, signal.SIGTERM)

        await story.until(lambda: story.bot.pid != pid, "the end of the old process", 10)
        assert CLOCK.monotonic() - started < timedelta(seconds=10)
        assert '"event": "bot.stopped"' in story.log
        await story.bot_is_back(2)
        await _ends_well(story)


async def test_stopped_while_an_image_is_waited_for_it_says_that_no_result_was_recorded(story):
    await story.world.chaos.break_("payment-required")
    await story.run("triage full")
    await story.sees("T-1 · full", "branch")
    await story.world.chaos.break_("timeout")
    await story.choose("Verify Generation")
    await story.hears("One V3 image is being made", "the result comes here")

    os.kill(story.bot.pid, signal.SIGTERM)

    await story.bot_is_back(2)
    said = await story.sees("No result was recorded", "It may have cost $0.03")
    assert is_reply(said)
    assert len(story.messages("No result was recorded")) == 1
