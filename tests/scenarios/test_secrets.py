"""No secret leaves the bot: looked for in all that it says, keeps and prints."""

import asyncio
import json
import re
import sys
from pathlib import Path

from bot.sandbox.bot_process import child_environment
from tests.scenarios.story import Story


def _secrets(story: Story) -> list[str]:
    world = story.world
    staged = f"{world.ideogram.key[:-6]}staged"
    slack = (story.slack.bot_token, story.slack.app_token, story.slack.signing_secret)
    token = world.kubernetes.kubeconfig()["users"][0]["user"]["token"]
    return [world.ideogram.key, staged, token, *slack]


async def _printed(story: Story) -> str:
    """Run the commands of the terminal, and keep what they print."""
    said = []
    for words in (["triage"], ["triage", "--json"], ["postmortem", "INC-1"]):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *words),
            env=child_environment(story.world.environment),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        said.append(output.decode())
    return "\n".join(said)


def _kept(folder: Path) -> str:
    return "\n".join(path.read_bytes().decode("latin-1") for path in folder.glob("bot.db*"))


async def test_no_secret_and_no_signed_address_is_said_kept_or_printed(story):
    await story.run("triage full")
    await story.sees("All fine")
    await story.press("Show Evidence")
    await story.until(lambda: story.slack.open_views("U0ANA"), "the evidence")
    await story.world.chaos.break_("key-revoked")
    await story.run("triage full")
    await story.press("Enable Fallback")
    await story.sees("*Effective")
    await story.press("Resolve")
    await story.fill(cause="Revoked by mistake")
    document = await story.file()

    places = {
        "Slack": json.dumps([[call.method, call.arguments] for call in story.slack.calls]),
        "whispers": json.dumps([story.slack.ephemerals(user) for user in story.slack.users]),
        "database": _kept(story.world.files.folder),
        "log": story.log,
        "terminal": await _printed(story),
        "postmortem": document,
    }

    assert "Revoked by mistake" in places["terminal"]
    for place, text in places.items():
        assert text, place
        assert [secret[:12] for secret in _secrets(story) if secret in text] == [], place
        assert re.findall(r"[?&](?:sig|exp)=\w+", text) == [], place
