"""Outbound HTTP: one request, measured phase by phase, and what was seen of its answer.

The only importer of httpx. A failed request is an answer here, no exception. Bodies are never
logged: prompts and signed URLs are in them.
"""

import asyncio
import logging
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

import httpx

from bot.domain.answer import Exchange, Failure, Phase
from bot.integrations.addresses import (
    Resolve,
    goes_through_proxy,
    has_proxies,
    in_turn,
    is_address,
    system_resolve,
)
from bot.integrations.http_ask import Ask, Reply
from bot.integrations.http_body import parse, read_bounded
from bot.integrations.http_progress import Progress
from bot.ports import Clock

BODY_MAX_BYTES: Final = 64 * 1024
# One address of several may lead nowhere (IPv6 without a route); the last one gets all the time.
TRY_NEXT_ADDRESS_AFTER: Final = timedelta(seconds=2)
_NOBODY: Final = "http://127.0.0.1:9/"  # the discard service, which nobody runs any more
_NOBODY_WITHIN: Final = timedelta(seconds=1)
_PORTS: Final = {"http": 80, "https": 443}
_TLS: Final = (ssl.SSLObject, ssl.SSLSocket)
_HEADERS: Final = {
    "User-Agent": "ideogram-incident-bot",
    "Accept": "application/json, */*",
    "Accept-Encoding": "identity",  # bodies are small, and bounded after unpacking
}


class _AddressRefusedError(Exception):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Http:
    """Sends requests. Connections are not kept: every request measures all its phases.

    Attributes:
        direct: Connects to addresses that we resolved, so that what was admitted is what is
            connected to.
        proxied: Used for hosts that the environment (`HTTPS_PROXY`, `NO_PROXY`) sends through a
            proxy, which resolves then; None when it names none.
    """

    clock: Clock
    direct: httpx.AsyncClient
    proxied: httpx.AsyncClient | None
    resolve: Resolve = system_resolve

    @classmethod
    def open(
        cls,
        clock: Clock,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        resolve: Resolve = system_resolve,
        trust: ssl.SSLContext | None = None,
    ) -> Self:
        """Make a client.

        Args:
            clock: For durations.
            transport: Takes the place of the network, for tests.
            resolve: Takes the place of the resolver, for tests.
            trust: Whom to trust; None trusts the usual authorities (`SSL_CERT_FILE` names others).
        """
        for name in ("httpx", "httpcore"):
            # They log whole URLs, and a signed URL is a capability.
            logging.getLogger(name).setLevel(logging.WARNING)
        context = trust or httpx.create_ssl_context()

        def client(*, trust_env: bool) -> httpx.AsyncClient:
            return httpx.AsyncClient(
                verify=context,
                transport=transport,
                trust_env=trust_env,
                timeout=None,  # noqa: S113  one total timeout around each request instead
                headers=_HEADERS,
                limits=httpx.Limits(max_keepalive_connections=0),
            )

        needs_proxy = transport is None and has_proxies()
        return cls(
            clock=clock,
            direct=client(trust_env=False),
            proxied=client(trust_env=True) if needs_proxy else None,
            resolve=resolve,
        )

    async def prepare(self) -> None:
        """Send one request to where nobody listens: what sends requests is read at the first."""
        await self.exchange(Ask(method="GET", url=_NOBODY), timeout=_NOBODY_WITHIN)

    async def aclose(self) -> None:
        """Close what is open."""
        await self.direct.aclose()
        if self.proxied is not None:
            await self.proxied.aclose()

    async def exchange(self, ask: Ask, *, timeout: timedelta) -> Exchange:  # noqa: ASYNC109  it is a measurement
        """Send a request and read its document."""
        reply = await self.fetch(ask, timeout=timeout, max_bytes=BODY_MAX_BYTES)
        return replace(reply.exchange, body=parse(reply.content))

    async def fetch(self, ask: Ask, *, timeout: timedelta, max_bytes: int) -> Reply:  # noqa: ASYNC109  it is a measurement
        """Send a request and read its bytes. Nothing is repeated, no redirect is followed."""
        attempt = _Attempt(ask, Progress.start(self.clock))
        try:
            async with asyncio.timeout(timeout.total_seconds()):
                return await self._fetch(attempt, max_bytes)
        except _AddressRefusedError:
            return Reply(attempt.seen(Failure.REFUSED), refused_address=True)
        except (TimeoutError, httpx.TimeoutException):
            return Reply(attempt.seen(Failure.TIMED_OUT))
        except (httpx.HTTPError, httpx.InvalidURL, zlib.error, OSError, UnicodeError) as error:
            return Reply(attempt.seen(_failure(error, attempt.progress)))
        finally:
            await attempt.progress.release()

    async def _fetch(self, attempt: "_Attempt", max_bytes: int) -> Reply:
        response = await self._send(attempt)
        try:
            attempt.heard(response)
            content, is_cut = await read_bounded(
                _chunks(response),
                encoding=response.headers.get("content-encoding", ""),
                max_bytes=max_bytes,
            )
        finally:
            await response.aclose()
        attempt.progress.end()
        return Reply(
            attempt.seen(None), content, is_cut, location=_location(attempt.ask.url, response)
        )

    async def _send(self, attempt: "_Attempt") -> httpx.Response:
        url = httpx.URL(attempt.ask.url)
        if self.proxied is not None and goes_through_proxy(url.scheme, url.host):
            attempt.progress.skip_to(Phase.CONNECT)
            return await self.proxied.send(attempt.request(self.proxied, url), stream=True)
        *earlier, last = await self._addresses(url, attempt)
        attempt.progress.begin(Phase.CONNECT)
        for address in earlier:
            request = attempt.request(self.direct, url, address, TRY_NEXT_ADDRESS_AFTER)
            try:
                return await self.direct.send(request, stream=True)
            except httpx.ConnectTimeout:
                continue
            except httpx.ConnectError:
                if attempt.progress.phase is not Phase.CONNECT:
                    raise
        return await self.direct.send(attempt.request(self.direct, url, last), stream=True)

    async def _addresses(self, url: httpx.URL, attempt: "_Attempt") -> Sequence[str]:
        if is_address(url.host):
            attempt.progress.skip_to(Phase.CONNECT)
            found: Sequence[str] = [url.host]
        else:
            found = await self.resolve(url.host, url.port or _PORTS.get(url.scheme, 443))
        admit = attempt.ask.admit
        admitted = [one for one in found if admit is None or admit(one)]
        if found and not admitted:
            raise _AddressRefusedError
        if not admitted:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        return in_turn(admitted)


