"""The same exchange over real sockets: every phase can hang, break or be refused."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.answer import Failure, Phase
from bot.integrations.http_ask import Ask
from bot.sandbox.ports import free_port
from tests.integrations.wire import answering, server_tls, serving, stalling

SHORT = timedelta(milliseconds=300)
LONG = timedelta(seconds=10)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"


async def get(http, url, within=LONG):
    return await http.exchange(Ask(method="GET", url=url), timeout=within)


async def test_tls_is_a_phase_of_its_own_and_the_certificate_tells_its_end(http, tmp_path):
    answer = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    async with serving(answer, tls=server_tls(tmp_path)) as port:
        seen = await get(http, f"https://localhost:{port}/")

    phases = [phase for phase, _ in seen.phases]
    assert phases == [Phase.DNS, Phase.CONNECT, Phase.TLS, Phase.FIRST_BYTE, Phase.BODY]
    assert seen.certificate_days > 30_000
    assert (seen.status, seen.body) == (200, {})


async def test_a_certificate_of_strangers_fails_in_tls_before_anything_is_sent(http, tmp_path):
    strict = type(http).open(http.clock)

    async with serving(answering(b""), tls=server_tls(tmp_path)) as port:
        seen = await get(strict, f"https://localhost:{port}/")
    await strict.aclose()

    assert (seen.failure, seen.phase, seen.sent) == (Failure.TLS, Phase.TLS, False)


async def test_a_server_that_speaks_no_tls_fails_in_tls(http):
    async def plain(reader, writer):
        writer.write(b"hello\r\n")
        await writer.drain()

    async with serving(plain) as port:
        seen = await get(http, f"https://localhost:{port}/")

    assert (seen.failure, seen.phase, seen.sent) == (Failure.TLS, Phase.TLS, False)


async def test_tls_that_never_ends_times_out_in_tls(http):
    async def silent(reader, writer):
        await reader.read()

    async with serving(silent) as port:
        seen = await get(http, f"https://localhost:{port}/", SHORT)

    assert (seen.failure, seen.phase, seen.sent) == (Failure.TIMED_OUT, Phase.TLS, False)


async def test_a_closed_port_is_refused_at_connect(http):
    port = free_port()

    seen = await get(http, f"http://127.0.0.1:{port}/")

    assert (seen.failure, seen.phase, seen.sent) == (Failure.REFUSED, Phase.CONNECT, False)


async def test_a_server_without_a_first_byte_times_out_after_sending(http):
    async with serving(stalling()) as port:
        seen = await get(http, f"http://127.0.0.1:{port}/", SHORT)

    assert (seen.failure, seen.phase, seen.sent) == (Failure.TIMED_OUT, Phase.FIRST_BYTE, True)
    assert seen.latency >= SHORT


async def test_a_body_that_stops_times_out_with_its_status(http):
    async with serving(stalling(HEAD + b"{")) as port:
        seen = await get(http, f"http://127.0.0.1:{port}/", SHORT)

    assert (seen.status, seen.failure, seen.phase) == (200, Failure.TIMED_OUT, Phase.BODY)


async def test_a_connection_broken_in_the_body_is_broken(http):
    async with serving(answering(HEAD + b"{")) as port:
        seen = await get(http, f"http://127.0.0.1:{port}/")

    assert (seen.status, seen.failure, seen.phase) == (200, Failure.BROKEN, Phase.BODY)


@pytest.mark.parametrize("raw", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 abc\r\n\r\n"])
async def test_what_is_not_http_is_broken_and_was_sent(http, raw):
    async with serving(answering(raw)) as port:
        seen = await get(http, f"http://127.0.0.1:{port}/")

    assert (seen.status, seen.failure, seen.sent) == (None, Failure.BROKEN, True)


async def test_many_requests_at_once_do_not_wait_for_one_another(http):
    waiting = asyncio.Barrier(5)

    async def together(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        await waiting.wait()
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()

    async with serving(together) as port:
        url = f"http://127.0.0.1:{port}/"
        seen = await asyncio.gather(*(get(http, url) for _ in range(5)))

    assert [one.status for one in seen] == [204] * 5


async def test_a_proxy_of_the_environment_is_asked_to_resolve_and_connect(http, monkeypatch):
    asked = []

    async def proxy(reader, writer):
        asked.append(await reader.readline())
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()

    async with serving(proxy) as port:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        proxied = type(http).open(http.clock)
        seen = await get(proxied, "http://api.example/x?y=1")
        await proxied.aclose()

    assert asked == [b"GET http://api.example/x?y=1 HTTP/1.1\r\n"]
    assert seen.status == 204
    assert next(phase for phase, _ in seen.phases) is Phase.CONNECT


async def test_a_proxy_that_refuses_the_tunnel_sent_nothing(http, monkeypatch):
    async with serving(answering(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")) as port:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
        proxied = type(http).open(http.clock)
        seen = await get(proxied, "https://api.example/x")
        await proxied.aclose()

    assert (seen.status, seen.failure, seen.sent) == (None, Failure.REFUSED, False)
