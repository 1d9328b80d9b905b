"""Socket Mode: connected within a time, or an error in words and nothing left open."""

from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.errors import UnavailableError
from bot.slack.socket import SocketMode


@pytest.fixture
async def link():
    """A WebSocket that says hello and listens."""

    async def connect(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello"})
        async for _ in socket:
            pass
        return socket

    app = web.Application()
    app.router.add_get("/link", connect)
    async with TestServer(app) as server:
        yield str(server.make_url("/link")).replace("http", "ws", 1)


async def test_it_connects_and_says_so(edge, wire, link):
    wire.answer("apps.connections.open", {"ok": True, "url": link})
    socket = SocketMode(app=edge.app, app_token="xapp-test")

    await socket.start()

    assert await socket.is_connected()
    await socket.stop()
    assert not await socket.is_connected()


async def test_a_slack_that_does_not_let_us_in_is_an_error_in_words(edge, wire):
    wire.answer("apps.connections.open", {"ok": False, "error": "invalid_auth"})
    socket = SocketMode(app=edge.app, app_token="xapp-wrong")

    with pytest.raises(UnavailableError, match="SLACK_APP_TOKEN"):
        await socket.start(timedelta(seconds=0.2))

    assert not await socket.is_connected()


async def test_stopping_what_never_started_is_fine(edge):
    await SocketMode(app=edge.app, app_token="xapp-test").stop()
