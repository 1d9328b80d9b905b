"""The port of the API, which can refuse, hang and be slow."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

from aiohttp import web

from bot.sandbox.listener import Listener

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Record = Callable[[web.BaseRequest, int], None]


class ApiListener(Listener):
    """Hands every request to one handler.

    Attributes:
        delay_seconds: Every answer takes that much longer.
    """

    def __init__(self, handler: Handler, record: Record) -> None:
        """Answer with `handler`; tell `record` about every answer."""
        self.delay_seconds = 0.0
        self._handler = handler
        self._record = record
        self._answering = asyncio.Event()
        self._answering.set()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        app.on_response_prepare.append(self._prepared)
        super().__init__(app)

    async def become(self, how: Literal["refuse", "hang"] | None) -> None:
        """Refuse connections, accept them without ever answering, or work (None)."""
        if how == "hang":
            self._answering.clear()
        else:
            self._answering.set()
        if how == "refuse":
            await self.close()
        else:
            await self.reopen()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(self.delay_seconds)
        await self._answering.wait()
        return await self._handler(request)

    async def _prepared(self, request: web.BaseRequest, response: web.StreamResponse) -> None:
        self._record(request, response.status)
