"""Socket Mode: one connection per process, opened within a time and watched."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.domain.errors import UnavailableError

# The SDK itself would try for ever, also with a wrong token (slack_sdk 3.47, connect).
CONNECT_WITHIN: Final = timedelta(seconds=10)
CLOSE_WITHIN: Final = timedelta(seconds=3)

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class SocketMode:
    """The connection on which Slack sends what people do."""

    app: AsyncApp
    app_token: str
    _handler: AsyncSocketModeHandler | None = field(default=None, init=False)

    async def start(self, within: timedelta = CONNECT_WITHIN) -> None:
        """Connect.

        Raises:
            UnavailableError: No connection within that time; nothing is left open.
        """
        # Made here and not before: its client opens a session and a task.
        self._handler = AsyncSocketModeHandler(self.app, self.app_token)
        try:
            async with asyncio.timeout(within.total_seconds()):
                await self._handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt's
        except TimeoutError as error:
            await self.stop()
            raise UnavailableError(
                "Slack's Socket Mode did not connect. Check SLACK_APP_TOKEN and the way out."
            ) from error
        log.info("socket.connected")

    async def is_connected(self) -> bool:
        """Tell whether the connection stands, for readiness."""
        return self._handler is not None and bool(await self._handler.client.is_connected())

    async def stop(self) -> None:
        """Close the connection; a Slack that does not answer cannot hold us."""
        handler, self._handler = self._handler, None
        if handler is None:
            return
        try:
            async with asyncio.timeout(CLOSE_WITHIN.total_seconds()):
                await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt's
        except TimeoutError:
            log.warning("socket.close_timed_out")
