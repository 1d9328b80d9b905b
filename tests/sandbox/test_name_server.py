"""The pretend name server at the wire, and the service's way to ask it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import dns.asyncquery
import dns.message
import dns.rcode
import pytest

from bot.sandbox.name_server import NameServer, Resolver

NAME = "api.ideogram.test"


@pytest.fixture
async def server() -> AsyncIterator[NameServer]:
    async with NameServer({NAME: "127.0.0.1"}) as started:
        yield started


async def ask(server: NameServer, name: str, kind: str = "A") -> dns.message.Message:
    query = dns.message.make_query(name, kind)
    return await dns.asyncquery.udp(query, server.address[0], port=server.address[1], timeout=20)


async def test_a_known_name_has_its_address_in_any_case(server):
    answer = await ask(server, NAME.upper())

    assert [one.to_text() for one in answer.answer[0]] == ["127.0.0.1"]


async def test_a_known_name_without_a_record_of_that_type_exists_nevertheless(server):
    answer = await ask(server, NAME, "AAAA")

    assert (answer.rcode(), answer.answer) == (dns.rcode.NOERROR, [])


async def test_any_other_name_does_not_exist(server):
    assert (await ask(server, "ideogram.ai")).rcode() == dns.rcode.NXDOMAIN


async def test_garbage_is_not_answered_and_does_no_harm(server):
    with socket.socket(type=socket.SOCK_DGRAM) as outgoing:
        outgoing.sendto(b"GET / HTTP/1.1\r\n\r\n", server.address)

    assert (await ask(server, NAME)).answer
    assert server.asked == 2


async def test_an_answer_takes_as_long_as_it_is_told(server):
    server.delay_seconds = 0.2

    answer = await ask(server, NAME)

    assert answer.time >= 0.2


async def test_the_service_finds_the_address(server):
    found = await Resolver([server.address]).resolve(NAME, 8080)

    assert [(one["host"], one["port"], one["family"]) for one in found] == [
        ("127.0.0.1", 8080, socket.AF_INET)
    ]


async def test_the_service_is_told_that_a_name_does_not_exist(server):
    with pytest.raises(OSError, match="no address: NXDOMAIN"):
        await Resolver([server.address]).resolve("ideogram.ai", 443)


async def test_a_silent_server_hears_and_says_nothing(server):
    server.is_silent = True

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.2):
            await Resolver([server.address]).resolve(NAME)
            pytest.fail("it answered")

    assert server.asked == 1
