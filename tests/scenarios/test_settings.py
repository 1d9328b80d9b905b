"""Wrong settings: the bot does not start, and lists everything that is wrong at once."""

import asyncio

from bot.sandbox.bot_process import COMMAND, child_environment

CONFIG = """\
services:
  - name: Images
    depolyment: images
    calls: [v3, v9]
slack: {incidents_channel: incidents}
"""


async def _served(folder, **settings: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        cwd=folder,
        env=child_environment(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(30):
        output, _ = await process.communicate()
    return int(process.returncode or 0), output.decode()


async def test_without_any_setting_all_that_is_missing_is_listed(tmp_path):
    code, said = await _served(tmp_path)

    assert code == 2
    for missing in ("ideogram-bot.yml", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        assert missing in said
    assert "Traceback" not in said


async def test_wrong_settings_are_all_named_with_line_and_nearest_key(tmp_path):
    (tmp_path / "ideogram-bot.yml").write_text(CONFIG)

    code, said = await _served(tmp_path, PORT="many", SLACK_BOT_TOKEN="xoxb-known-secret")

    assert code == 2
    assert "PORT" in said
    assert "Did you mean deployment?" in said
    assert "line 2" in said
    assert "incidents_channel" in said
    assert "known-secret" not in said
    assert "Traceback" not in said
