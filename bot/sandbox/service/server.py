"""The pretend customer's service: its HTTP edge, its pods' applications and its users."""

import asyncio
import contextlib
import json
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Self, cast, get_args

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver

from bot.sandbox.listener import Listener
from bot.sandbox.service import users as people
from bot.sandbox.service.application import LogLine, Shared, Shown, empty_log
from bot.sandbox.service.failures import Reason, ServiceFailure
from bot.sandbox.service.gateway import Gateway
from bot.sandbox.service.health import health
from bot.sandbox.service.ideogram_api import Call
from bot.sandbox.service.limits import Limits
from bot.sandbox.service.metrics import CONTENT_TYPE, Metrics
from bot.sandbox.service.outcomes import Kind, Outcome, Outcomes, Summary
from bot.sandbox.service.pictures import PLACEHOLDER_PATH, PLACEHOLDER_SVG, PictureStore
from bot.sandbox.service.pods import PodView

_API_USER: Final = "api"  # who asked, when somebody posts to /images
_OPENING_USD: Final = Decimal(5_000)  # what billing told the service to count down from: a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one request came to: `shown` or `failure`, and its record."""

    outcome: Outcome
    shown: Shown | None = None
    failure: ServiceFailure | None = None


class ServiceServer:
    """The service that calls Ideogram, and the people who use it.

    Attributes:
        url: The address without a trailing slash, once entered.
        log: What it logged, newest last.
        store: Its pictures.
        is_hidden: Nobody can see how it does: its health and metrics are gone (404).
    """

    def __init__(
        self,
        *,
        ideogram_url: str,
        pods: Callable[[], Sequence[PodView]],
        users: int = 3,
        think_seconds: float = 1.0,
        limits: Limits | None = None,
        picture_url: str | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        """Prepare the service.

        Args:
            ideogram_url: Without a trailing slash.
            pods: The pods of its Deployment right now; asked before each request.
            users: How many pretend users there are; 0 for none.
            think_seconds: Their mean pause between two requests.
            limits: Timeouts, retries and so on.
            picture_url: Where pictures may be fetched besides Ideogram's hosts; None: from the API.
            resolver: Who knows Ideogram's name; None: the system.
        """
        self.url = ""
        self.log: deque[LogLine] = empty_log()
        self.store = PictureStore()
        self.is_hidden = False
        self._ideogram_url = ideogram_url
        self._pods = pods
        self._users = users
        self._think_seconds = think_seconds
        self._limits = limits or Limits()
        self._picture_url = picture_url or ideogram_url
        self._resolver = resolver
        self._metrics = Metrics(_OPENING_USD)
        self._outcomes = Outcomes()
        self._stack = contextlib.AsyncExitStack()
        self._entered: Gateway | None = None

    @property
    def outcomes(self) -> deque[Outcome]:
        """What users got, oldest first; the newest 2,000."""
        return self._outcomes.newest

    @property
    def counters(self) -> Counter[str]:
        """Pictures, placeholders and errors since the start, by kind."""
        return self._outcomes.counters

    def summary(self, window_seconds: float = 15) -> Summary:
        """Sum up what users got in the last `window_seconds`."""
        return self._outcomes.summary(window_seconds)

    def subscribe(self) -> contextlib.AbstractAsyncContextManager[asyncio.Queue[dict[str, object]]]:
        """Yield a queue of `{"type": "outcome", ...}` with all that users get from now on."""
        return self._outcomes.subscribe()

    @property
    def most_at_once(self) -> int:
        """How many requests its ready pods may send to Ideogram at a time, all together."""
        asking = [one for one in self._gateway.switches() if not one.serves_placeholders]
        return sum(one.concurrency for one in asking)

    def health(self) -> dict[str, object]:
        """Return what `GET /health` answers."""
        return health(self._gateway.switches(), reversed(self.outcomes))

    async def ask(self, user: str, prompt: object, call: Call) -> Reply:
        """Ask for a picture as `user`, and wait no longer than a person would."""
        started = time.monotonic()
        pod, shown, failure = None, None, None
        try:
            application = self._gateway.pick()
            pod = application.pod_name
            async with asyncio.timeout(self._limits.patience_seconds):
                shown = await application.picture(prompt, call)
        except ServiceFailure as error:
            failure = error
        except TimeoutError:
            waited = f"Gave up after {self._limits.patience_seconds:g} s"
            failure = ServiceFailure(Reason.GAVE_UP, 504, waited)
        outcome = _outcome(user, pod, shown, failure, time.monotonic() - started)
        self._outcomes.record(outcome)
        return Reply(outcome=outcome, shown=shown, failure=failure)

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            http = await stack.enter_async_context(self._client())
            shared = Shared(
                http=http,
                ideogram_url=self._ideogram_url,
                picture_url=self._picture_url,
                limits=self._limits,
                metrics=self._metrics,
                store=self.store,
                log=self.log,
            )
            self._entered = Gateway(self._pods, shared)
            await self._listen(stack)
            await self._admit_users(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def _gateway(self) -> Gateway:
        if self._entered is None:
            raise RuntimeError("enter the service first")
        return self._entered

    def _client(self) -> aiohttp.ClientSession:
        """Open a client that keeps neither connections nor names: each request pays for its own.

        Many clients are like that, and one that is not would feel a slow resolver only later.
        """
        connector = aiohttp.TCPConnector(
            resolver=self._resolver, use_dns_cache=False, force_close=self._resolver is not None
        )
        return aiohttp.ClientSession(connector=connector)

    async def _listen(self, stack: contextlib.AsyncExitStack) -> None:
        app = web.Application()
        app.router.add_get("/health", self._get_health)
        app.router.add_get("/metrics", self._get_metrics)
        app.router.add_post("/images", self._post_image)
        app.router.add_get("/images/{name}", self._get_image)
        app.router.add_get(PLACEHOLDER_PATH, self._get_placeholder)
        listener = await stack.enter_async_context(Listener(app, shutdown_seconds=1))
        self.url = listener.url

    async def _admit_users(self, stack: contextlib.AsyncExitStack) -> None:
        group = await stack.enter_async_context(asyncio.TaskGroup())
        for name in people.names(self._users):
            task = group.create_task(people.use(name, self.ask, self._think_seconds))
            stack.callback(task.cancel)

    async def _get_health(self, _: web.Request) -> web.Response:
        if self.is_hidden:
            raise web.HTTPNotFound
        # 503 only when nobody could have answered; else a probe of Kubernetes would kill pods.
        return web.json_response(self.health(), status=200 if self._gateway.switches() else 503)

    async def _get_metrics(self, _: web.Request) -> web.Response:
        if self.is_hidden:
            raise web.HTTPNotFound
        return web.Response(text=self._metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    async def _post_image(self, request: web.Request) -> web.Response:
        try:
            body = json.loads(await request.text())
        except ValueError:
            body = None
        if not isinstance(body, dict) or body.get("call", "legacy") not in get_args(Call):
            return web.json_response({"error": 'Send {"prompt": "..."}'}, status=400)
        call = cast("Call", body.get("call", "legacy"))
        reply = await self.ask(_API_USER, body.get("prompt"), call)
        return _response(reply)

    async def _get_image(self, request: web.Request) -> web.Response:
        stored = self.store.find(request.match_info["name"])
        if stored is None:
            raise web.HTTPNotFound
        return web.Response(body=stored.content, content_type="image/png")

    async def _get_placeholder(self, _: web.Request) -> web.Response:
        return web.Response(text=PLACEHOLDER_SVG, content_type="image/svg+xml")


def _response(reply: Reply) -> web.Response:
    if reply.failure is not None:
        body = {"error": reply.failure.detail, "reason": reply.failure.reason}
        return web.json_response(body, status=reply.failure.status)
    shown = cast("Shown", reply.shown)
    return web.json_response(
        {"url": shown.path, "seed": shown.seed, "fallback": shown.is_placeholder}
    )


def _outcome(
    user: str,
    pod: str | None,
    shown: Shown | None,
    failure: ServiceFailure | None,
    seconds: float,
) -> Outcome:
    kind: Kind = "error"
    if shown is not None:
        kind = "placeholder" if shown.is_placeholder else "picture"
    end = failure or shown
    return Outcome(
        at=time.time(),
        kind=kind,
        detail=end.detail if end else "",
        user=user,
        status=failure.status if failure else 200,
        seconds=seconds,
        reason=end.reason if end else None,
        path=shown.path if shown else None,
        pod=pod,
    )
