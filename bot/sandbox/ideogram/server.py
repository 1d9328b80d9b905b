"""The pretend Ideogram as one HTTP server on loopback: routes, keys, headers, faults.

It answers as the facts of this project say the real one does; what is unverified there is kept out
of the way or simple here. Its pictures and its status page stand on the same port.
"""

import asyncio
import base64
import secrets
import time
import uuid
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Final, Self

from aiohttp import web

from bot.sandbox.ideogram import faults
from bot.sandbox.ideogram.account import Account
from bot.sandbox.ideogram.answers import MAX_INFLIGHT_REQUESTS, Refusal, not_found, problem
from bot.sandbox.ideogram.faults import FAULTS
from bot.sandbox.ideogram.generations import JITTER, Generations
from bot.sandbox.ideogram.orders import legacy_order, v2_order, v3_order
from bot.sandbox.ideogram.pictures import PATH as PICTURES_PATH
from bot.sandbox.ideogram.pictures import UrlSigner
from bot.sandbox.ideogram.prices import LEGACY_USD, quote
from bot.sandbox.ideogram.status_page import summary
from bot.sandbox.listener import Listener

_REQUESTS_KEPT: Final = 5000  # newest
_PICTURE_LIFETIME_SECONDS: Final = 3600.0  # no lifetime is documented: readers must look at `exp`
_STATUS_LAG_SECONDS: Final = 20.0  # status pages are written by people, and late
_TITLES: Final = {403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"}

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request that was answered.

    Attributes:
        path: Without the query: a signed URL stays out of records.
        dry_run: Only a price was asked for.
        seconds: From its arrival to its answer.
        at: Unix seconds of its arrival.
    """

    method: str
    path: str
    status: int
    dry_run: bool
    request_id: str
    seconds: float
    at: float


class IdeogramServer:
    """A pretend Ideogram.

    Attributes:
        key: The accepted API key, random; `add_key` accepts more.
        fault: The fault that is set, None when all is well.
        requests: What was asked, oldest first; the newest 5,000. Aborted ones are not in it.
        requests_by_path: How often each path was asked; ids of pictures and generations are `{id}`.
    """

    def __init__(
        self, *, latency_seconds: float = 0.4, slow_seconds: float = 35.0, jitter: float = JITTER
    ) -> None:
        """Prepare a server.

        Args:
            latency_seconds: What one generation takes.
            slow_seconds: What it takes under the fault `slow`.
            jitter: Give or take this share of the latency; 0 for measurements.
        """
        self.requests: deque[Request] = deque(maxlen=_REQUESTS_KEPT)
        self.requests_by_path: Counter[str] = Counter()
        self.status_lag_seconds = _STATUS_LAG_SECONDS
        self._account = Account()
        self._signer = UrlSigner(_PICTURE_LIFETIME_SECONDS)
        self._generations = Generations(
            self._account, self._signer, lambda: self.url, latency_seconds
        )
        self._generations.slow_seconds = slow_seconds
        self._generations.jitter = jitter
        self._fault_since = 0.0
        self._jwks = _jwks()
        self._said: dict[str, tuple[int, Mapping[str, object] | str]] = {}
        # A client that gives up frees its place in flight.
        self._listener = Listener(self._application(), handler_cancellation=True)

    @property
    def url(self) -> str:
        """The address without a trailing slash; the port stays the same while unreachable."""
        return self._listener.url

    @property
    def key(self) -> str:
        """The first accepted API key."""
        return self._account.key

    @property
    def spent(self) -> Decimal:
        """USD billed for pictures so far."""
        return self._account.spent

    def spent_with(self, key: str) -> Decimal:
        """Sum up the USD billed for pictures that were asked for with this key."""
        return self._account.spent_with(key)

    @property
    def inflight(self) -> int:
        """Generations being worked on right now."""
        return self._account.inflight

    @property
    def fault(self) -> str | None:
        """The name of the fault that is set."""
        return self._generations.fault

    def crowd(self, requests_at_once: Callable[[], int]) -> None:
        """Under the fault `rate-limited`, refuse only while this is above the account's limit."""
        self._generations.is_crowded = lambda: requests_at_once() > MAX_INFLIGHT_REQUESTS

    def add_key(self, key: str) -> None:
        """Accept another key of the same account."""
        self._account.add_key(key)

    def revoke(self, *keys: str) -> None:
        """Refuse these keys until the next `set_fault`; the others stay accepted."""
        self._account.revoke(keys)

    def say(self, path: str, status: int, body: Mapping[str, object] | str = "") -> None:
        """Answer a path with this, whatever is asked, until the next `set_fault`.

        Args:
            path: Without the query.
            status: HTTP status, 200-599.
            body: JSON object, HTML text, or nothing.
        """
        self._said[path] = status, body

    async def set_fault(self, name: str | None) -> None:
        """Break the server, or repair it; takes effect at once.

        Args:
            name: A key of `FAULTS`; replaces the fault before it. None repairs (and tops up).

        Raises:
            ValueError: There is no such fault.
        """
        if name is not None and name not in FAULTS:
            raise ValueError(f"unknown fault {name!r}: one of {', '.join(FAULTS)}")
        self._generations.fault = name
        self._fault_since = time.monotonic()
        self._said.clear()
        self._account.restore_keys()
        if name == faults.KEY_REVOKED:
            self._account.revoke_key_in_use()
        self._account.paused = name == faults.BALANCE_ZERO
        if name == faults.UNREACHABLE:
            await self._listener.close()
        else:
            await self._listener.reopen()

    async def __aenter__(self) -> Self:
        await self._listener.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._listener.__aexit__()

    def _application(self) -> web.Application:
        app = web.Application(middlewares=[self._answer])
        app.router.add_post("/generate", self._generate_legacy)
        app.router.add_post("/v1/ideogram-v3/generate", self._generate_v3)
        app.router.add_post("/v2/image/generate/{model}", self._generate_v2)
        app.router.add_get("/v2/generations/{id}", self._generation)
        app.router.add_get("/v2/account/usage", self._usage)
        app.router.add_get("/models", self._models)
        app.router.add_get("/v1/.well-known/jwks.json", self._keys)
        app.router.add_get(PICTURES_PATH + "{id}.png", self._picture)
        app.router.add_get("/api/v2/summary.json", self._summary)
        return app

    @web.middleware
    async def _answer(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        at, started = time.time(), time.monotonic()
        request_id = str(uuid.uuid4())
        try:
            said = self._said.get(request.path)
            response = Refusal(*said).response() if said else await handler(request)
        except Refusal as refusal:
            response = refusal.response()
        except web.HTTPException as error:
            title = _TITLES.get(error.status, error.reason)
            response = problem(error.status, title, f"{title}: {request.path}").response()
        response.headers["x-request-id"] = request_id
        self.requests_by_path[_counted_as(request)] += 1
        self.requests.append(
            Request(
                method=request.method,
                path=request.path,
                status=response.status,
                dry_run=_is_dry_run(request),
                request_id=request_id,
                seconds=time.monotonic() - started,
                at=at,
            )
        )
        return response

    def _authenticate(self, request: web.Request) -> str:
        return self._account.authenticate(request.headers.get("Api-Key"))

    async def _generate_legacy(self, request: web.Request) -> web.Response:
        key = self._authenticate(request)  # 401 before 400, as Connexion does
        order = await legacy_order(request)
        return web.json_response(await self._generations.run(key, request.path, order))

    async def _generate_v3(self, request: web.Request) -> web.Response:
        key = self._authenticate(request)
        order = await v3_order(request)
        return web.json_response(await self._generations.run(key, request.path, order))

    async def _generate_v2(self, request: web.Request) -> web.Response:
        key = self._authenticate(request)
        order = await v2_order(request)
        if _is_dry_run(request):
            return web.json_response(quote(order.model, order.unit_usd, order.images))
        return web.json_response(await self._generations.run_v2(key, request.path, order))

    async def _generation(self, request: web.Request) -> web.Response:
        self._authenticate(request)
        return web.json_response(self._generations.find(request.match_info["id"]))

    async def _usage(self, request: web.Request) -> web.Response:
        self._authenticate(request)
        query = request.query
        answer = self._account.usage(
            query.get("start_time", ""), query.get("end_time", ""), query.get("bucket_width", "1d")
        )
        return web.json_response(answer)

    async def _models(self, request: web.Request) -> web.Response:
        self._authenticate(request)
        return web.json_response({"data": [{"model_id": name} for name in LEGACY_USD]})

    async def _keys(self, _: web.Request) -> web.Response:
        return web.json_response(self._jwks)

    async def _picture(self, request: web.Request) -> web.Response:
        query = request.query
        picture_id = request.match_info["id"]
        status = self._signer.status(
            picture_id, query.get("exp", ""), query.get("sig", ""), time.time()
        )
        if status == HTTPStatus.OK and self.fault == faults.EXPIRED_URLS:
            status = HTTPStatus.GONE  # also for URLs handed out before the fault
        if status != HTTPStatus.OK:
            return web.Response(status=status)
        picture = self._generations.picture(picture_id)
        if picture is None:
            raise not_found("Picture not found.")
        content = await asyncio.to_thread(picture.png)  # tens of milliseconds of drawing
        return web.Response(body=content, content_type="image/png")

    async def _summary(self, _: web.Request) -> web.Response:
        seconds = time.monotonic() - self._fault_since
        lag = 0.0 if self.fault == faults.STATUS_RED else self.status_lag_seconds
        return web.json_response(summary(self.url, self.fault, seconds, lag))


def _counted_as(request: web.Request) -> str:
    resource = request.match_info.route.resource
    if resource is None:
        return "unknown"
    return resource.canonical if "{id}" in resource.canonical else request.path


def _is_dry_run(request: web.Request) -> bool:
    asked = request.query.get("dry_run", "").lower() in ("true", "1")
    return asked and request.path.startswith("/v2/")  # elsewhere unknown fields are ignored


def _jwks() -> dict[str, object]:
    public = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    kid = secrets.token_hex(8)
    return {"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": kid, "x": public}]}
