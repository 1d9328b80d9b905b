"""The pretend Slack: one loopback server with Web API, Socket Mode, response URLs and files."""

import asyncio
import copy
import secrets
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

from bot.sandbox.listener import Listener
from bot.sandbox.slack.addresses import Addresses
from bot.sandbox.slack.core import Core
from bot.sandbox.slack.delivery import Transport
from bot.sandbox.slack.faults import Faults
from bot.sandbox.slack.gestures import Gestures
from bot.sandbox.slack.http_mode import HttpMode
from bot.sandbox.slack.modals import Modals
from bot.sandbox.slack.model import Call, Channel, Delivery, Json, Limits, User
from bot.sandbox.slack.people import People
from bot.sandbox.slack.socket_mode import SocketMode
from bot.sandbox.slack.tickets import Tickets
from bot.sandbox.slack.views import Views
from bot.sandbox.slack.web_api import METHODS, WebApi
from bot.sandbox.slack.workspace import Workspace

__all__ = ["Call", "Channel", "Delivery", "Limits", "SlackServer", "User"]

UPLOAD_MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Acts:
    people: People
    modals: Modals
    gestures: Gestures


class SlackServer:
    """A Slack workspace with three people, three channels and one app, on a free loopback port.

    Args:
        events_url: None delivers over Socket Mode; a URL gets signed HTTP POSTs instead.
        limits: Slack's periods; tests may shorten them.
        now: Unix seconds; a test may move it to let triggers and URLs expire.
        scopes: The bot token's scopes; None grants all that the methods need.
    """

    def __init__(
        self,
        *,
        events_url: str | None = None,
        limits: Limits | None = None,
        now: Callable[[], float] = time.time,
        scopes: frozenset[str] | None = None,
    ) -> None:
        self.url = ""
        self.bot_token = f"xoxb-{secrets.randbelow(10**12)}-{secrets.token_hex(12)}"
        self.app_token = f"xapp-1-A0SANDBOX-{secrets.randbelow(10**12)}-{secrets.token_hex(32)}"
        self.signing_secret = secrets.token_hex(16)
        self.workspace = Workspace(now)
        limits = limits or Limits()
        self._core = Core(
            workspace=self.workspace,
            views=Views(self.workspace, limits),
            tickets=Tickets(now, limits),
            limits=limits,
            scopes=all_scopes() if scopes is None else scopes,
        )
        self._faults = Faults(now)
        self.events_url = events_url
        self._web_api = WebApi(self._core, self._faults, self.bot_token, self.app_token)
        self._sockets = SocketMode(self._core, self._faults)
        self._addresses = Addresses(self._core, self._faults, self.bot_token)
        self._stack = AsyncExitStack()
        self._acts: _Acts | None = None

    async def __aenter__(self) -> Self:
        """Start to listen."""
        app = web.Application(client_max_size=UPLOAD_MAX_BYTES)
        app.router.add_route("*", "/api/{method}", self._web_api.serve)
        app.router.add_get("/link/", self._sockets.serve)
        app.router.add_post("/response/{key}", self._addresses.respond)
        app.router.add_post("/upload/v1/{file}", self._addresses.upload)
        app.router.add_get("/files-pri/{file}/{name}", self._addresses.download)
        listener = await self._stack.enter_async_context(Listener(app, shutdown_seconds=1))
        self.url = self.workspace.url = listener.url
        transport = await self._transport()
        self._acts = _Acts(
            People(self._core, transport),
            Modals(self._core, transport),
            Gestures(self._core, transport),
        )
        self._stack.push_async_callback(self._sockets.close)
        return self

    async def _transport(self) -> Transport:
        if self.events_url is None:
            return self._sockets
        session = await self._stack.enter_async_context(aiohttp.ClientSession())
        return HttpMode(self.events_url, self.signing_secret, session, self._faults)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every connection and stop to listen."""
        await self._stack.aclose()

    @property
    def api_url(self) -> str:
        """What `SLACK_API_URL` is set to."""
        return self.url + "/api/"

    @property
    def bot_user_id(self) -> str:
        """The user id of the bot."""
        return self.workspace.bot.id

    @property
    def users(self) -> dict[str, User]:
        """The people by id, without the bot."""
        return self.workspace.users

    @property
    def channels(self) -> dict[str, Channel]:
        """The conversations by id."""
        return self.workspace.channels

    @property
    def calls(self) -> list[Call]:
        """Every Web API call so far, those refused included."""
        return self._web_api.calls

    @property
    def connections(self) -> int:
        """How many Socket Mode connections are open."""
        return self._sockets.connections

    async def run_command(self, user_id: str, channel_id: str, text: str) -> Delivery:
        """Type `/ideogram <text>`; an ack's message is shown."""
        return await self._started().people.run_command(user_id, channel_id, text)

    async def click(
        self,
        user_id: str,
        channel_id: str,
        ts: str,
        action_id: str,
        *,
        block_id: str | None = None,
        option: str | None = None,
    ) -> Delivery:
        """Use an element of a message as it looks now; its confirm dialog counts as confirmed."""
        return await self._started().people.click(
            user_id, channel_id, ts, action_id, block_id=block_id, option=option
        )

    async def click_in_view(
        self,
        user_id: str,
        view_id: str,
        action_id: str,
        *,
        block_id: str | None = None,
        option: str | None = None,
    ) -> Delivery:
        """Use an element of a modal or App Home."""
        return await self._started().modals.click(
            user_id, view_id, action_id, block_id=block_id, option=option
        )

    async def submit_view(self, user_id: str, view_id: str, values: Json | None = None) -> Delivery:
        """Submit a modal; what `values` leaves out stays as it was."""
        return await self._started().modals.submit(user_id, view_id, values)

    async def close_view(self, user_id: str, view_id: str) -> Delivery:
        """Close a modal without submitting."""
        return await self._started().modals.close(user_id, view_id)

    async def say(
        self, user_id: str, channel_id: str, text: str, thread_ts: str | None = None
    ) -> Delivery:
        """Write a message as a person; its fields are the delivery's payload."""
        return await self._started().people.say(user_id, channel_id, text, thread_ts)

    async def redeliver(self, delivery: Delivery) -> Delivery:
        """Send the payload of a delivery once more, marked as a retry."""
        return await self._started().people.redeliver(delivery)

    async def run_shortcut(self, user_id: str, callback_id: str) -> Delivery:
        """Choose one of the app's global shortcuts."""
        return await self._started().gestures.run_shortcut(user_id, callback_id)

    async def run_message_shortcut(
        self, user_id: str, channel_id: str, ts: str, callback_id: str
    ) -> Delivery:
        """Choose a shortcut from the menu of a message."""
        return await self._started().gestures.run_message_shortcut(
            user_id, channel_id, ts, callback_id
        )

    async def react(self, user_id: str, channel_id: str, ts: str, name: str) -> Delivery:
        """Put an emoji under a message; the bot hears `reaction_added`."""
        return await self._started().gestures.react(user_id, channel_id, ts, name)

    async def open_home(self, user_id: str) -> Delivery:
        """Open the App Home; the bot hears `app_home_opened`."""
        return await self._started().gestures.open_home(user_id)

    def _started(self) -> _Acts:
        if self._acts is None:
            raise RuntimeError("The server is not started.")
        return self._acts

    def messages(self, channel_id: str) -> list[Json]:
        """Return what a channel shows, oldest first, without replies."""
        return copy.deepcopy(self.workspace.top_level(self.workspace.channel(channel_id)))

    def thread(self, channel_id: str, ts: str) -> list[Json]:
        """Return a thread, its parent first; empty when there is no such message."""
        return copy.deepcopy(self.workspace.thread(self.workspace.channel(channel_id), ts))

    def ephemerals(self, user_id: str) -> list[Json]:
        """Return what only this person sees, oldest first; each with its `channel`."""
        return copy.deepcopy(list(self.workspace.ephemerals[user_id].values()))

    def open_views(self, user_id: str) -> list[Json]:
        """Return the modals a person has open, the topmost last."""
        return copy.deepcopy(self._core.views.stacks.get(user_id, []))

    def home(self, user_id: str) -> Json | None:
        """Return a person's App Home, once published."""
        return copy.deepcopy(self._core.views.homes.get(user_id))

    def file_content(self, file_id: str) -> bytes:
        """Return an uploaded file.

        Raises:
            KeyError: There is none.
        """
        return self.workspace.contents[file_id]

    def subscribe(self) -> AbstractAsyncContextManager[asyncio.Queue[Json]]:
        """Return a context that yields a queue of everything that changes."""
        return self.workspace.subscribe()

    def cut(self, seconds: float | None = None) -> None:
        """Break every connection and take no new one, for some seconds or until `restore`."""
        self._faults.cut(seconds)
        self._sockets.break_all()

    def restore(self) -> None:
        """End the cut and forget planned faults."""
        self._faults.restore()

    def rate_limit(self, count: int, retry_after: int = 1, method: str | None = None) -> None:
        """Answer the next calls with 429 and Retry-After (seconds)."""
        self._faults.answer(count, method, 429, retry_after)

    def fail(self, count: int, status: int = 500, method: str | None = None) -> None:
        """Answer the next calls with a status, undone."""
        self._faults.answer(count, method, status)

    def drop_after_processing(self, count: int, method: str) -> None:
        """Do the next calls, then break the connection without an answer."""
        self._faults.drop(count, method)

    async def disconnect_sockets(self, reason: str = "refresh_requested") -> None:
        """Ask the bot's sockets to come again, as Slack does every few hours."""
        await self._sockets.disconnect(reason)


def all_scopes() -> frozenset[str]:
    """Return every scope that a method here needs, and that of slash commands."""
    wanted = {scope for _, _, needed in METHODS.values() for scope in needed.split()}
    return frozenset(wanted | {"commands"}) - {"app", "open"}
