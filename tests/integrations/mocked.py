"""An HTTP client whose network is a function."""

from collections.abc import Callable, Sequence

import httpx

from bot.integrations.http import Http
from tests.fakes.clock import FakeClock

Handler = Callable[[httpx.Request], httpx.Response]
PUBLIC = "93.184.216.34"


def mocked(
    handler: Handler, *, addresses: Sequence[str] = (PUBLIC,), clock: FakeClock | None = None
) -> Http:
    """Build a client; every host has the same addresses."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    transport = httpx.MockTransport(handler)
    return Http.open(clock or FakeClock(), transport=transport, resolve=resolve)
