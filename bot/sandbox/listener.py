"""A web application on a loopback port that can be closed and opened again without losing the port.

aiohttp's sites cannot do that: they give the port away when they stop.
"""

import asyncio
import contextlib
import socket
from typing import Final, Self

from aiohttp import web

_HOST: Final = "127.0.0.1"
_SHUTDOWN_SECONDS: Final = 0.2
_ROUNDS_TO_ACCEPT: Final = 3  # of the loop, until a connection just taken is known to its server


async def stop_accepting(server: asyncio.Server) -> None:
    """Close a server, but not before the connections that it has just taken are its own.

    asyncio needs some rounds of its loop for each. A server that closes meanwhile loses it: nobody
    answers it and nobody closes it (https://github.com/python/cpython/issues/109564).
    """
    loop = asyncio.get_running_loop()
    for listening in server.sockets:
        loop.remove_reader(listening.fileno())
    for _ in range(_ROUNDS_TO_ACCEPT):
        await asyncio.sleep(0)
    server.close()


class Listener:
    """Serves `app`; its URL stays the same all the time.

    A closed listener keeps its port bound without listening: the kernel refuses connections, and
    nobody else can take the port meanwhile.
    """

    def __init__(
        self,
        app: web.Application,
        *,
        port: int = 0,
        shutdown_seconds: float = _SHUTDOWN_SECONDS,
        handler_cancellation: bool = False,
    ) -> None:
        """Prepare to serve `app`.

        Args:
            app: What answers.
            port: On loopback; 0 takes a free one.
            shutdown_seconds: Requests that hang are cut off so long after the end.
            handler_cancellation: A client that goes away ends the work on its request.
        """
        self._runner = web.AppRunner(
            app,
            access_log=None,
            shutdown_timeout=shutdown_seconds,
            handler_cancellation=handler_cancellation,
        )
        self._address = (_HOST, port)
        self._socket: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._turn = asyncio.Lock()  # closing takes rounds of the loop; nobody opens meanwhile

    @property
    def url(self) -> str:
        """Where it listens, or would if it were open; without a slash at the end."""
        return f"http://{self._address[0]}:{self._address[1]}"

    async def __aenter__(self) -> Self:
        """Listen.

        Raises:
            OSError: The port is taken.
        """
        self._bind()
        async with contextlib.AsyncExitStack() as undo:
            undo.push_async_exit(self)
            await self._runner.setup()
            await self.reopen()
            undo.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop to listen; requests in hand have a moment to end."""
        async with self._turn:
            await self._stop()
        await self._runner.cleanup()

    async def close(self) -> None:
        """Refuse new connections and break the existing ones."""
        async with self._turn:
            if self._server is None or self._runner.server is None:
                return
            await self._stop()
            self._bind()
            for connection in self._runner.server.connections:
                if connection.transport is not None:
                    connection.transport.abort()

    async def reopen(self) -> None:
        """Accept connections again."""
        async with self._turn:
            if self._server is not None or self._socket is None or self._runner.server is None:
                return
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._runner.server, sock=self._socket)

    async def _stop(self) -> None:
        if self._server is not None:
            await stop_accepting(self._server)  # closes the socket too
        elif self._socket is not None:
            self._socket.close()
        self._server = self._socket = None

    def _bind(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.settimeout(0)
        try:
            self._socket.bind(self._address)
        except OSError:
            self._socket.close()
            raise
        self._address = self._socket.getsockname()
