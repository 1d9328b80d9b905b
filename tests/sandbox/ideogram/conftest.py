"""A pretend Ideogram, fast, and a client that has its key."""

import asyncio

import aiohttp
import pytest

from bot.sandbox.ideogram.server import IdeogramServer


@pytest.fixture
async def ideogram():
    async with IdeogramServer(latency_seconds=0.01, slow_seconds=0.3) as server:
        yield server


@pytest.fixture
async def http(ideogram):
    headers = {"Api-Key": ideogram.key}
    async with aiohttp.ClientSession(ideogram.url, headers=headers) as session:
        yield session


@pytest.fixture
async def stranger(ideogram):
    async with aiohttp.ClientSession(ideogram.url) as session:
        yield session


@pytest.fixture
def until():
    """Wait until something holds that only the wire can bring about."""

    async def wait(holds):
        async with asyncio.timeout(15):
            while not holds():  # noqa: ASYNC110  servers under test announce nothing
                await asyncio.sleep(0.002)  # noqa: TID251  real sockets know no pretend clock

    return wait
