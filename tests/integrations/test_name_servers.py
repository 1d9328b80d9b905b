"""Name servers over the wire: on loopback, with everything that they may answer."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import SystemClock
from bot.domain.resolution import NO_ADDRESS, NO_SUCH_NAME, NameServer
from bot.integrations.name_servers import GARBAGE, NO_ANSWER, NameServers, listed

HOST = "api.ideogram.test"
SHORT = timedelta(milliseconds=200)
LONG = timedelta(seconds=20)
Answer = Callable[[dns.message.Message], bytes | None]


class Scripted(asyncio.DatagramProtocol):
    """Answers every question as it is told; None stays silent."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        question = dns.message.from_wire(data)
        self.asked.append(question.question[0].to_text())
        found = self.answer(question)
        if found is not None:
            self.transport.sendto(found, addr)


@contextlib.asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[tuple[NameServer, Scripted]]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(
        lambda: Scripted(answer), local_addr=("127.0.0.1", 0)
    )
    try:
        yield NameServer(*transport.get_extra_info("sockname")), server
    finally:
        transport.close()


def records(*lines: str, code: int = dns.rcode.NOERROR) -> Answer:
    """Answer with these records, those of the asked type and aliases alone."""

    def answer(question: dns.message.Message) -> bytes:
        made = dns.message.make_response(question)
        made.set_rcode(code)
        for line in lines:
            name, kind, value = line.split()
            if kind == "CNAME" or kind in question.question[0].to_text():
                made.answer.append(dns.rrset.from_text(f"{name}.", 30, "IN", kind, value))
        return made.to_wire()

    return answer


GOOD = records(f"{HOST} A 192.0.2.1", f"{HOST} AAAA 2001:db8::1")


def silent(question: dns.message.Message) -> None:
    return None


def asking(*servers: NameServer, patience: timedelta = LONG, **changes: object) -> NameServers:
    clock = SystemClock()
    return NameServers(clock=clock, host=HOST, configured=servers, patience=patience, **changes)


async def one(answer: Answer, *, host: str = HOST, **options: object):
    async with serving(answer) as (server, _):
        each = await asking(server, **options).ask_each(host, LONG)
    return each[str(server)]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (records(code=dns.rcode.NXDOMAIN), NO_SUCH_NAME),
        (records(code=dns.rcode.SERVFAIL), "server failure (SERVFAIL)"),
        (records(code=dns.rcode.REFUSED), "refused (REFUSED)"),
        (records(code=dns.rcode.NOTIMP), "server failure (NOTIMP)"),
        (records(), NO_ADDRESS),
        (records("other.test A 192.0.2.1"), NO_ADDRESS),
        (records(f"{HOST} CNAME nowhere.test."), NO_ADDRESS),
        (records(f"{HOST} CNAME b.test.", f"b.test CNAME {HOST}."), GARBAGE),
        (lambda question: b"HTTP/1.1 400 Bad Request\r\n\r\n", GARBAGE),
        (lambda question: GOOD(question)[:-3], GARBAGE),
        (lambda question: b"\0\0" + GOOD(question)[2:], GARBAGE),
        (lambda question: question.to_wire(), GARBAGE),
        (lambda question: GOOD(dns.message.make_query("other.test", "A")), GARBAGE),
    ],
    ids=[
        *("nxdomain", "servfail", "refused", "notimp", "nothing", "another-name", "dead-alias"),
        *("alias-loop", "http", "cut", "another-id", "echo", "another-question"),
    ],
)
async def test_what_a_server_answers_instead_of_an_address_is_named(answer, error):
    found = await one(answer)

    assert (found.addresses, found.error) == ((), error)


async def test_addresses_of_both_families_are_found_ipv4_first():
    found = await one(GOOD)

    assert (found.addresses, found.error) == (("192.0.2.1", "2001:db8::1"), "")


async def test_aliases_are_followed_within_the_answer():
    found = await one(records(f"{HOST} CNAME edge.test.", "edge.test A 192.0.2.9"))

    assert found.addresses == ("192.0.2.9",)


async def test_one_family_is_enough_where_the_other_fails():
    def half(question):
        is_ipv4 = "AAAA" not in question.question[0].to_text()
        return GOOD(question) if is_ipv4 else records(code=dns.rcode.SERVFAIL)(question)

    assert (await one(half)).addresses == ("192.0.2.1",)


