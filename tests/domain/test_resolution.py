"""What each name server said, and what of it hurts."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import facts
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.resolution import (
    NO_SUCH_NAME,
    NameServer,
    Resolution,
    failing,
    is_waited_for,
    seen_trouble,
    told,
    trouble,
)
from tests.builders import a_result

FAST = Resolution(("192.0.2.1", "192.0.2.2"), timedelta(milliseconds=18))
SLOW = Resolution(("192.0.2.1",), timedelta(seconds=3))
SILENT = Resolution((), timedelta(seconds=8), error="no answer")
UNKNOWN = Resolution((), timedelta(milliseconds=5), error=NO_SUCH_NAME)


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("10.0.0.11", NameServer("10.0.0.11")),
        ("10.0.0.11:5353", NameServer("10.0.0.11", 5353)),
        ("fd00::53", NameServer("fd00::53")),
        ("[fd00::53]", NameServer("fd00::53")),
        ("[fd00::53]:5353", NameServer("fd00::53", 5353)),
    ],
)
def test_a_name_server_is_read_from_its_address(text, server):
    assert NameServer.parse(text) == server


@pytest.mark.parametrize(
    "text",
    [
        *("", "dns.example", "10.0.0", "10.0.0.11:", "10.0.0.11:0", "10.0.0.11:65536"),
        *("10.0.0.11:x", "[fd00::53", "[fd00::53]:0", "[fd00::53]5353x", "10.0.0.11:٥٣"),
    ],
)
def test_what_is_no_name_server_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"10\.0\.0\.11:5353"):
        NameServer.parse(text)


@given(st.ip_addresses(), st.integers(1, 65535))
def test_what_is_written_is_read_back(address, port):
    server = NameServer(str(address), port)

    assert NameServer.parse(str(server)) == server


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text):
    try:
        NameServer.parse(text)
    except ValueError as error:
        assert "name server" in str(error)  # noqa: PT017  either is right


@pytest.mark.parametrize(
    ("way", "each", "words"),
    [
        (FAST, {}, None),
        (FAST, {"a": FAST, "b": FAST}, None),
        (FAST, {"a": SILENT, "b": FAST}, "1 of 2 resolvers fails: a (no answer)"),
        (FAST, {"a": SILENT, "b": SILENT}, "2 of 2 resolvers fail: a (no answer), b (no answer)"),
        (FAST, {"a": SILENT}, "1 of 1 resolver fails: a (no answer)"),
        (FAST, {"a": FAST, "b": UNKNOWN}, f"1 of 2 resolvers fails: b ({NO_SUCH_NAME})"),
        (FAST, {"a": UNKNOWN, "b": UNKNOWN}, None),
        (FAST, {"a": FAST, "b": SLOW}, "b takes 3.0 s"),
        (SLOW, {"a": SLOW, "b": SLOW}, "resolving takes 3.0 s"),
        (
            SLOW,
            {"a": SILENT, "b": FAST},
            "resolving takes 3.0 s, 1 of 2 resolvers fails: a (no answer)",
        ),
        (SILENT, {"a": SILENT, "b": SILENT}, None),
        (SILENT, {"a": SILENT, "b": FAST}, "1 of 2 resolvers fails: a (no answer)"),
    ],
)
def test_what_hurts_is_said_once(way, each, words):
    assert trouble(way, each) == words


def test_a_name_that_no_server_knows_stands_elsewhere_when_it_resolves():
    assert failing(FAST, {"a": UNKNOWN}) == ()
    assert failing(UNKNOWN, {"a": UNKNOWN}) == ("a",)


def test_the_evidence_lists_every_server():
    many = Resolution(("192.0.2.1", "192.0.2.2", "192.0.2.3"), timedelta(milliseconds=18))

    assert told({"a": many, "b": SILENT}) == (
        "a: 192.0.2.1, 192.0.2.2 and 1 more in 18 ms · b: no answer, after 8.0 s"
    )
    assert told({}) is None


def dns(outcome=Outcome.HEALTHY, seconds=0.0, **found):
    return a_result(ProbeKind.DNS, outcome, latency=timedelta(seconds=seconds), facts=found)


def test_requests_wait_for_a_slow_resolver_that_answers_in_the_end():
    assert is_waited_for(dns(seconds=2.1))
    assert not is_waited_for(dns(seconds=2))
    assert not is_waited_for(dns(Outcome.UNHEALTHY, seconds=9))
    assert not is_waited_for(a_result(ProbeKind.DNS))
    assert not is_waited_for(None)


def test_trouble_is_read_where_the_name_resolves():
    found = {facts.TROUBLE: "b takes 3.0 s"}

    assert seen_trouble(dns(**found)) == "b takes 3.0 s"
    assert seen_trouble(dns(Outcome.UNHEALTHY, **found)) is None
    assert seen_trouble(None) is None
    assert seen_trouble(dns()) is None
