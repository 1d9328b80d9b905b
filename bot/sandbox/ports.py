"""Ports for programs that bind them later."""

import contextlib
import errno
import secrets
import socket
from typing import Final

# Below what kernels give to connections and to port 0 as they come: from 32768 on Linux (ip(7)),
# from 49152 elsewhere (RFC 6335). One from there may be taken before its program has started.
_FIRST: Final = 20_000
_MANY: Final = 10_000
_TRIES: Final = 100


def free_port() -> int:
    """Find a loopback port that nobody uses, and that nobody gets who does not ask for it.

    Raises:
        OSError: None was found.
    """
    for _ in range(_TRIES):
        port = _FIRST + secrets.randbelow(_MANY)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError(errno.EADDRINUSE, f"no free port from {_FIRST} to {_FIRST + _MANY - 1}")