async def test_silence_ends_after_two_tries():
    async with serving(silent) as (server, heard):
        each = await asking(server, patience=SHORT).ask_each(HOST, LONG)

    assert each[str(server)].error == NO_ANSWER
    assert len(heard.asked) == 4  # for two families


async def test_a_lost_packet_is_asked_for_again():
    lost = iter([True, True])

    found = await one(
        lambda question: None if next(lost, False) else GOOD(question), patience=SHORT
    )

    assert found.addresses == ("192.0.2.1", "2001:db8::1")


async def test_who_asks_bounds_the_whole():
    async with serving(silent) as (server, _):
        each = await asking(server).ask_each(HOST, SHORT)

    assert each[str(server)].error == NO_ANSWER


async def test_all_are_asked_at_the_same_time_and_each_for_itself():
    async with serving(silent) as (dead, _), serving(GOOD) as (good, _):
        each = await asking(dead, good, patience=SHORT).ask_each(HOST, LONG)

    assert [one.error for one in each.values()] == [NO_ANSWER, ""]
    assert list(each) == [str(dead), str(good)]


async def test_a_truncated_answer_is_asked_for_by_tcp_and_its_failure_is_a_result():
    def truncated(question):
        made = dns.message.make_response(question)
        made.flags |= dns.flags.TC
        return made.to_wire()

    found = await one(truncated)

    assert found.error == "connection refused"  # nobody listens for TCP there


async def test_a_name_that_is_none_is_a_result():
    assert (await one(GOOD, host="a..b")).error == "not a valid host name"


async def test_requests_take_the_next_server_when_one_does_not_decide():
    broken = records(code=dns.rcode.SERVFAIL)
    async with serving(broken) as (sick, _), serving(GOOD) as (good, _):
        found = await asking(sick, good).resolve(HOST.upper(), 443)

    assert found == ("192.0.2.1", "2001:db8::1")


async def test_a_name_that_a_server_knows_not_to_exist_is_not_asked_for_again():
    nothing = records(code=dns.rcode.NXDOMAIN)
    async with serving(nothing) as (first, _), serving(GOOD) as (second, heard):
        with pytest.raises(socket.gaierror, match="NXDOMAIN"):
            await asking(first, second).resolve(HOST, 443)

    assert heard.asked == []


async def test_requests_wait_for_dead_servers_no_longer_than_the_bound():
    async with serving(silent) as (dead, _):
        with pytest.raises(socket.gaierror, match=NO_ANSWER):
            await asking(dead, within=SHORT).resolve(HOST, 443)


async def test_other_hosts_keep_the_systems_resolver():
    async with serving(GOOD) as (server, heard):
        found = await asking(server).resolve("localhost", 80)

    assert "127.0.0.1" in found
    assert heard.asked == []


async def test_without_own_servers_the_systems_list_is_asked(tmp_path):
    file = tmp_path / "resolv.conf"
    file.write_text("nameserver 127.0.0.1\n")

    each = await asking(resolv_conf=file, patience=SHORT).ask_each(HOST, SHORT)

    assert list(each) == ["127.0.0.1"]


def test_the_systems_list_is_read_as_its_resolver_does(tmp_path):
    file = tmp_path / "resolv.conf"
    file.write_text(
        "# nameserver 9.9.9.9\nsearch a.test\nnameserver 10.0.0.10\nnameserver\n"
        "nameserver nonsense\nnameserver 10.0.0.10\nnameserver fd00::1\nnameserver 10.0.0.12\n"
        "nameserver 10.0.0.13\n"
    )

    assert [str(one) for one in listed(file)] == ["10.0.0.10", "fd00::1", "10.0.0.12"]
    assert listed(tmp_path / "nowhere") == ()


@given(st.lists(st.binary(max_size=80) | st.tuples(st.integers(0, 200), st.integers(0, 255))))
@settings(max_examples=150)
def test_no_packet_is_an_exception(changes):
    def mangled(question):
        packet = bytearray(GOOD(question))
        for change in changes:
            if isinstance(change, bytes):
                packet += change
            elif change[0] < len(packet):
                packet[change[0]] = change[1]
        return bytes(packet)

    found = asyncio.run(one(mangled, patience=SHORT))

    assert found.addresses or found.error
