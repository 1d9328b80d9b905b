"""The service's parts alone: breaker, prompts, downloads."""

import asyncio
import contextlib

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox.listener import Listener
from bot.sandbox.service.breaker import CircuitBreaker
from bot.sandbox.service.downloads import download
from bot.sandbox.service.failures import Reason, ServiceFailure
from bot.sandbox.service.limits import Limits
from bot.sandbox.service.prompts import for_log, sanitized


def fail(breaker, reason=Reason.SERVER_ERROR):
    with contextlib.suppress(ServiceFailure), breaker.guard():
        raise ServiceFailure(reason, 502, "broken")


def test_the_breaker_opens_after_failures_in_a_row():
    breaker = CircuitBreaker(failures=2, open_seconds=60)

    fail(breaker)
    fail(breaker)

    with pytest.raises(ServiceFailure, match="not asked again"), breaker.guard():
        pytest.fail("ran while open")


@pytest.mark.parametrize("reason", [Reason.DENIED, Reason.RATE_LIMITED, Reason.UNSAFE])
def test_an_answer_of_ideogram_ends_the_row(reason):
    breaker = CircuitBreaker(failures=2, open_seconds=60)
    fail(breaker)

    fail(breaker, reason)
    fail(breaker)

    assert not breaker.is_open


def test_one_success_closes_it():
    breaker = CircuitBreaker(failures=1, open_seconds=0)
    fail(breaker)

    with breaker.guard():
        assert breaker.is_open

    assert not breaker.is_open


def test_only_one_request_may_try():
    breaker = CircuitBreaker(failures=1, open_seconds=0)
    fail(breaker)

    with breaker.guard(), pytest.raises(ServiceFailure), breaker.guard():
        pytest.fail("two tried")


def test_a_user_who_gave_up_lets_the_next_one_try():
    breaker = CircuitBreaker(failures=1, open_seconds=0)
    fail(breaker)

    with contextlib.suppress(asyncio.CancelledError), breaker.guard():
        raise asyncio.CancelledError

    with breaker.guard():
        assert breaker.is_open


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("write to ana.b+c@example.co.uk", "write to [email]"),
        ("my card 4111 1111 1111 1111", "my card [card]"),
        ("call +49 30 1234567", "call [phone]"),
        ("1024x1024 in 2026", "1024x1024 in 2026"),
    ],
)
def test_personal_data_are_replaced(prompt, expected):
    assert sanitized(prompt) == expected


def test_a_logged_prompt_is_one_short_line():
    line = for_log("a\n" * 500)

    assert (len(line), line[-1], "\n" in line) == (120, "…", False)


@contextlib.asynccontextmanager
async def image_host(body, status=200, headers=None):
    async def answer(request):
        assert "Api-Key" not in request.headers
        return web.Response(body=body, status=status, headers=headers)

    app = web.Application()
    app.router.add_get("/x.png", answer)
    async with Listener(app) as listener:
        yield listener.url


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (b"<html>", 200, "no picture"),
        (b"\x89PNG\r\n\x1a\n" + bytes(2000), 200, "too big"),
        (b"", 403, "403"),
        (b"", 302, "302"),
    ],
    ids=["html", "big", "forbidden", "redirect"],
)
async def test_only_a_picture_of_the_agreed_size_is_accepted(body, status, detail):
    limits = Limits(picture_most_bytes=1000)
    async with image_host(body, status, {"Location": "/"}) as url, aiohttp.ClientSession() as http:
        with pytest.raises(ServiceFailure, match=detail):
            await download(http, f"{url}/x.png", picture_url=url, limits=limits)


async def test_pictures_are_fetched_from_known_hosts_only():
    url = "https://ideogram.ai.example.com/x.png"
    async with aiohttp.ClientSession() as http:
        with pytest.raises(ServiceFailure, match="unknown host"):
            await download(http, url, picture_url="http://127.0.0.1:1", limits=Limits())
