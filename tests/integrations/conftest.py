"""Clients for the tests of this folder, and an Ideogram to be asked."""

import pytest

from bot.clock import SystemClock
from bot.integrations.http import Http
from tests.integrations.provider import World
from tests.integrations.wire import client_trust


@pytest.fixture
async def http():
    """A client that talks to loopback and trusts the tests' certificate."""
    client = Http.open(SystemClock(), trust=client_trust())
    yield client
    await client.aclose()


@pytest.fixture
def world():
    return World()
