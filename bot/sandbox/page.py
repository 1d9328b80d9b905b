"""The sandbox's web page: static files, one stream of changes, and what a visitor can do.

Only this computer may use it: requests for another host (DNS rebinding) and requests that another
site's page sends are refused.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.sandbox.listener import Listener
from bot.sandbox.markdown import to_html
from bot.sandbox.page_actions import Actions, BadRequestError
from bot.sandbox.view import slack_sections, world_sections

if TYPE_CHECKING:
    from bot.sandbox.world import World

STATIC: Final = Path(__file__).parent / "static"
# The world is looked at five times a second and what changed is sent: simpler than joining the
# event queues of four servers, and it cannot miss one.
LOOK_SECONDS: Final = 0.2
HEARTBEAT_SECONDS: Final = 15.0
LOG_LINES: Final = 200
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data: http://127.0.0.1:*; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def is_from_here(method: str, headers: Mapping[str, str]) -> bool:
    """Tell whether a request comes from our own page, or from no page at all (curl)."""
    host = headers.get("Host", "")
    if urlsplit(f"//{host}").hostname not in LOOPBACK:
        return False
    if method in {"GET", "HEAD"}:
        return True
    origin = headers.get("Origin")
    return origin is None or origin == f"http://{host}"


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not is_from_here(request.method, request.headers):
        return web.json_response({"error": "Open the page on this computer."}, status=403)
    return await handler(request)


async def _prepare(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> str | None:
    """Say what changed between two states as one JSON text; None when nothing did.

    Args:
        before: Key -> JSON text as it was sent last.
        now: The same as it is.
    """
    new = [f"{json.dumps(key)}:{value}" for key, value in now.items() if before.get(key) != value]
    gone = [key for key in before if key not in now]
    if not new and not gone:
        return None
    return f'{{"set":{{{",".join(new)}}},"drop":{json.dumps(gone)}}}'


class Page:
    """Serves the page of one world."""

    def __init__(self, world: "World", *, port: int) -> None:
        self._world = world
        self._closing = asyncio.Event()
        self._actions = Actions(world)
        app = web.Application(middlewares=[_guard])
        app.on_response_prepare.append(_prepare)
        app.on_shutdown.append(self._close_streams)
        app.router.add_get("/", _index)
        app.router.add_static("/static/", STATIC)
        app.router.add_get("/api/events", self._events)
        app.router.add_get("/api/files/{id}", self._file)
        app.router.add_get("/api/log", self._log)
        app.router.add_post("/api/{action:.+}", self._act)
        self._listener = Listener(app, port=port, shutdown_seconds=2)

    @property
    def url(self) -> str:
        """Where it listens, once entered; without a slash at the end."""
        return self._listener.url

    async def __aenter__(self) -> Self:
        await self._listener.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._listener.__aexit__()

    async def _close_streams(self, _: web.Application) -> None:
        self._closing.set()

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Send the whole state, then what changes, until the visitor leaves."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        with contextlib.suppress(ConnectionResetError):  # the visitor closed the page
            await self._tell(response)
        return response

    async def _tell(self, visitor: web.StreamResponse) -> None:
        await visitor.write(b"retry: 1000\n\nevent: reset\ndata: {}\n\n")
        sent: dict[str, str] = {}
        spoke_at = time.monotonic()
        async with self._world.slack.subscribe() as talk:
            slack = _encoded(slack_sections(self._world))
            while not self._closing.is_set():
                if _drained(talk):  # Slack's part is the large one: read again only after news
                    slack = _encoded(slack_sections(self._world))
                now = slack | _encoded(world_sections(self._world))
                news = changes(sent, now)
                if news is not None:
                    await visitor.write(f"data: {news}\n\n".encode())
                    sent, spoke_at = now, time.monotonic()
                elif time.monotonic() - spoke_at > HEARTBEAT_SECONDS:
                    await visitor.write(b": still here\n\n")
                    spoke_at = time.monotonic()
                await asyncio.sleep(LOOK_SECONDS)

    async def _file(self, request: web.Request) -> web.Response:
        try:
            content = self._world.slack.file_content(request.match_info["id"])
        except KeyError:
            return web.json_response({"error": "There is no such file."}, status=404)
        text = content.decode("utf-8", errors="replace")
        return web.json_response({"html": to_html(text), "text": text})

    async def _log(self, _: web.Request) -> web.Response:
        bot = self._world.bot
        return web.json_response({"lines": bot.last_lines(LOG_LINES) if bot else []})

    async def _act(self, request: web.Request) -> web.Response:
        try:
            given = await request.json()
        except ValueError:
            return web.json_response({"error": "The body is not JSON."}, status=400)
        try:
            answer = await self._actions(request.match_info["action"], given)
        except BadRequestError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(answer)


async def _index(_: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "index.html")


def _encoded(values: Mapping[str, Any]) -> dict[str, str]:
    return {key: json.dumps(value) for key, value in values.items()}


def _drained(queue: asyncio.Queue[dict[str, Any]]) -> bool:
    """Empty the queue; tells whether anything was in it."""
    had_news = not queue.empty()
    while not queue.empty():
        queue.get_nowait()
    return had_news
