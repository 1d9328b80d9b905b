"""A server of garbage: whatever is asked of it, it answers with one kind of nonsense.

It stands where Ideogram, its status page, its pictures, Prometheus, the health URL and the API
server would. Two things are right: the legacy call gets an image, so that a picture is asked for,
and there is a way out of our network.
"""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

from bot.clock import SystemClock
from tests.integrations.wire import serving

WAY_OUT: Final = "/trace"
_PNG: Final = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
_QUOTE: Final = {"object": "price_quote", "usd_micros": 100_000}
_NO_SERIES: Final = {"status": "success", "data": {"resultType": "vector", "result": []}}
# What would be right, for the kind that only calls it something else.
_RIGHT: Final[Mapping[str, Any]] = {
    "/picture.png": _PNG,
    "/v1/.well-known/jwks.json": {"keys": []},
    "/v2/image/generate/ideogram-4-5": _QUOTE,
    "/api/v2/summary.json": {"status": {"indicator": "none"}},
    "/health": {"is": "ok"},
    "/api/v1/query": _NO_SERIES,
}
_DRIP: Final = timedelta(seconds=0.02)
_PIECE: Final = b"x" * 65_536
_BOMB_MIB: Final = 100


def _head(*lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", *lines, "Connection: close", "", "")).encode()


def _whole(body: bytes, content_type: str, *lines: str) -> bytes:
    about = (f"Content-Type: {content_type}", f"Content-Length: {len(body)}")
    return _head(*about, *lines) + body


def _bomb() -> bytes:
    pack = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    return b"".join(pack.compress(b"\0" * 1_048_576) for _ in range(_BOMB_MIB)) + pack.flush()


class Garbage:
    """Answers by its `kind`, the name of a method below.

    Attributes:
        port: Where it listens.
        sent: Bytes of endless bodies that somebody took.
    """

    def __init__(self) -> None:
        """Begin with pages of a proxy."""
        self.kind = "html"
        self.port = 0
        self.sent = 0
        self._bombs = _bomb()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Serve on loopback; yields the URL."""
        async with serving(self._serve) as self.port:
            yield self.url

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ", 2)[1].decode().partition("?")[0]
        if path == WAY_OUT:
            writer.write(_whole(b"fine", "text/plain"))
        elif path == "/generate":
            writer.write(_whole(json.dumps(self._image).encode(), "application/json"))
        else:
            await getattr(self, self.kind)(writer, path)
        await writer.drain()

    @property
    def _image(self) -> dict[str, Any]:
        return {"data": [{"is_image_safe": True, "url": f"{self.url}/picture.png"}]}

    async def html(self, writer: asyncio.StreamWriter, _: str) -> None:
        """A page of a proxy."""
        writer.write(_whole(b"<html><body>Welcome</body></html>", "text/html"))

    async def truncated(self, writer: asyncio.StreamWriter, _: str) -> None:
        """JSON that ends in the middle, in a whole answer."""
        writer.write(_whole(b'{"data": [{"url": "http', "application/json"))

    async def broken(self, writer: asyncio.StreamWriter, _: str) -> None:
        """An answer that ends in the middle."""
        writer.write(_whole(b'{"data": []}', "application/json")[:-4])

    async def endless(self, writer: asyncio.StreamWriter, _: str) -> None:
        """A body of 10 GB and more, as fast as it is read."""
        writer.write(_head("Content-Type: application/json"))
        while True:
            writer.write(_PIECE)
            await writer.drain()
            self.sent += len(_PIECE)

    async def slow_head(self, writer: asyncio.StreamWriter, _: str) -> None:
        """One byte of a header after the other, for ever."""
        writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        await self._drip(writer)

    async def slow_body(self, writer: asyncio.StreamWriter, _: str) -> None:
        """One byte of a body after the other, for ever."""
        writer.write(_head("Content-Type: application/json", "Content-Length: 1000000"))
        await self._drip(writer)

    async def _drip(self, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b" ")
            await writer.drain()
            await SystemClock().sleep(_DRIP)

    async def wrong_type(self, writer: asyncio.StreamWriter, path: str) -> None:
        """What is right, called a video."""
        right = _RIGHT.get(path, self._image)
        body = right if isinstance(right, bytes) else json.dumps(right).encode()
        writer.write(_whole(body, "video/mp4"))

    async def redirects(self, writer: asyncio.StreamWriter, path: str) -> None:
        """A redirect to itself."""
        writer.write(_head(f"Location: {path}", "Content-Length: 0", status="302 Found"))

    async def bomb(self, writer: asyncio.StreamWriter, _: str) -> None:
        """100 MiB of zeros in 100 KiB of gzip."""
        writer.write(_whole(self._bombs, "application/json", "Content-Encoding: gzip"))
