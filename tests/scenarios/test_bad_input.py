"""Whatever people type stays text, and what makes no sense is answered with what would."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.scenarios.seeing import ANA, Json
from tests.scenarios.story import Story

NASTY = "<!channel> <@U0BEN> & <b>bold</b> {{7*7}} {% raw %} שלום 🔥"
# An asterisk would end bold words around it: it becomes one that looks alike.
ESCAPED = (
    "&lt;!channel&gt; &lt;@U0BEN&gt; &amp; &lt;b&gt;bold&lt;/b&gt; {{7\u22177}} {% raw %} שלום 🔥"
)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("triaje", "Did you mean /ideogram triage?"),
        ("xyzzy", "/ideogram help lists them all"),
        ("triage ideogram-servce", "ideogram-service"),
        ("triage one two three", "triage [service|all] [quick|full]"),
        ("timeline INC-99", "INC-99"),
        ("acknowledge banana", "INC-"),
        ("postmortem", "incident"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("x" * 5000, "is no command"),
    ],
)
async def test_nonsense_is_answered_to_the_person_alone(shared, typed, answer):
    await shared.run(typed)

    await shared.hears(answer)
    assert shared.said() == []


async def test_every_field_stays_text_everywhere_up_to_the_postmortem(story):
    await story.run("declare")
    await story.fill(title=NASTY)
    await story.sees("INC-1 · P2 · INVESTIGATING", ESCAPED)
    await story.press("Post Update")
    await story.fill(impact=NASTY, cause=NASTY, action=NASTY)
    await story.sees("P2 INCIDENT", f"Impact: {ESCAPED}", f"Cause: {ESCAPED}", f"Action: {ESCAPED}")
    await story.press("Resolve")
    await story.fill(cause=NASTY)

    document = await story.file()

    assert document.replace("\\", "").count(NASTY) >= 3
    assert "<b>" not in document
    await story.sees("RESOLVED", f"*Root cause*  {ESCAPED}")
    assert [text for text in _markup(story) if "<!channel>" in text or "<@U0BEN>" in text] == []


def _markup(story: Story) -> Iterator[str]:
    """Collect every text that Slack would read as markup."""
    for message in story.said():
        yield str(message.get("text", ""))
        for block in message.get("blocks") or []:
            yield from (one["text"] for one in _objects(block) if one.get("type") == "mrkdwn")


def _objects(block: Json) -> Iterator[Json]:
    if isinstance(block.get("text"), dict):
        yield block["text"]
    yield from (one for one in block.get("elements") or [] if "type" in one)


async def test_a_title_of_5000_characters_is_refused_below_its_field(story):
    await story.run("declare")
    view = await story.until(lambda: story.slack.open_views(ANA), "the form")

    values = {"title": {"title": {"value": "x" * 5000}}}
    done = await story.slack.submit_view(ANA, view[-1]["id"], values)

    assert done.response is not None
    assert "characters" in done.response["errors"]["title"]
    await story.fill(title="x" * 100)
    await story.sees("INC-1", "x" * 100)


async def test_a_command_with_a_long_title_still_opens_its_form(story):
    await story.run("declare " + "y" * 2900)

    view = await story.until(lambda: story.slack.open_views(ANA), "the form")

    assert "yyy" in str(view[-1]["blocks"][0])


async def test_a_button_of_another_life_says_what_to_do(story):
    await story.run("triage quick")
    pressed = await story.press("Run Full Triage")
    await story.sees("T-2")
    action = dict(pressed.payload["actions"][0], action_id="press-enable-fallback")
    for value in ("", "garbage", '{"do": "press", "p": "nobody"}'):
        payload = pressed.payload | {"actions": [action | {"value": value}], "trigger_id": value}

        done = await story.slack.redeliver(replace(pressed, payload=payload))

        assert done.acked
    await story.hears("not known any more")
    assert story.patches() == 0
