"""A port that closes, opens again and loses nobody."""

import asyncio
import gc
import socket
import warnings
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web

from bot.clock import SystemClock
from bot.sandbox.listener import Listener

ONE_ROUND = timedelta(0)


async def _fine(_: web.Request) -> web.Response:
    return web.Response(text="fine")


@pytest.fixture
async def listener():
    app = web.Application()
    app.router.add_get("/", _fine)
    async with Listener(app) as opened:
        yield opened


async def _get(url: str) -> str:
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return await answer.text()


async def test_it_refuses_while_closed_and_answers_again_at_the_same_place(listener):
    url = listener.url
    await listener.close()
    with pytest.raises(aiohttp.ClientConnectionError):
        await _get(url)

    await listener.reopen()

    assert (listener.url, await _get(url)) == (url, "fine")


async def _is_cut_off(visitor: socket.socket) -> bool:
    try:
        async with asyncio.timeout(5):
            return await asyncio.get_running_loop().sock_recv(visitor, 1) == b""
    except ConnectionResetError:
        return True


async def test_whoever_opens_while_it_closes_waits_for_the_end_of_that(listener):
    await asyncio.gather(listener.close(), listener.reopen())

    assert await _get(listener.url) == "fine"


# Between two of these rounds the connection is taken; which one it is depends on the loop.
@pytest.mark.parametrize("rounds", range(6))
async def test_whoever_connects_in_the_moment_of_closing_is_cut_off_not_forgotten(listener, rounds):
    port = int(listener.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as visitor:
        visitor.setblocking(False)  # noqa: FBT003  as the standard library wants it
        for _ in range(rounds):
            await SystemClock().sleep(ONE_ROUND)

        with warnings.catch_warnings(record=True) as forgotten:
            warnings.simplefilter("always")
            await listener.close()
            await SystemClock().sleep(ONE_ROUND)
            gc.collect()

        assert [str(warning.message) for warning in forgotten] == []
        assert await _is_cut_off(visitor)


async def test_a_taken_port_is_an_error_and_leaves_nothing_open(listener):
    port = int(listener.url.rpartition(":")[2])

    with pytest.raises(OSError, match="in use"):
        await Listener(web.Application(), port=port).__aenter__()
