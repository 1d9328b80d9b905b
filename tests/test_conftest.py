"""The guard of tests/conftest.py holds."""

import socket

import pytest


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "ideogram.ai"])
def test_no_name_beyond_this_machine_is_looked_up(host: str) -> None:
    with pytest.raises(RuntimeError, match="tests stay on loopback"):
        socket.getaddrinfo(host, 443)


def test_no_connection_leaves_this_machine() -> None:
    with socket.socket() as outgoing, pytest.raises(RuntimeError, match="stay on loopback"):
        outgoing.connect(("192.0.2.1", 443))


def test_loopback_stays_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        with socket.create_connection(("localhost", port)) as outgoing:
            assert outgoing.getpeername()[1] == port


def test_no_packet_leaves_this_machine() -> None:
    kind = socket.SOCK_DGRAM
    with socket.socket(type=kind) as outgoing, pytest.raises(RuntimeError, match="on loopback"):
        outgoing.sendto(b"?", ("192.0.2.1", 53))
