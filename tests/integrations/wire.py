"""Servers on loopback that misbehave at the wire, and a certificate for them."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bot.sandbox.listener import stop_accepting

# For localhost and 127.0.0.1, signed by itself, until the year 2126. It protects nothing.
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUdBVDF/v4JL8moNqoQ6se6ZkOc4QwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTAyNTA0OFoYDzIxMjYxMDI4
MDI1MDQ4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQS9fmstQYcsdyYvv3s0OS7qIsjCm2fLyaZpXTzGLpALhTvjbRwcQiU
n+jXAn879dA+kl+e5GsV3P+77xtp9jvVo28wbTAdBgNVHQ4EFgQUz9ScWtKOJgHe
c+yM6hH5qGTvIqowHwYDVR0jBBgwFoAUz9ScWtKOJgHec+yM6hH5qGTvIqowDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhALOuz+zpE5fF7k+siLv5XdwzyTzXjx4SlyVdsfQu0hafAiB2
QIxpIygU0YNnJghXXQ+BSyj4rqcbQogsi0Ma65B2ug==
-----END CERTIFICATE-----
"""
PRIVATE_KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgx3QpFwb09g2mPrK7
b13JCEhP36SsRlwm2xWXjH2raBehRANCAAQS9fmstQYcsdyYvv3s0OS7qIsjCm2f
LyaZpXTzGLpALhTvjbRwcQiUn+jXAn879dA+kl+e5GsV3P+77xtp9jvV
-----END PRIVATE KEY-----
"""

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def server_tls(folder: Path) -> ssl.SSLContext:
    """Make what a server of `localhost` needs."""
    file = folder / "localhost.pem"
    file.write_text(CERTIFICATE + PRIVATE_KEY)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def client_trust() -> ssl.SSLContext:
    """Trust that certificate alone."""
    return ssl.create_default_context(cadata=CERTIFICATE)


@asynccontextmanager
async def serving(serve: Serve, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve connections on a port of loopback; open ones are broken at the end."""
    writers: list[asyncio.StreamWriter] = []

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        try:
            await serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away, as some tests want
        finally:
            writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        await stop_accepting(server)
        for writer in writers:
            writer.transport.abort()
        await server.wait_closed()


def answering(raw: bytes) -> Serve:
    """Read one request's head, write these bytes, close."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        await writer.drain()

    return serve


def stalling(raw: bytes = b"") -> Serve:
    """Write these bytes, then say nothing until the client goes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        await writer.drain()
        await reader.read()

    return serve
