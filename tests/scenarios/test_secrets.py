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
    whole = [world.ideogram.key, staged, token, *slack]
    # A part that is long enough to be looked for is one, too.
    return [part for secret in whole for part in (secret[:16], secret[-16:])]


async def _printed(story: Story, *commands: list[str]) -> str:
    """Run the commands of the terminal, and keep what they print."""
    said = []
    for words in commands:
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
    await story.sees("key 401 in ", "(secret ideogram-secrets, ")
    await story.press("Enable Fallback")
    await story.sees("*Effective")
    await story.press("Resolve")
    await story.fill(cause="Revoked by mistake")
    document = await story.file()
    printed = await _printed(story, ["triage"], ["triage", "--json"], ["postmortem", "INC-1"])

    assert "Revoked by mistake" in document
    assert "Revoked by mistake" in printed
    await _holds_no_secret(story, document + printed)


PATHS = ("/generate", "/v1/ideogram-v3/generate", "/v2/image/generate/ideogram-4-5")


def _indiscreet(status: int, key: str) -> dict[str, str] | str:
    """Repeat the key of a request in a refusal, as careless servers do."""
    said = f"Access denied for owner@example.com. Key {key} is not valid."
    said += f" See https://example.com/keys?token={key[:20]}"
    if status == 500:
        return f"<html><body><p>Bad gateway. {said}</p></body></html>"
    return {"message" if status == 401 else "detail": said, "debug": f"Api-Key: {key}"}


async def test_a_key_that_ideogram_repeats_is_nowhere(story):
    ideogram = story.world.ideogram
    for status in (500, 400, 401):
        for path in PATHS:
            ideogram.say(path, status, _indiscreet(status, ideogram.key))
        await story.run("triage full")
        await story.sees(f"{status} in ", "$1.00 left")
    for shown in ("Show Evidence", "Copy Report for Ideogram"):
        await story.choose(shown)
        await story.until(lambda: story.slack.open_views("U0ANA"), shown)
    await story.choose("Verify Generation")
    await story.sees("No image yet", "401 in ")

    await _holds_no_secret(story, await _printed(story, ["triage", "--json"]))


async def _holds_no_secret(story: Story, printed: str) -> None:
    places = {
        "Slack": json.dumps([[call.method, call.arguments] for call in story.slack.calls]),
        "whispers": json.dumps([story.slack.ephemerals(user) for user in story.slack.users]),
        "database": _kept(story.world.files.folder),
        "log": story.log,
        "printed": printed,
    }
    for place, text in places.items():
        assert text, place
        assert [part for part in _secrets(story) if part in text] == [], place
        assert "owner@example.com" not in text, place
        assert re.findall(r"[?&](?:sig|exp|token)=\w+", text) == [], place
