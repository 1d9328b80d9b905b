"""Name servers: asked in turn as a system's resolver does, or each by itself.

The only importer of dnspython outside the sandbox. It is loaded before the first question, in a
thread: it takes too long for a start-up that does not need it, and for the loop that measures.
"""

import asyncio
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from bot.domain.resolution import NO_ADDRESS, NO_SUCH_NAME, NameServer, Resolution
from bot.integrations.addresses import is_address, system_resolve
from bot.ports import Clock

if TYPE_CHECKING:
    from dns.message import Message

RESOLV_CONF: Final = Path("/etc/resolv.conf")
_MOST_LISTED: Final = 3  # of which a system's resolver takes notice, resolv.conf(5)
_ROUNDS: Final = 2  # a packet may get lost; resolv.conf(5) tries twice too
NO_ANSWER: Final = "no answer"
GARBAGE: Final = "no DNS answer"
_DECIDES: Final = ("", NO_SUCH_NAME, NO_ADDRESS)  # an answer about the name, good or bad
_RCODES: Final = {
    "NXDOMAIN": NO_SUCH_NAME,
    "SERVFAIL": "server failure (SERVFAIL)",
    "REFUSED": "refused (REFUSED)",
}
# IPv4 first: more places lack a way for IPv6.
_Kind = Literal["A", "AAAA"]
_KINDS: Final[tuple[_Kind, ...]] = ("A", "AAAA")
_Found = tuple[tuple[str, ...], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NameServers:
    """The resolvers of one host, and of none other.

    Attributes:
        host: The API's.
        configured: Asked for that host; without any the system resolves it, and its own list of
            servers is only measured.
        patience: For one answer: beyond a slow one, and twice within a free request.
        within: For all tries together; shorter than a free request, which then says why it failed.
    """

    clock: Clock
    host: str
    configured: tuple[NameServer, ...] = ()
    resolv_conf: Path = RESOLV_CONF
    patience: timedelta = timedelta(seconds=4)
    within: timedelta = timedelta(seconds=9)

    async def prepare(self) -> None:
        """Load what asking needs, so that no measurement pays for it."""
        await asyncio.to_thread(_load)

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """Resolve a host as requests do.

        Raises:
            OSError: It failed (`socket.gaierror`).
        """
        if not self.configured or host.lower() != self.host:
            return await system_resolve(host, port)
        found = await self._in_turn(self.configured, host, self.within)
        if found.error:
            raise socket.gaierror(socket.EAI_AGAIN, found.error)
        return found.addresses

    async def ask_each(self, host: str, within: timedelta) -> Mapping[str, Resolution]:
        """Ask every server by itself, all at the same time; bounded by `within`."""
        bound = min(self.within, within)
        servers = self.configured or listed(self.resolv_conf)
        await self.prepare()
        async with asyncio.TaskGroup() as group:
            asked = {
                str(one): group.create_task(self._in_turn((one,), host, bound)) for one in servers
            }
        return {server: task.result() for server, task in asked.items()}

    async def _in_turn(
        self, servers: Sequence[NameServer], host: str, within: timedelta
    ) -> Resolution:
        """Ask until one server says something about the name; keep the last error otherwise."""
        started = self.clock.monotonic()
        addresses: tuple[str, ...] = ()
        error = NO_ANSWER
        try:
            async with asyncio.timeout(within.total_seconds()):
                for server in (*servers,) * _ROUNDS:
                    addresses, error = await self._ask(server, host)
                    if error in _DECIDES:
                        break
        except TimeoutError:
            error = NO_ANSWER
        return Resolution(addresses, self.clock.monotonic() - started, error=error)

    async def _ask(self, server: NameServer, host: str) -> _Found:
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(self._records(server, host, kind)) for kind in _KINDS]
        answers = [task.result() for task in asked]
        addresses = tuple(one for found, _ in answers for one in found)
        return addresses, "" if addresses else next(error for _, error in answers if error)

    async def _records(self, server: NameServer, host: str, kind: _Kind) -> _Found:
        import dns.asyncquery  # noqa: PLC0415  see above
        import dns.exception  # noqa: PLC0415
        import dns.message  # noqa: PLC0415

        try:
            query = dns.message.make_query(host, kind)
        except dns.exception.DNSException:
            return (), "not a valid host name"
        try:
            # Not dnspython's own timeout: before Python 3.12 it may swallow a cancellation.
            async with asyncio.timeout(self.patience.total_seconds()):
                answer, _ = await dns.asyncquery.udp_with_fallback(
                    query, server.address, port=server.port, ignore_unexpected=True
                )
            return _read(answer)
        except TimeoutError:
            return (), NO_ANSWER
        except OSError as error:
            # asyncio's own text names the address, too
            return (), os.strerror(error.errno).lower() if error.errno else NO_ANSWER
        except (dns.exception.DNSException, EOFError):
            return (), GARBAGE


def _load() -> None:
    import dns.asyncbackend  # noqa: PLC0415  see above
    import dns.asyncquery  # noqa: PLC0415
    import dns.rdtypes.IN.A  # noqa: PLC0415
    import dns.rdtypes.IN.AAAA  # noqa: PLC0415

    dns.asyncbackend.get_backend("asyncio")  # else loaded with the first question


def _read(answer: "Message") -> _Found:
    """Read an answer, along its aliases.

    Raises:
        dns.exception.DNSException: It contradicts itself.
    """
    import dns.message  # noqa: PLC0415  see above

    code = answer.rcode().name
    if code != "NOERROR":
        return (), _RCODES.get(code, f"server failure ({code})")
    if not isinstance(answer, dns.message.QueryMessage):
        return (), GARBAGE
    found = answer.resolve_chaining().answer
    return ((), NO_ADDRESS) if found is None else (tuple(one.address for one in found), "")


def listed(resolv_conf: Path) -> tuple[NameServer, ...]:
    """List the name servers of this machine, as its resolver takes them; none without the file."""
    try:
        lines = resolv_conf.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    named = [
        line.split()[1] for line in lines if line.startswith("nameserver") and line.split()[1:]
    ]
    return tuple(dict.fromkeys(NameServer(one) for one in named if is_address(one)))[:_MOST_LISTED]
