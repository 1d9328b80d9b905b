"""Slack cannot be reached: the bot says so, a line each time, and waits for it."""

import asyncio
import re

from bot.sandbox.bot_process import COMMAND, child_environment
from bot.sandbox.ports import free_port

CONFIG = "services: [{name: painter}]\nslack: {incidents_channel: C0INCIDENTS}\n"
A_LINE = re.compile(r"20\S+Z \[\w+ *\] .+")


async def test_each_thing_that_is_away_is_one_line(tmp_path):
    (tmp_path / "ideogram-bot.yml").write_text(CONFIG)
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        cwd=tmp_path,
        env=child_environment(
            {
                "SLACK_BOT_TOKEN": "xoxb-1",
                "SLACK_APP_TOKEN": "xapp-1",
                "SLACK_API_URL": f"http://127.0.0.1:{free_port()}/api/",
                "DATABASE_URL": f"postgresql+asyncpg://bot:word@127.0.0.1:{free_port()}/bot",
                "PORT": "0",
            }
        ),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None

    said = []
    async with asyncio.timeout(30):
        while not said or "slack.away" not in said[-1]:
            said.append((await process.stderr.readline()).decode().rstrip())
        process.terminate()
        said += (await process.stderr.read()).decode().splitlines()
        code = await process.wait()

    assert [line for line in said if not A_LINE.fullmatch(line)] == []
    assert code == 0
    assert any("database.away" in line for line in said)
