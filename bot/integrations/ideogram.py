"""Ideogram's API: the exact requests that probes make, one per method.

Source of paths and fields: https://api.ideogram.ai/openapi.json, read 2026-11-20.
"""

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from bot.domain.answer import ApiKey, Exchange, SecretText
from bot.domain.classes import is_success
from bot.domain.errors import NoPictureError, PermanentError
from bot.domain.ledger import Usage
from bot.domain.money import Canary
from bot.domain.service import Call
from bot.integrations.addresses import is_address, is_public
from bot.integrations.http import Http
from bot.integrations.http_ask import Ask, Reply
from bot.integrations.http_body import parse
from bot.integrations.usage import USAGE_MAX_BYTES, USAGE_PATH, query, read_usage

PROMPT: Final = "a blue dot"  # harmless, and never a user's
JWKS_PATH: Final = "/v1/.well-known/jwks.json"
GENERATE_PATHS: Final = {Call.LEGACY: "/generate", Call.V3: "/v1/ideogram-v3/generate"}
PICTURE_MAX_BYTES: Final = 20 * 1024 * 1024  # far above any picture; a bound, no measurement
MAX_REDIRECTS: Final = 3
_HTTPS_PORT: Final = 443
_HTTP_PORT: Final = 80
_MAGIC: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeogramApi:
    """The provider, over HTTP.

    Attributes:
        url: Base of the API.
        quote_path: An operation that is known to honour `dry_run`.
        image_hosts: Hosts that pictures may come from; `*.` stands for any host below. An entry
            with a port (`127.0.0.1:8766`) is taken literally, plain http included.
        timeout, generate_timeout: Of one request.
    """

    http: Http
    url: str
    quote_path: str
    image_hosts: tuple[str, ...]
    canary: Canary = field(default_factory=Canary)
    timeout: timedelta = timedelta(seconds=10)
    generate_timeout: timedelta = timedelta(seconds=55)

    @property
    def host(self) -> str:
        """Name the API host."""
        return urlsplit(self.url).hostname or ""

    async def keyless(self) -> Exchange:
        """Ask for the public keys of webhooks, which need no key of ours."""
        return await self.http.exchange(
            Ask(method="GET", url=self._at(JWKS_PATH)), timeout=self.timeout
        )

    async def quote(self, key: ApiKey) -> Exchange:
        """Ask for a price, with the smallest body: v2 ignores what it does not know."""
        ask = self._post(f"{self.quote_path}?dry_run=true", key, {"prompt": PROMPT})
        return await self.http.exchange(ask, timeout=self.timeout)

    async def generate(self, call: Call, key: ApiKey) -> Exchange:
        """Have one image made."""
        ask = self._post(GENERATE_PATHS[call], key, canary_request(call, self.canary))
        return await self.http.exchange(ask, timeout=self.generate_timeout)

    async def usage(self, key: ApiKey, since: datetime, until: datetime) -> Usage:
        """Read what the account was charged."""
        asked = query(since, until)
        if asked is None:
            return Usage(why_not="usage goes back 92 days only")
        ask = Ask(
            method="GET",
            url=self._at(f"{USAGE_PATH}?{asked}"),
            headers={"Api-Key": key.secret.value},
        )
        reply = await self.http.fetch(ask, timeout=self.timeout, max_bytes=USAGE_MAX_BYTES)
        return read_usage(replace(reply.exchange, body=parse(reply.content)))

    async def picture(self, url: SecretText) -> Exchange:
        """Fetch a picture, following redirects to listed hosts only.

        Behind a proxy the names are resolved there, so only the list of hosts protects.
        """
        left = self.timeout
        target = url.value
        for _ in range(MAX_REDIRECTS + 1):
            reply = await self._fetch_picture(target, left)
            left -= reply.exchange.latency
            if reply.location is None or left <= timedelta(0):
                return replace(_seen(reply), latency=self.timeout - left)
            target = reply.location
        raise NoPictureError(f"the picture is redirected more than {MAX_REDIRECTS} times")

    async def _fetch_picture(self, url: str, timeout: timedelta) -> Reply:  # noqa: ASYNC109  it is a measurement
        is_literal = self._is_listed(url)
        ask = Ask(method="GET", url=url, admit=None if is_literal else is_public)
        reply = await self.http.fetch(ask, timeout=timeout, max_bytes=PICTURE_MAX_BYTES)
        if reply.refused_address:
            raise PermanentError(
                f"{_parts(url).hostname} is a private address here; pictures are fetched from "
                "public ones, or from a host:port named literally in image_hosts"
            )
        return reply

    def _is_listed(self, url: str) -> bool:
        """Tell whether a host stands on the list with its port, which admits any address.

        Raises:
            NoPictureError: It would have to be asked without TLS.
            PermanentError: It does not stand there at all.
        """
        parts = _parts(url)
        host = parts.hostname or ""
        if _with_port(parts) in self.image_hosts:
            return True
        if is_address(host) and not is_public(host):
            raise PermanentError(f"the picture lies on {host}, which is a private address")
        if not any(_matches(host, listed) for listed in self.image_hosts):
            raise PermanentError(f"the picture lies on {host[:100]}: add it to image_hosts")
        if parts.scheme != "https" or _port(parts) != _HTTPS_PORT:
            raise NoPictureError(f"the picture on {host} is not offered by https on its usual port")
        return False

    def _at(self, path: str) -> str:
        return self.url.rstrip("/") + path

    def _post(self, path: str, key: ApiKey, body: Mapping[str, Any]) -> Ask:
        # Bearer tokens belong to the web login; API keys have a header of their own.
        headers = {"Api-Key": key.secret.value}
        return Ask(method="POST", url=self._at(path), headers=headers, json=body)


def canary_request(call: Call, canary: Canary) -> Mapping[str, Any]:
    """Build the body of a paid request: one image, the prompt as it stands."""
    match call:
        case Call.LEGACY:
            return {
                "image_request": {
                    "prompt": PROMPT,
                    "model": canary.legacy_model,
                    "aspect_ratio": "ASPECT_1_1",
                    "magic_prompt_option": "OFF",
                    "num_images": 1,
                }
            }
        case Call.V3:
            return {
                "prompt": PROMPT,
                "rendering_speed": canary.v3_speed,
                "magic_prompt": "OFF",
                "aspect_ratio": "1x1",
                "num_images": 1,
            }


def is_picture(content: bytes) -> bool:
    """Tell by the first bytes whether this is a PNG, a JPEG or a WebP."""
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return is_webp or content.startswith(_MAGIC)


def _seen(reply: Reply) -> Exchange:
    exchange = reply.exchange
    if exchange.failure is not None or not is_success(exchange.status):
        return exchange
    body = {"bytes": len(reply.content), "is_picture": is_picture(reply.content)}
    return replace(exchange, body=body)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for a port that is no number
    except ValueError as error:
        raise NoPictureError("the answer holds no URL that can be fetched") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise NoPictureError("the answer holds no URL that can be fetched")
    if parts.username is not None:
        raise NoPictureError("the picture's URL names a user, which none of theirs does")
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port or (_HTTPS_PORT if parts.scheme == "https" else _HTTP_PORT)


def _with_port(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return f"[{host}]:{_port(parts)}" if ":" in host else f"{host}:{_port(parts)}"


def _matches(host: str, listed: str) -> bool:
    return ":" not in listed and fnmatch.fnmatchcase(host.lower(), listed.lower())
