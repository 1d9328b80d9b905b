"""For all tests: no socket leaves this machine, and nothing is hurried.

An audit hook sees every connection and every look-up of a name in this process, whatever library
makes it. It cannot be removed again, so it stands for the whole run.
"""

import ipaddress
import os
import sys
from typing import Any

import structlog
from hypothesis import HealthCheck, settings

os.environ.pop("PYTHONASYNCIODEBUG", None)  # asyncio's debug mode changes the timing of everything


class OutsideError(RuntimeError):
    """A test tried to leave this machine. No OSError: nobody may take it for an outage."""


def _refuse_outside(event: str, arguments: tuple[Any, ...]) -> None:
    is_sent = event in {"socket.connect", "socket.sendto"}
    if is_sent and isinstance(arguments[1], tuple):  # else a Unix socket
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not _is_here(host):
        raise OutsideError(f"{event} of {host!r}: tests stay on loopback")


def _is_here(host: str | bytes | None) -> bool:
    """Accept loopback, and the unspecified address that servers listen on."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return True
    try:
        address = ipaddress.ip_address(str(name).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


sys.addaudithook(_refuse_outside)

# A busy machine makes no claim false: how long an example takes is none of them.
# Every run tries the same examples, so that a change alone decides what fails. To search further:
# pytest --hypothesis-profile search
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "search", settings.get_profile("repeatable"), derandomize=False, max_examples=2_000
)
settings.load_profile("repeatable")

# As it comes, structlog prints every local variable of a traceback: seconds for each.
structlog.configure(
    processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()]
)
