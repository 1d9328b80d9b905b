"""API servers that are first asked some time after the start.

The package that carries the requests takes a fifth of the start of this program. Not in another
thread: two threads that compute hold each other up, and what is measured meanwhile would be wrong.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.integrations.kube_ask import ApiServers, KubeAnswer, KubeAsk
from bot.ports import Clock


def _made(clock: Clock, kubeconfig: str | None) -> ApiServers:
    from bot.integrations.kube_client import KubeClients

    return KubeClients(clock=clock, kubeconfig=kubeconfig)


@dataclass(slots=True, kw_only=True)
class LaterApiServers(ApiServers):
    """Hands everything on.

    Attributes:
        kubeconfig: Path, or several joined as in `KUBECONFIG`; None means in-cluster, and outside
            of one the usual file of the home folder.
    """

    clock: Clock
    kubeconfig: str | None = None
    _servers: ApiServers | None = field(default=None, init=False)

    def _ready(self) -> ApiServers:
        if self._servers is None:
            self._servers = _made(self.clock, self.kubeconfig)
        return self._servers

    def prepare(self) -> None:
        """Read the package, once: a fifth of a second. No credentials, which may hang."""
        self._ready()

    async def request(self, ask: KubeAsk) -> KubeAnswer:
        """Send one request."""
        return await self._ready().request(ask)

    async def lines(self, ask: KubeAsk, *, within: timedelta) -> AsyncGenerator[Mapping[str, Any]]:
        """Send a watch and yield its events."""
        servers = self._ready()
        async with aclosing(servers.lines(ask, within=within)) as lines:
            async for line in lines:
                yield line

    async def aclose(self) -> None:
        """Close all connections, if there were any."""
        if self._servers is not None:
            await self._servers.aclose()