@dataclass(slots=True)
class _Attempt:
    ask: Ask
    progress: Progress
    status: int | None = None
    request_id: str | None = None
    certificate_days: int | None = None

    def request(
        self,
        client: httpx.AsyncClient,
        url: httpx.URL,
        address: str | None = None,
        connect_within: timedelta | None = None,
    ) -> httpx.Request:
        headers = dict(self.ask.headers)
        extensions: dict[str, Any] = {"trace": self.progress.trace}
        if address is not None:
            headers["Host"] = url.netloc.decode("ascii")
            extensions["sni_hostname"] = url.host  # the certificate is checked against the name
            url = url.copy_with(host=address)
        connect = None if connect_within is None else connect_within.total_seconds()
        return client.build_request(
            self.ask.method,
            url,
            headers=headers,
            json=self.ask.json,
            timeout=httpx.Timeout(None, connect=connect),
            extensions=extensions,
        )

    def heard(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.request_id = _request_id(response, self.ask)
        self.certificate_days = _certificate_days(response, self.progress.clock.now())
        self.progress.sent = True
        self.progress.begin(Phase.BODY)

    def seen(self, failure: Failure | None) -> Exchange:
        return Exchange(
            endpoint=f"{self.ask.method} {_path(self.ask.url)}",
            status=self.status,
            body=None,
            failure=failure,
            phase=self.progress.phase,
            latency=self.progress.latency,
            phases=tuple(self.progress.ended),
            request_id=self.request_id,
            sent=self.progress.sent,
            certificate_days=self.certificate_days,
        )


def _chunks(response: httpx.Response) -> AsyncIterator[bytes]:
    # Not aiter_bytes: it unpacks a whole chunk before anybody can say stop.
    stream = response.stream
    if not isinstance(stream, httpx.AsyncByteStream):
        raise httpx.StreamError("not an asynchronous answer")
    return stream.__aiter__()


def _failure(error: Exception, progress: Progress) -> Failure:
    if isinstance(error.__cause__, socket.gaierror) or progress.phase is Phase.DNS:
        return Failure.DNS
    if isinstance(error, httpx.ProxyError):
        return Failure.REFUSED
    if isinstance(error, httpx.ConnectError):
        return Failure.TLS if progress.phase is Phase.TLS else Failure.REFUSED
    is_local = isinstance(error, httpx.LocalProtocolError | httpx.InvalidURL | UnicodeError)
    progress.sent = progress.sent or not is_local
    return Failure.BROKEN


def _path(url: str) -> str:
    try:
        return httpx.URL(url).path
    except httpx.InvalidURL:
        return "/"


def _location(url: str, response: httpx.Response) -> str | None:
    if not response.has_redirect_location:
        return None
    return str(httpx.URL(url).join(response.headers["location"]))


def _request_id(response: httpx.Response, ask: Ask) -> str | None:
    found: str = response.headers.get("x-request-id", "")
    if any(sent in found for sent in ask.headers.values()):
        return None  # of headers we choose only the key, and none of its echoes may be shown
    return found[:128] if found and found.isascii() and found.isprintable() else None


def _certificate_days(response: httpx.Response, now: datetime) -> int | None:
    stream = response.extensions.get("network_stream")
    tls = None if stream is None else stream.get_extra_info("ssl_object")
    ends = (tls.getpeercert() or {}).get("notAfter") if isinstance(tls, _TLS) else None
    if not isinstance(ends, str):
        return None
    return (datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) - now).days
