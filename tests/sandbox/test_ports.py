"""A port for a program that starts in a moment."""

import socket

from bot.sandbox.ports import free_port


def test_a_free_port_can_be_bound():
    with socket.socket() as program:
        program.bind(("127.0.0.1", free_port()))


def test_two_programs_hardly_get_the_same_one():
    assert len({free_port() for _ in range(20)}) > 10
