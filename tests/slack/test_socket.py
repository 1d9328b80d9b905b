"""Socket Mode: connected within a time, or an error in words and nothing left open."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from aiohttp import web

from bot.domain.errors import UnavailableError
from bot.sandbox.listener import Listener
from bot.slack.socket import SocketMode


@pytest.fixture
async def link():
    """A WebSocket that says hello and listens."""
    seen = SimpleNamespace(url="", opened=0, closed=0)

    async def connect(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        seen.opened += 1
        await socket.send_json({"type": "hello"})
        async for _ in socket:
            pass
        seen.closed += 1
        return socket

    app = web.Application()
    app.router.add_get("/link", connect)
    async with Listener(app) as listening:
        seen.url = f"{listening.url}/link".replace("http", "ws", 1)
        yield seen


async def test_it_connects_and_says_so(edge, wire, link):
    wire.answer("apps.connections.open", {"ok": True, "url": link.url})
    socket = SocketMode(app=edge.app, app_token="xapp-test")

    await socket.start()

    assert await socket.is_connected()
    await socket.stop()
    assert not await socket.is_connected()


REFUSALS = {
    "token": (({"ok": False, "error": "invalid_auth"},), r"invalid_auth\. Set SLACK_APP_TOKEN"),
    "down": (("down", 503), r"Slack failed on apps\.connections\.open \(503\)"),
    "html": (("<html>",), r"apps\.connections\.open"),
}


@pytest.mark.parametrize(("told", "words"), REFUSALS.values(), ids=REFUSALS.keys())
async def test_a_slack_that_does_not_let_us_in_is_an_error_in_words(
    edge, wire, caplog, told, words
):
    wire.answer("apps.connections.open", *told)
    socket = SocketMode(app=edge.app, app_token="xapp-wrong")

    with pytest.raises(UnavailableError, match=words):
        await socket.start()

    assert (await socket.is_connected(), caplog.records) == (False, [])


async def test_a_slack_that_asks_to_slow_down_is_asked_again_later(edge, wire):
    wire.answer("apps.connections.open", {"ok": False, "error": "ratelimited"}, 429)

    with pytest.raises(UnavailableError) as refused:
        await SocketMode(app=edge.app, app_token="xapp-test").start()

    assert refused.value.retry_after == timedelta(seconds=20)


async def test_a_socket_that_stays_silent_is_not_waited_for_for_ever(edge, wire):
    wire.answer("apps.connections.open", {"ok": True, "url": "ws://127.0.0.1:1/link"})

    with pytest.raises(UnavailableError, match="Check the way out"):
        await SocketMode(app=edge.app, app_token="xapp-test").start(timedelta(seconds=0.2))


async def test_connecting_anew_leaves_no_second_connection(edge, wire, link):
    wire.answer("apps.connections.open", {"ok": True, "url": link.url})
    socket = SocketMode(app=edge.app, app_token="xapp-test")
    await socket.start()

    await socket.start()

    assert (link.opened, link.closed) == (2, 1)
    await socket.stop()


async def test_stopping_what_never_started_is_fine(edge):
    await SocketMode(app=edge.app, app_token="xapp-test").stop()
