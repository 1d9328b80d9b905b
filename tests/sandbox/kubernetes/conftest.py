"""A seeded cluster whose pods take a tenth of a second."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.sandbox.kubernetes.server import KubernetesServer


@pytest.fixture
async def server() -> AsyncIterator[KubernetesServer]:
    async with KubernetesServer(pod_seconds=0.1, progress_deadline_seconds=1) as running:
        yield running


@pytest.fixture
async def http(server: KubernetesServer) -> AsyncIterator[aiohttp.ClientSession]:
    """A client that asks with the bot's token."""
    headers = {
        "Authorization": f"Bearer {server.rights.users['bot'].token}",
        "Content-Type": "application/strategic-merge-patch+json",
    }
    async with aiohttp.ClientSession(server.url, headers=headers, trust_env=False) as session:
        yield session
