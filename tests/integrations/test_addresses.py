"""Hosts, addresses, proxies."""

import pytest

from bot.integrations.addresses import (
    goes_through_proxy,
    has_proxies,
    in_turn,
    is_address,
    is_public,
    system_resolve,
)

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture
def environment(monkeypatch):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch.setenv


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "93.184.216.34"])
def test_an_address_needs_no_resolver(host):
    assert is_address(host)


@pytest.mark.parametrize("host", ["localhost", "api.ideogram.ai", "2130706433", "127.1", ""])
def test_a_name_does(host):
    assert not is_address(host)


async def test_the_system_resolves_each_address_once():
    assert "127.0.0.1" in await system_resolve("localhost", 80)


def test_families_take_turns_and_a_few_addresses_are_enough():
    six = [f"2606:4700::{n}" for n in range(1, 6)]

    assert in_turn([*six, "192.0.2.1"]) == [six[0], "192.0.2.1", six[1], six[2]]


def test_without_a_proxy_in_the_environment_all_goes_directly(environment):
    assert not has_proxies()
    assert not goes_through_proxy("https", "api.ideogram.ai")


def test_a_proxy_is_used_for_its_scheme_and_not_for_what_is_excepted(environment):
    environment("HTTPS_PROXY", "http://proxy.example:3128")
    environment("NO_PROXY", "internal.example")

    assert has_proxies()
    assert goes_through_proxy("https", "api.ideogram.ai")
    assert not goes_through_proxy("http", "api.ideogram.ai")
    assert not goes_through_proxy("https", "app.internal.example")


def test_loopback_never_goes_through_a_proxy(environment):
    environment("ALL_PROXY", "http://proxy.example:3128")

    assert not goes_through_proxy("http", "127.0.0.1")
    assert goes_through_proxy("http", "app.example")


@pytest.mark.parametrize("carrier", ["::", "::ffff:", "64:ff9b::"])
@pytest.mark.parametrize("inside", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "192.168.1.1"])
def test_an_address_that_carries_a_private_one_is_private(carrier, inside):
    assert not is_public(carrier + inside)


@pytest.mark.parametrize(
    "address",
    [
        "64:ff9b:1::5db8:d822",
        "2002:a00:1::1",
        "2002:7f00:1::1",
        "fec0::1",
        "fe80::1%eth0",
        "ff02::1",
    ],
)
def test_what_leads_into_our_own_network_is_private(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "2606:4700::1", "64:ff9b::93.184.216.34", "2002:5db8:d822::1"],
)
def test_what_leads_into_the_internet_is_public(address):
    assert is_public(address)
