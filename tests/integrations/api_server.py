"""An API server on loopback that answers what a test says."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from bot.clock import SystemClock
from bot.integrations.cluster import KubernetesCluster
from bot.integrations.kube_client import KubeClients
from bot.sandbox.listener import Listener


class ApiServer:
    """Answers by `handle`, a coroutine function of a request; remembers what was asked."""

    def __init__(self, handle=None):
        self.handle = handle
        self.asked = []
        self.tokens = []

    async def answer(self, request):
        self.asked.append(f"{request.method} {request.path_qs}")
        self.tokens.append(request.headers.get("Authorization"))
        return await self.handle(request)


def write_kubeconfig(file: Path, url: str, token: str = "") -> None:
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "users": [{"name": "u", "user": {"token": token or "t1"}}],
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
    }
    file.write_text(json.dumps(config))


@asynccontextmanager
async def cluster_of(server: ApiServer, folder: Path, **options) -> AsyncIterator:
    """Serve, and hand out the cluster client that talks to it."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    # Some handlers hang on purpose.
    async with Listener(app, shutdown_seconds=0.01) as listening:
        file = folder / "kubeconfig"
        write_kubeconfig(file, listening.url)
        values = {"clock": SystemClock(), "kubeconfig": str(file)} | options
        cluster = KubernetesCluster(clients=KubeClients(**values))
        try:
            yield cluster
        finally:
            await cluster.aclose()
