"""An outage from the command to the postmortem, over both transports."""

import re
from datetime import timedelta

import pytest

from tests.scenarios.seeing import ANA, CLOCK, is_reply, read
from tests.scenarios.story import INCIDENTS, Story, a_story


async def _judged(story: Story) -> None:
    started = CLOCK.monotonic()
    await story.run("triage")
    await story.sees("Measuring")
    assert CLOCK.monotonic() - started < timedelta(seconds=5)
    card = await story.sees("P1 · Ideogram is down, not us", "Enable Fallback")
    assert "503" not in read(card)
    assert "V3 500" in read(card)


async def _mitigated(story: Story) -> None:
    _, _, button = story.button("Enable Fallback")
    asked = button["confirm"]["text"]["text"]
    assert "IDEOGRAM_FALLBACK false → true." in asked
    assert "Opens an incident with you as owner." in asked

    await story.press("Enable Fallback")

    await story.users_get("placeholder")
    await story.sees(f"<@{ANA}> *Effective", "Enable Fallback")
    assert story.patches() == 1
    await story.sees("INC-1 · P1 · MITIGATED", f"*Owner*  <@{ANA}>")
    await story.sees("See INC-1")


async def _told(story: Story) -> None:
    await story.press("Post Update")
    await story.fill(impact="Nobody in Europe got a picture")
    words = ("P1 INCIDENT: Ideogram Integration", "Nobody in Europe got a picture")
    told = await story.sees(*words)
    assert is_reply(told)
    assert told["ts"] in {one["ts"] for one in story.slack.messages(INCIDENTS)}


async def _recovered(story: Story) -> None:
    await story.world.chaos.repair()
    await story.run("triage")
    await story.sees("Ideogram is back, fallback still on")
    await story.press("Disable Fallback")
    await story.users_get("picture")
    await story.sees(f"<@{ANA}> *Effective", "Disable Fallback")
    assert story.patches() == 2


def _timeline(document: str) -> list[str]:
    part = document.partition("### Timeline")[2].partition("###")[0]
    return [line for line in part.splitlines() if line.startswith("- ")]


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_an_outage_from_command_to_postmortem(tmp_path, transport):
    async with a_story(tmp_path, transport=transport) as story:
        await story.users_get("picture")
        await story.world.chaos.break_("outage-500")
        await story.users_get("error")

        await _judged(story)
        await _mitigated(story)
        await _told(story)
        await _recovered(story)
        await story.press("Resolve")
        await story.fill(cause="Ideogram lost a data centre")
        document = await story.file()

        assert "Ideogram lost a data centre" in document
        assert "Nobody in Europe got a picture" in document
        assert "**Severity:** P1" in document
        lines = _timeline(document)
        assert len(lines) >= 9
        linked = re.compile(rf"\[[^\]]+\]\({story.slack.url}/archives/\w+/p\d+[^)]*\)")
        assert [line for line in lines if not linked.search(line)] == []
        await story.sees("INC-1 · P1 · RESOLVED", "Ideogram lost a data centre")
