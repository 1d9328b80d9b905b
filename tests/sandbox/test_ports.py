"""A port for a program that starts in a moment."""

import socket
from pathlib import Path

import pytest

from bot.sandbox.ports import free_port

GIVEN_AWAY = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_a_free_port_can_be_bound():
    with socket.socket() as program:
        program.bind(("127.0.0.1", free_port()))


def test_two_programs_hardly_get_the_same_one():
    assert len({free_port() for _ in range(20)}) > 10


@pytest.mark.skipif(not GIVEN_AWAY.exists(), reason="only Linux says which ports it gives away")
def test_no_connection_gets_it_by_chance():
    first, last = map(int, GIVEN_AWAY.read_text(encoding="ascii").split())
    if first < 30_000:
        pytest.skip(f"this machine gives away ports from {first} on")

    assert all(not first <= free_port() <= last for _ in range(20))
