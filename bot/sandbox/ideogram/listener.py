"""A web application on a loopback port that can be closed and opened again without losing the port.

aiohttp's sites cannot do that: they give the port away when they stop.
"""

import asyncio
import socket
from typing import Final, Self

from aiohttp import web

_SHUTDOWN_SECONDS: Final = 0.2  # requests that hang on purpose are cut off after this


class Listener:
    """Serves `app`; its URL stays the same all the time.

    A closed listener keeps its port bound without listening: the kernel refuses connections, and
    nobody else can take the port meanwhile.
    """

    def __init__(self, app: web.Application) -> None:
        """Prepare to serve `app` on a free loopback port."""
        self._app = app
        self._runner: web.AppRunner | None = None
        self._socket: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._address = ("127.0.0.1", 0)

    @property
    def url(self) -> str:
        """Where it listens, or would if it were open."""
        return f"http://{self._address[0]}:{self._address[1]}"

    async def __aenter__(self) -> Self:
        # handler_cancellation: a client that gives up frees its place in flight.
        self._runner = web.AppRunner(
            self._app,
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=_SHUTDOWN_SECONDS,
        )
        await self._runner.setup()
        self._bind()
        await self.reopen()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
        if self._socket is not None:
            self._socket.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def close(self) -> None:
        """Refuse new connections and break the existing ones."""
        if self._server is None or self._runner is None or self._runner.server is None:
            return
        self._server.close()  # closes the socket too
        self._server = None
        self._bind()
        for connection in self._runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()

    async def reopen(self) -> None:
        """Accept connections again."""
        if self._server is not None or self._socket is None or self._runner is None:
            return
        if self._runner.server is not None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._runner.server, sock=self._socket)

    def _bind(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.settimeout(0)
        self._socket.bind(self._address)
        self._address = self._socket.getsockname()
