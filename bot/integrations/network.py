"""Our own way out, and plain GET requests to configured URLs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.domain.answer import Exchange
from bot.domain.resolution import Resolution
from bot.integrations.addresses import is_address
from bot.integrations.http import Http
from bot.integrations.http_ask import Ask
from bot.integrations.name_servers import NameServers

_ANY_PORT: Final = 443  # resolvers want one; it does not change the addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemNetwork:
    """The network of this machine.

    Attributes:
        ways_out: URLs of which any answer proves a way out.
    """

    http: Http
    name_servers: NameServers
    ways_out: tuple[str, ...]

    async def resolve(self, host: str) -> Resolution:
        """Resolve a host name; a failure is a result. The caller bounds the time."""
        if is_address(host):
            return Resolution((host,), timedelta(0), literal=True)
        started = self.http.clock.monotonic()
        try:
            addresses = tuple(await self.http.resolve(host, _ANY_PORT))
            error = "" if addresses else "no address"
        except (OSError, UnicodeError) as found:
            addresses, error = (), _in_words(found)
        return Resolution(addresses, self.http.clock.monotonic() - started, error=error)

    async def ask_resolvers(self, host: str, *, within: timedelta) -> Mapping[str, Resolution]:
        """Ask every name server by itself; a failure is a result."""
        return {} if is_address(host) else await self.name_servers.ask_each(host, within)

    async def get(self, url: str, *, timeout: timedelta) -> Exchange:  # noqa: ASYNC109  it is a measurement
        """Fetch a configured URL."""
        return await self.http.exchange(Ask(method="GET", url=url), timeout=timeout)


def _in_words(error: Exception) -> str:
    return (getattr(error, "strerror", None) or "not a valid host name").lower()
