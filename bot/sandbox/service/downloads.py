"""Fetching a finished picture: from known hosts only, without the key, no bigger than agreed."""

from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from bot.sandbox.service.failures import Reason, ServiceFailure
from bot.sandbox.service.limits import Limits

_HOSTS: Final = frozenset({"ideogram.ai", "d2gu96o5zk2m7w.cloudfront.net"})
_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_CHUNK_BYTES: Final = 65_536


async def download(
    http: aiohttp.ClientSession, url: str, *, picture_url: str, limits: Limits
) -> bytes:
    """Fetch a picture.

    Args:
        http: Sends no key of its own: an image host must not see it.
        url: Signed; never shown or logged.
        picture_url: Its host and port may serve pictures too.
        limits: Timeout and size.

    Raises:
        ServiceFailure: DOWNLOAD when it cannot be had, is no PNG, too big, or elsewhere.
    """
    if not _is_allowed(url, picture_url):
        raise _failure("The picture is on an unknown host")
    timeout = aiohttp.ClientTimeout(total=limits.request_seconds)
    try:
        async with http.get(url, timeout=timeout, allow_redirects=False) as response:
            if response.status != HTTPStatus.OK:
                detail = f"The picture could not be fetched ({response.status})"
                raise _failure(detail, code=str(response.status))
            return await _read(response, limits.picture_most_bytes)
    except (aiohttp.ClientError, TimeoutError):
        raise _failure("The picture could not be fetched") from None


async def _read(response: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        content += chunk
        if len(content) > most_bytes:
            raise _failure("The picture is too big")
    if not content.startswith(_PNG_SIGNATURE):
        raise _failure("What came is no picture")
    return bytes(content)


def _is_allowed(url: str, picture_url: str) -> bool:
    parts, own = urlsplit(url), urlsplit(picture_url)
    is_public = parts.scheme == "https" and parts.hostname in _HOSTS
    return is_public or (parts.scheme, parts.netloc) == (own.scheme, own.netloc)


def _failure(detail: str, code: str = "") -> ServiceFailure:
    return ServiceFailure(Reason.DOWNLOAD, 502, detail, code=code)
