"""Our own network, and the service's health: everything that is asked by plain HTTP or DNS."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from bot.domain.answer import Exchange
from bot.domain.resolution import Resolution


class Network(Protocol):
    """Ways out of here."""

    @property
    def ways_out(self) -> Sequence[str]:
        """List the URLs that prove a way out, as configured."""
        ...

    async def resolve(self, host: str) -> Resolution:
        """Resolve a host name the way a request to it takes."""
        ...

    async def ask_resolvers(self, host: str, *, within: timedelta) -> Mapping[str, Resolution]:
        """Ask every name server by itself, all at the same time.

        Args:
            host: An address needs no resolver: nobody is asked.
            within: Who has not answered by then does not answer.

        Returns:
            By the address of the name server, in their order.
        """
        ...

    async def get(self, url: str, *, timeout: timedelta) -> Exchange:  # noqa: ASYNC109  it is a measurement
        """Fetch a configured URL, without credentials; at most 64 KiB of the body are read."""
        ...
