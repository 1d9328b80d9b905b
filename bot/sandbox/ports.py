"""Ports for programs that bind them later."""

import secrets
import socket
from typing import Final

# Below what the kernel gives to connections and to port 0: from 32768 on Linux (ip(7)), from 49152
# elsewhere (RFC 6335). One from there may be taken before its program has started.
_FIRST: Final = 20_000
_MANY: Final = 10_000


def free_port() -> int:
    """Find a loopback port that nobody uses, and that nobody gets who does not ask for it."""
    while True:
        port = _FIRST + secrets.randbelow(_MANY)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
