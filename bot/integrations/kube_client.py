"""Raw JSON to and from API servers: the only importer of the kubernetes package.

Only its authentication and transport are used: its typed models drop fields that they do not
know. No body is ever logged: Secrets pass through here.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import aiohttp
import structlog
import yaml
from kubernetes.aio import config
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration

from bot.domain.errors import MissingError, TemporaryError, UnavailableError, UnseenError
from bot.integrations.http_body import parse
from bot.integrations.kube_ask import JSON, ApiServers, KubeAnswer, KubeAsk
from bot.ports import Clock

# Credentials of a kubeconfig may end (EKS: 15 min); read again at a 401, but not in a loop.
CREDENTIALS_LAST_AT_LEAST: Final = timedelta(seconds=30)
# Two thousand pods of one Deployment; a bound, no measurement.
ANSWER_MAX_BYTES: Final = 32 * 1024 * 1024
_DEFAULT_KUBECONFIG: Final = "~/.kube/config"  # the package expands the home folder
_UNAUTHORIZED: Final = 401

log = structlog.get_logger()


@dataclass(slots=True, eq=False)
class _Client:
    api: ApiClient
    made_at: timedelta
    open_requests: int = 0
    is_closed: bool = False

    async def close(self) -> None:
        self.is_closed = True
        await self.api.close()  # type: ignore[no-untyped-call]  # the package leaves it untyped


@dataclass(frozen=True, slots=True, kw_only=True)
class KubeClients(ApiServers):
    """One client per context, made at its first use.

    Attributes:
        kubeconfig: Path, or several joined as in `KUBECONFIG`; None means in-cluster, and outside
            of one the usual file of the home folder.
        timeout: Of one request.
    """

    clock: Clock
    kubeconfig: str | None = None
    timeout: timedelta = timedelta(seconds=10)
    _clients: dict[str | None, _Client] = field(default_factory=dict)
    _outdated: set[_Client] = field(default_factory=set)  # closed when their last request ends
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def aclose(self) -> None:
        """Close all connections; requests that are still open fail."""
        closing = [*self._clients.values(), *self._outdated]
        self._clients.clear()
        self._outdated.clear()
        for client in closing:
            await client.close()

    async def request(self, ask: KubeAsk) -> KubeAnswer:
        """Send one request; it is repeated only after a 401 that new credentials may cure.

        Raises:
            UnavailableError: Not reached, or no answer within the timeout.
            UnseenError: The same after a change was sent.
            MissingError: There is no such context, or no cluster at all.
        """
        async with self._held(ask.context) as client:
            answer = await self._once(client, ask)
        if answer.status == _UNAUTHORIZED and await self._renew(ask.context, client):
            async with self._held(ask.context) as client:
                return await self._once(client, ask)
        return answer

    async def _once(self, client: _Client, ask: KubeAsk) -> KubeAnswer:
        async with _open(client, ask, self.timeout) as response:
            raw = await _bounded(response.content, ask)
        log.debug("cluster.asked", verb=ask.verb, path=ask.path, status=response.status)
        return KubeAnswer(response.status, _document(raw))

    async def lines(self, ask: KubeAsk, *, within: timedelta) -> AsyncGenerator[Mapping[str, Any]]:
        """Send a watch and yield its events until it ends, or `within` is over.

        An answer that is no watch is yielded as an event of type ERROR.

        Raises:
            UnavailableError: The connection could not be made, or broke.
        """
        ends = self.clock.monotonic() + within
        async with (
            self._held(ask.context) as client,
            _open(client, ask, within + self.timeout) as response,
        ):
            content = response.content
            while (left := ends - self.clock.monotonic()) > timedelta(0):
                try:
                    line = await asyncio.wait_for(content.readline(), left.total_seconds())
                except TimeoutError:
                    return
                if not line:
                    return
                event = _document(line)
                is_event = response.status == 200 and "type" in event  # noqa: PLR2004  HTTP
                yield event if is_event else {"type": "ERROR", "object": event}

    @asynccontextmanager
    async def _held(self, context: str | None) -> AsyncIterator[_Client]:
        async with self._making:
            if context not in self._clients:
                made = await self._made(context)
                self._clients[context] = _Client(made, self.clock.monotonic())
            client = self._clients[context]
            client.open_requests += 1
        try:
            yield client
        finally:
            client.open_requests -= 1
            await self._close_unused()

    async def _renew(self, context: str | None, refused: _Client) -> bool:
        """Take the client out of use whose credentials were refused; False forbids a new one."""
        async with self._making:
            if self._clients.get(context) is not refused:
                return True  # another request was refused earlier and has done it
            if self.clock.monotonic() - refused.made_at < CREDENTIALS_LAST_AT_LEAST:
                return False
            self._outdated.add(self._clients.pop(context))
        await self._close_unused()
        return True

    async def _close_unused(self) -> None:
        unused = [client for client in self._outdated if not client.open_requests]
        self._outdated.difference_update(unused)
        for client in unused:
            await client.close()

    async def _made(self, context: str | None) -> ApiClient:
        if self.kubeconfig is None and context is None:
            configuration = _in_cluster()
            if configuration is not None:
                return ApiClient(configuration)
        configuration = Configuration()
        try:
            await config.load_kube_config(  # type: ignore[no-untyped-call]  # the package leaves it untyped
                config_file=self.kubeconfig or _DEFAULT_KUBECONFIG,
                context=context,
                client_configuration=configuration,
                persist_config=False,  # the file belongs to a person
            )
            return ApiClient(configuration)  # reads certificates
        except _BAD_CONFIG as error:
            named = f"context {context} of " if context else ""
            raise MissingError(
                f"no cluster: {named}the kubeconfig cannot be used ({type(error).__name__}). "
                "Set KUBECONFIG, or run in a cluster with a service account"
            ) from error


def _in_cluster() -> Configuration | None:
    configuration = Configuration()
    try:
        config.load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]  # the package leaves it untyped
    except config.ConfigException:  # not inside a cluster: as kubectl, the usual file
        return None
    return configuration


# A kubeconfig is written by hand; the package answers a malformed one with any of these.
_BAD_CONFIG: Final = (
    config.ConfigException,
    yaml.YAMLError,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
)


@asynccontextmanager
async def _open(
    client: _Client, ask: KubeAsk, within: timedelta
) -> AsyncIterator[aiohttp.ClientResponse]:
    verb, url, headers, body, _ = await client.api.param_serialize(
        ask.verb,
        ask.path,
        query_params=list(ask.query),
        body=ask.body,
        auth_settings=["BearerToken"],
        header_params={"Accept": JSON, "Content-Type": ask.content_type},
    )
    try:
        answer = await client.api.call_api(
            verb, url, headers, body, _request_timeout=within.total_seconds()
        )
        response: aiohttp.ClientResponse = answer.response
        async with response:
            yield response
    except aiohttp.ClientConnectorError as error:
        raise UnavailableError(f"the API server cannot be reached: {_why(error)}") from error
    except TimeoutError as error:
        seconds = within.total_seconds()
        raise _no_answer(ask, f"did not answer in {seconds:g} s") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise _no_answer(ask, f"broke the connection ({type(error).__name__})") from error
    except (AssertionError, RuntimeError, asyncio.CancelledError) as error:
        if not _is_of_closing(error, client):
            raise
        raise _no_answer(ask, "did not answer before its connections were closed here") from error


def _is_of_closing(error: BaseException, client: _Client) -> bool:
    # A closed aiohttp session fails an assertion of its own in a request that was about to
    # connect, and cancels what resolves a name or waits for a free connection.
    if not isinstance(error, asyncio.CancelledError):
        return client.is_closed
    task = asyncio.current_task()
    return client.is_closed and task is not None and not task.cancelling()


async def _bounded(content: aiohttp.StreamReader, ask: KubeAsk) -> bytes:
    read = bytearray()
    async for piece in content.iter_any():
        read += piece
        if len(read) > ANSWER_MAX_BYTES:
            raise _no_answer(ask, f"sent more than {ANSWER_MAX_BYTES // 1024**2} MiB")
    return bytes(read)


def _document(raw: bytes) -> Mapping[str, Any]:
    found = parse(raw)
    return found if isinstance(found, dict) else {}


def _no_answer(ask: KubeAsk, what: str) -> TemporaryError:
    if ask.changes:
        return UnseenError(f"the API server {what}: the change may have taken effect")
    return UnavailableError(f"the API server {what}")


def _why(error: aiohttp.ClientConnectorError) -> str:
    place = f"{error.host}:{error.port}"
    if isinstance(error.os_error, socket.gaierror):
        return f"the name of {place} does not resolve"
    if isinstance(error.os_error, ssl.SSLError):  # its number is OpenSSL's, no errno
        return f"{_tls_trouble(error.os_error)} at {place}"
    # asyncio's own text holds a Python tuple, and of several addresses a list of errors.
    number = error.os_error.errno
    why = os.strerror(number).lower() if number else "no connection"
    return f"{why} at {place}"


def _tls_trouble(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message.rstrip('.')}"
    reason = (error.reason or "no reason given").replace("_", " ").lower()
    return f"TLS failed ({reason})"
