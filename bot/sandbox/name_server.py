"""A name server on loopback that knows the pretend Ideogram's name, and who asks it."""

import asyncio
import contextlib
import socket
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from aiohttp.abc import AbstractResolver, ResolveResult

SLOW_SECONDS: Final = 3.0
_ONE_SERVER_SECONDS: Final = 5.0  # as libc, resolv.conf(5)
_TTL_SECONDS: Final = 30

Address = tuple[str, int]


class NameServer(asyncio.DatagramProtocol):
    """Answers questions for the IPv4 address of a few names over UDP; knows no other name.

    Attributes:
        address: Where it listens, once entered.
        delay_seconds: What every answer takes.
        is_silent: Questions are heard and never answered.
        asked: How many questions came.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        """Know these names and their addresses."""
        self.address: Address = ("127.0.0.1", 0)
        self.delay_seconds = 0.0
        self.is_silent = False
        self.asked = 0
        self._names = names
        self._transport: asyncio.DatagramTransport | None = None

    @property
    def place(self) -> str:
        """Its address as settings write it."""
        return f"{self.address[0]}:{self.address[1]}"

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=self.address
        )
        self.address = self._transport.get_extra_info("sockname")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Answer one question after the delay; a packet that is none stays unanswered."""
        self.asked += 1
        try:
            question = dns.message.from_wire(data)
        except dns.exception.DNSException:
            return
        if not self.is_silent and question.question:
            loop = asyncio.get_running_loop()
            loop.call_later(self.delay_seconds, self._send, self._answer(question), addr)

    def _send(self, answer: bytes, addr: tuple[str | Any, int]) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(answer, addr)

    def _answer(self, question: dns.message.Message) -> bytes:
        asked = question.question[0]
        answer = dns.message.make_response(question, recursion_available=True)
        address = self._names.get(asked.name.to_text(omit_final_dot=True).lower())
        if address is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif asked.rdtype == dns.rdatatype.A:
            record = dns.rrset.from_text(asked.name, _TTL_SECONDS, asked.rdclass, "A", address)
            answer.answer.append(record)
        return answer.to_wire()


class Resolver(AbstractResolver):
    """Asks these name servers in turn, the next when one is silent; remembers nothing."""

    def __init__(self, servers: Sequence[Address]) -> None:
        """Ask `servers` in this order."""
        self._servers = servers

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002  aiohttp's method
    ) -> list[ResolveResult]:
        """Find the IPv4 addresses of a host, whatever family is wished for.

        Raises:
            OSError: No server told one.
        """
        query = dns.message.make_query(host, "A")
        for server in self._servers:
            with contextlib.suppress(TimeoutError, dns.exception.DNSException):
                # Not dnspython's own timeout: before Python 3.12 it may swallow a cancellation.
                async with asyncio.timeout(_ONE_SERVER_SECONDS):
                    answer = await dns.asyncquery.udp(query, server[0], port=server[1])
                return [_result(host, record.address, port) for record in _records(answer)]
        raise OSError(None, f"no name server answers for {host}")

    async def close(self) -> None:
        """Nothing stays open."""


def _records(answer: dns.message.Message) -> dns.rrset.RRset:
    if not answer.answer:
        raise OSError(None, f"no address: {dns.rcode.to_text(answer.rcode())}")
    return answer.answer[0]


def _result(host: str, address: str, port: int) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=socket.AF_INET,
        proto=0,
        flags=socket.AI_NUMERICHOST,
    )
