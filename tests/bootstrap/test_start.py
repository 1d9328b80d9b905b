"""A command reads what it needs: the rest would hold up its start."""

import asyncio
import sys

import pytest

from bot.sandbox.bot_process import child_environment

HEAVY = {"aiohttp", "alembic", "apscheduler", "kubernetes", "slack_bolt"}


@pytest.mark.parametrize(
    ("module", "needed"),
    [
        ("bot.__main__", set()),
        ("bot.bootstrap.once", set()),
        ("bot.bootstrap.serve", {"aiohttp", "apscheduler", "slack_bolt"}),
    ],
)
async def test_a_command_reads_only_the_packages_that_it_needs(module, needed):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"),
        env=child_environment({}),
        stdout=asyncio.subprocess.PIPE,
    )

    async with asyncio.timeout(60):
        said, _ = await process.communicate()

    assert HEAVY & set(said.decode().split()) == needed
