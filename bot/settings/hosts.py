"""Hosts from which pictures may come."""

import ipaddress


def picture_host(entry: str) -> str:
    """Check an entry of `image_hosts`.

    With a port it is taken literally, plain http and any address included: only an address of
    one's own may be written so.

    Raises:
        ValueError: It names a port of a host by name, or of a public address.
    """
    host, colon, port = entry.rpartition(":")
    if not colon:
        return entry
    try:
        address = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        address = None
    is_own = address is not None and (address.is_loopback or address.is_private)
    if not (is_own and port.isascii() and port.isdecimal()):
        raise ValueError("with a port only a private address may stand here, as 127.0.0.1:8766")
    return entry
