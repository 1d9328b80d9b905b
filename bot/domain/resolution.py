"""Resolving the API's name: what each name server said, and what of it hurts."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.domain import facts
from bot.domain.observation import took
from bot.domain.probe import Outcome, ProbeResult

DNS_PORT: Final = 53
NO_SUCH_NAME: Final = "no such name (NXDOMAIN)"
NO_ADDRESS: Final = "no address"
# A cache answers in milliseconds, a look-up from the root in some hundred; a busy machine of ours
# may take a second more.
SLOW_AFTER: Final = timedelta(seconds=2)
_SHOWN: Final = 2  # addresses of one answer; more say nothing more


@dataclass(frozen=True, slots=True)
class Resolution:
    """What resolving a host name gave.

    Attributes:
        addresses: As text, in the resolver's order; empty when it failed.
        literal: The host is an address already: nothing was resolved.
        error: In words, empty when it worked.
    """

    addresses: tuple[str, ...]
    latency: timedelta
    literal: bool = False
    error: str = ""

    @property
    def is_slow(self) -> bool:
        """Whether whoever needs the name waits for it."""
        return self.latency > SLOW_AFTER


@dataclass(frozen=True, slots=True)
class NameServer:
    """A name server by its address."""

    address: str
    port: int = DNS_PORT

    @classmethod
    def parse(cls, text: str) -> "NameServer":
        """Read `10.0.0.11`, `10.0.0.11:5353`, `fd00::53` or `[fd00::53]:5353`.

        Raises:
            ValueError: It is none of these.
        """
        host, port = text, str(DNS_PORT)
        if text.startswith("["):
            host, end, rest = text[1:].partition("]")
            port = rest.removeprefix(":") if rest else port
            host = host if end else ""
        elif text.count(":") == 1:
            host, port = text.split(":")
        is_port = port.isascii() and port.isdecimal() and 0 < int(port[:6]) <= 65535  # noqa: PLR2004  ports
        try:
            ipaddress.ip_address(host if is_port else "")
        except ValueError:
            raise ValueError(
                "use the address of a name server, with its port where it is not 53: "
                "10.0.0.11, 10.0.0.11:5353, fd00::53 or [fd00::53]:5353"
            ) from None
        return cls(host, int(port))

    def __str__(self) -> str:
        """Write it as `parse` reads it."""
        if self.port == DNS_PORT:
            return self.address
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"


def failing(way: Resolution, each: Mapping[str, Resolution]) -> tuple[str, ...]:
    """Name the servers that cannot tell the address.

    A name that no server knows, yet that resolves, stands elsewhere: in a hosts file, or below a
    search domain. That is nobody's fault.
    """
    failed = {server: one.error for server, one in each.items() if not one.addresses}
    is_elsewhere = set(failed.values()) == {NO_SUCH_NAME} and len(failed) == len(each)
    return () if way.addresses and is_elsewhere else tuple(failed)


def trouble(way: Resolution, each: Mapping[str, Resolution]) -> str | None:
    """Say what about the resolvers hurts although the name may resolve; None when nothing does.

    Args:
        way: What a request gets.
        each: What each name server said by itself, by its address.
    """
    is_slow = bool(way.addresses) and way.is_slow
    wait = f"resolving takes {took(way.latency)}" if is_slow else None
    return ", ".join(one for one in (wait, remarks(way, each)) if one) or None


def remarks(way: Resolution, each: Mapping[str, Resolution]) -> str | None:
    """Say which servers fail or are slow, where others or the way of requests are not."""
    found = []
    failed = failing(way, each)
    if failed and (way.addresses or len(failed) < len(each)):
        listed = ", ".join(f"{server} ({each[server].error})" for server in failed)
        many = "resolver" if len(each) == 1 else "resolvers"
        verb = "fails" if len(failed) == 1 else "fail"
        found.append(f"{len(failed)} of {len(each)} {many} {verb}: {listed}")
    slow = [server for server, one in each.items() if one.addresses and one.is_slow]
    if slow and not (way.is_slow and way.addresses):
        found.append(", ".join(f"{server} takes {took(each[server].latency)}" for server in slow))
    return ", ".join(found) or None


def seen_trouble(result: ProbeResult | None) -> str | None:
    """Read what hurts about the resolvers although the name resolves; None when nothing does."""
    if result is None or result.outcome is not Outcome.HEALTHY:
        return None
    found = result.facts.get(facts.TROUBLE)
    return str(found) if found else None


def is_waited_for(result: ProbeResult | None) -> bool:
    """Tell whether whoever asks for the name waits for it, and then gets it."""
    if result is None or result.outcome is not Outcome.HEALTHY or result.latency is None:
        return False
    return result.latency > SLOW_AFTER


def told(each: Mapping[str, Resolution]) -> str | None:
    """List what every name server said, for the evidence; None when none was asked."""
    return " · ".join(f"{server}: {_said(one)}" for server, one in each.items()) or None


def _said(one: Resolution) -> str:
    if not one.addresses:
        return f"{one.error}, after {took(one.latency)}"
    more = len(one.addresses) - _SHOWN
    listed = ", ".join(one.addresses[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return f"{listed} in {took(one.latency)}"
