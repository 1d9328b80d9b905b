"""A network in memory."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.domain.answer import Exchange, Failure, Phase
from bot.domain.resolution import Resolution
from bot.ports import Network
from tests.fakes.ideogram import an_exchange

RESOLVED = Resolution(("104.18.12.7", "104.18.13.7"), timedelta(milliseconds=18))
UNRESOLVED = Resolution((), timedelta(milliseconds=30), error="no such host")


def no_such_host(endpoint: str = "GET /") -> Exchange:
    """Build an exchange that ended at the resolver."""
    return an_exchange(None, endpoint=endpoint, failure=Failure.DNS, phase=Phase.DNS)


class FakeNetwork(Network):
    """Resolves every name and gets 200 from everywhere, unless it is told otherwise.

    Attributes:
        ways_out: As configured; the second needs no DNS.
        resolution: What every host resolves to.
        resolvers: What each name server says by itself.
        pages: Answers by URL.
        asked: URLs in order.
    """

    ways_out: Sequence[str] = ("https://slack.com/api/api.test", "https://1.1.1.1/cdn-cgi/trace")

    def __init__(self) -> None:
        self.resolution = RESOLVED
        self.resolvers: dict[str, Resolution] = {"10.0.0.10": RESOLVED}
        self.pages: dict[str, Exchange] = {}
        self.asked: list[str] = []

    def cut(self) -> None:
        """Lose the way out: names do not resolve, addresses cannot be reached."""
        self.resolution = UNRESOLVED
        self.resolvers = {"10.0.0.10": UNRESOLVED}
        named, literal = self.ways_out
        self.pages |= {named: no_such_host(), literal: an_exchange(None)}

    async def resolve(self, host: str) -> Resolution:
        self.asked.append(host)
        return self.resolution

    async def ask_resolvers(self, host: str, *, within: timedelta) -> Mapping[str, Resolution]:
        return {} if self.resolution.literal else self.resolvers

    async def get(self, url: str, *, timeout: timedelta) -> Exchange:  # noqa: ASYNC109  the port's
        self.asked.append(url)
        return self.pages.get(url, an_exchange(200, "ok", endpoint="GET /"))
