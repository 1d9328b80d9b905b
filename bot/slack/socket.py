"""Socket Mode: one connection per process, opened within a time and watched."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.domain.errors import BotError, TemporaryError, UnavailableError
from bot.slack.refusals import OPEN_SOCKET, translated

# The SDK itself would try for ever (slack_sdk 3.47, connect).
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
        """Connect; what is left of an earlier connection is closed first.

        Raises:
            UnavailableError: Slack refused, or no connection within that time; the text says which.
                Nothing is left open.
        """
        await self.stop()
        # Made here and not before: its client opens a session and a task.
        self._handler = AsyncSocketModeHandler(self.app, self.app_token)
        try:
            async with asyncio.timeout(within.total_seconds()):
                # Asked here: the SDK would log a refusal with its traceback and ask again for ever.
                self._handler.client.wss_uri = await self._address()
                await self._handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt's
        except TimeoutError as error:
            await self.stop()
            raise UnavailableError(
                f"Slack's Socket Mode did not connect within {within.total_seconds():.0f} s. "
                "Check the way out: HTTPS to slack.com, and wss to the address that it names."
            ) from error
        except BotError as error:
            await self.stop()
            wait = error.retry_after if isinstance(error, TemporaryError) else None
            raise UnavailableError(str(error), retry_after=wait) from error
        log.info("socket.connected")

    async def _address(self) -> str:
        with translated(OPEN_SOCKET):
            answer = await self.app.client.apps_connections_open(app_token=self.app_token)
        return str(answer["url"])

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
