"""Hosts and addresses: resolving, their order, and which of them are ours alone."""

import asyncio
import ipaddress
import socket
import urllib.request
from collections.abc import Awaitable, Callable, Sequence
from itertools import zip_longest
from typing import Final

MAX_ADDRESSES: Final = 4
# Compatible (RFC 4291, ended), mapped, and translated by NAT64 (RFC 6052).
_ENDS_WITH_IPV4: Final = ("::/96", "::ffff:0:0/96", "64:ff9b::/96")
_LOCAL_NAT64: Final = "64:ff9b:1::/48"  # RFC 8215: of one's own network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """Resolve with the system's resolver.

    Raises:
        OSError: It failed (`socket.gaierror`).
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [*dict.fromkeys(str(one[4][0]) for one in found)]


def is_address(host: str) -> bool:
    """Tell whether a host is an address already, so that there is nothing to resolve."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def in_turn(addresses: Sequence[str]) -> list[str]:
    """Order at least one address by family in turn, and keep a few.

    A host without a route for one family reaches the other with its second attempt.
    """
    first = ipaddress.ip_address(addresses[0]).version
    same = [one for one in addresses if ipaddress.ip_address(one).version == first]
    other = [one for one in addresses if one not in same]
    turns = [one for pair in zip_longest(same, other) for one in pair if one is not None]
    return turns[:MAX_ADDRESSES]


def has_proxies() -> bool:
    """Tell whether the environment names a proxy at all."""
    return bool(urllib.request.getproxies())


def goes_through_proxy(scheme: str, host: str) -> bool:
    """Tell whether the environment (`HTTPS_PROXY`, `NO_PROXY`) sends a host through a proxy."""
    if is_address(host) and ipaddress.ip_address(host).is_loopback:
        return False
    proxies = urllib.request.getproxies()
    has_proxy = scheme in proxies or "all" in proxies
    return has_proxy and not urllib.request.proxy_bypass(host)


def is_public(address: str) -> bool:
    """Tell whether an address lies in the open internet: not private, loopback or link-local."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.is_site_local or found in ipaddress.IPv6Network(_LOCAL_NAT64):
            return False
        found = _carried(found) or found
    return found.is_global and not found.is_multicast


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Find the IPv4 address that an IPv6 address leads to; None when it leads to none."""
    if any(address in ipaddress.IPv6Network(one) for one in _ENDS_WITH_IPV4):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.sixtofour
