"""The listening socket, which can refuse, hang and be slow."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Literal, Self

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Record = Callable[[web.BaseRequest, int], None]
_HOST = "127.0.0.1"
# Requests under way at the end are cut: a hanging one would never finish.
_SHUTDOWN_SECONDS = 0.2


class Listener:
    """One HTTP port on loopback. The port stays the same after refusing connections."""

    def __init__(self, handler: Handler, record: Record) -> None:
        """Answer with `handler`; tell `record` about every answer."""
        self.delay_seconds = 0.0
        self._handler = handler
        self._record = record
        self._port = 0
        self._runner: web.AppRunner | None = None
        self._answering = asyncio.Event()
        self._answering.set()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{_HOST}:{self._port}"

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        await self._open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening and cut what is under way."""
        await self._close()

    async def become(self, how: Literal["refuse", "hang"] | None) -> None:
        """Refuse connections, accept them without ever answering, or work (None)."""
        if how == "hang":
            self._answering.clear()
        else:
            self._answering.set()
        if how == "refuse":
            await self._close()
        elif self._runner is None:
            await self._open()

    async def _open(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        app.on_response_prepare.append(self._prepared)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await runner.setup()
        await web.TCPSite(runner, _HOST, self._port, reuse_address=True).start()
        self._port = runner.addresses[0][1]
        self._runner = runner

    async def _close(self) -> None:
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(self.delay_seconds)
        await self._answering.wait()
        return await self._handler(request)

    async def _prepared(self, request: web.BaseRequest, response: web.StreamResponse) -> None:
        self._record(request, response.status)
