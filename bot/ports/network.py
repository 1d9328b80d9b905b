"""Our own network, and the service's health: everything that is asked by plain HTTP or DNS."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.domain.answer import Exchange


@dataclass(frozen=True, slots=True)
class Resolution:
    """What resolving a host name gave.

    Attributes:
        addresses: As text, in the resolver's order; empty when it failed.
        literal: The host is an address already: nothing was resolved.
        error: In words, empty when it worked.
    """

    addresses: tuple[str, ...]
    latency: timedelta
    literal: bool = False
    error: str = ""


class Network(Protocol):
    """Ways out of here."""

    @property
    def ways_out(self) -> Sequence[str]:
        """List the URLs that prove a way out, as configured."""
        ...

    async def resolve(self, host: str) -> Resolution:
        """Resolve a host name with the system's resolver."""
        ...

    async def get(self, url: str, *, timeout: timedelta) -> Exchange:  # noqa: ASYNC109  it is a measurement
        """Fetch a configured URL, without credentials; at most 64 KiB of the body are read."""
        ...
