"""The one HTTP port: `/slack/events` in HTTP mode, `/livez`, `/readyz`, `/metrics`.

What Slack sends is handed on as text to a callable; this module does not know Slack's library.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest

# Slack's largest payload is a form with its blocks, far below this.
MAX_BODY_BYTES: Final = 1024 * 1024
SHUTDOWN_SECONDS: Final = 2.0

Endpoint = Callable[[str, Mapping[str, str]], Awaitable[tuple[int, dict[str, str], str]]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class HttpServer:
    """Listens on one port.

    Attributes:
        slack: Takes body and headers, returns status, headers and body; None in Socket Mode.
        unready: Says in words what is not ready yet; empty when all is.
        registry: Our own, so that two servers in one process do not collide.
    """

    host: str
    port: int
    unready: Callable[[], Awaitable[str]]
    slack: Endpoint | None = None
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    _runner: web.AppRunner | None = field(default=None, init=False)

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: The port is taken.
        """
        self._runner = web.AppRunner(
            self.build(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        await site.start()
        log.info("http.started", host=self.host, port=self.bound_port)

    @property
    def bound_port(self) -> int:
        """Tell the port really listened on; it differs when 0 was asked for."""
        addresses = self._runner.addresses if self._runner is not None else []
        return int(addresses[0][1]) if addresses else self.port

    async def stop(self) -> None:
        """Stop listening; requests in hand have a moment to end."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def build(self) -> web.Application:
        """Make the application with its routes."""
        requests = Counter(
            "ideogram_bot_http_requests",
            "HTTP requests by route and status.",
            ["route", "status"],
            registry=self.registry,
        )
        app = web.Application(
            client_max_size=MAX_BODY_BYTES, middlewares=[_counting(requests), _boundary]
        )
        app.router.add_get("/livez", self._livez)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        if self.slack is not None:
            app.router.add_post("/slack/events", _slack_route(self.slack))
        return app

    async def _livez(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        missing = await self.unready()
        return web.Response(status=503 if missing else 200, text=f"{missing or 'ok'}\n")

    async def _metrics(self, _: web.Request) -> web.Response:
        headers = {"Content-Type": CONTENT_TYPE_LATEST}
        return web.Response(body=generate_latest(self.registry), headers=headers)


def _slack_route(slack: Endpoint) -> Handler:
    async def route(request: web.Request) -> web.StreamResponse:
        try:
            body = (await request.read()).decode()
        except UnicodeDecodeError:
            raise web.HTTPBadRequest(text="not UTF-8\n") from None
        status, headers, text = await slack(body, request.headers)
        return web.Response(status=status, body=text.encode(), headers=headers)

    return route


@web.middleware
async def _boundary(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception:
        # The last stop before the wire: the id is for the person, the traceback for the log.
        error_id = secrets.token_hex(4)
        log.exception("http.failed", error_id=error_id, path=request.path)
        return web.Response(status=500, text=f"error {error_id}\n")


def _counting(requests: Counter) -> Middleware:
    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        # Unknown paths share one label: a scanner must not grow the series.
        route = "other" if resource is None else resource.canonical
        status = 500
        try:
            response = await handler(request)
        except web.HTTPException as error:
            status = error.status
            raise
        else:
            status = response.status
            return response
        finally:
            requests.labels(route, str(status)).inc()

    return count
