"""Raw JSON to and from API servers: the only importer of the kubernetes package.

Only its authentication and transport are used: its typed models drop fields that they do not
know. No body is ever logged: Secrets pass through here.
"""

import asyncio
import os
import socket
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


@dataclass(frozen=True, slots=True)
class _Client:
    api: ApiClient
    made_at: timedelta


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
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def aclose(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.api.close()  # type: ignore[no-untyped-call]  # the package leaves it untyped
        self._clients.clear()

    async def request(self, ask: KubeAsk) -> KubeAnswer:
        """Send one request; it is repeated only after a 401 that new credentials may cure.

        Raises:
            UnavailableError: Not reached, or no answer within the timeout.
            UnseenError: The same after a change was sent.
            MissingError: There is no such context, or no cluster at all.
        """
        answer = await self._once(ask)
        if answer.status == _UNAUTHORIZED and await self._renew(ask.context):
            return await self._once(ask)
        return answer

    async def _once(self, ask: KubeAsk) -> KubeAnswer:
        async with self._open(ask, self.timeout) as response:
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
        async with self._open(ask, within + self.timeout) as response:
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
    async def _open(self, ask: KubeAsk, within: timedelta) -> AsyncIterator[aiohttp.ClientResponse]:
        api = await self._client(ask.context)
        verb, url, headers, body, _ = await api.param_serialize(
            ask.verb,
            ask.path,
            query_params=list(ask.query),
            body=ask.body,
            auth_settings=["BearerToken"],
            header_params={"Accept": JSON, "Content-Type": ask.content_type},
        )
        try:
            answer = await api.call_api(
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

    async def _client(self, context: str | None) -> ApiClient:
        async with self._making:
            if context not in self._clients:
                made = await self._made(context)
                self._clients[context] = _Client(made, self.clock.monotonic())
            return self._clients[context].api

    async def _renew(self, context: str | None) -> bool:
        async with self._making:
            client = self._clients.get(context)
            if client is None:
                return True
            if self.clock.monotonic() - client.made_at < CREDENTIALS_LAST_AT_LEAST:
                return False
            del self._clients[context]
        await client.api.close()  # type: ignore[no-untyped-call]  # the package leaves it untyped
        return True

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
    # asyncio's own text holds a Python tuple, and of several addresses a list of errors.
    number = error.os_error.errno
    why = os.strerror(number).lower() if number else "no connection"
    return f"{why} at {place}"
