"""A web application on a loopback port that can be closed and opened again without losing the port.

aiohttp's sites cannot do that: they give the port away when they stop.
"""

import asyncio
import socket
from typing import Final, Self

from aiohttp import web

_BACKLOG: Final = 128
_SHUTDOWN_SECONDS: Final = 0.2  # requests that hang on purpose are cut off after this


class Listener:
    """Serves `app`; `close` and `reopen` take effect at once.

    A closed listener keeps its port bound without listening: the kernel refuses connections, and
    nobody else can take the port meanwhile.
    """

    def __init__(self, app: web.Application) -> None:
        """Prepare to serve `app` on a free loopback port."""
        self._app = app
        self._runner: web.AppRunner | None = None
        self._socket: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._tasks = asyncio.TaskGroup()
        self._is_open = False
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
        await self._tasks.__aenter__()
        self._bind()
        self.reopen()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
        await self._tasks.__aexit__(None, None, None)
        if self._socket is not None:
            self._socket.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def close(self) -> None:
        """Refuse new connections and break the existing ones."""
        if not self._is_open or self._runner is None or self._socket is None:
            return
        self._is_open = False
        if self._server is not None:
            self._server.close()  # closes the socket too
            self._server = None
        self._socket.close()
        self._bind()
        for connection in getattr(self._runner.server, "connections", []):
            if connection.transport is not None:
                connection.transport.abort()

    def reopen(self) -> None:
        """Accept connections again; those that come before the loop's next turn wait."""
        if not self._is_open and self._socket is not None:
            self._is_open = True
            self._socket.listen(_BACKLOG)
            self._tasks.create_task(self._accept(self._socket))

    async def _accept(self, bound: socket.socket) -> None:
        if bound is not self._socket or self._runner is None or self._runner.server is None:
            return  # closed again meanwhile
        loop = asyncio.get_running_loop()
        # Not started by create_server: that would give `close` a moment without a server to close.
        self._server = await loop.create_server(
            self._runner.server, sock=bound, backlog=_BACKLOG, start_serving=False
        )
        await self._server.start_serving()

    def _bind(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.settimeout(0)
        self._socket.bind(self._address)
        self._address = self._socket.getsockname()
