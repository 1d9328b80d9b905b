"""Ways out."""

import socket
from datetime import timedelta

import httpx

from bot.integrations.http import Http
from bot.integrations.name_servers import NameServers
from bot.integrations.network import SystemNetwork
from tests.fakes.clock import FakeClock


def network(*, resolve=None, handler=None):
    transport = httpx.MockTransport(handler or (lambda request: httpx.Response(200, text="ok")))
    http = Http.open(FakeClock(), transport=transport, resolve=resolve or public)
    return SystemNetwork(
        http=http,
        name_servers=NameServers(clock=http.clock, host="api.ideogram.ai"),
        ways_out=("https://slack.com/api/api.test",),
    )


async def public(host, port):
    return ["93.184.216.34", "93.184.216.35"]


async def test_a_name_is_resolved_to_its_addresses():
    found = await network().resolve("api.ideogram.ai")

    assert found.addresses == ("93.184.216.34", "93.184.216.35")
    assert (found.literal, found.error) == (False, "")


async def test_a_literal_address_is_not_resolved():
    found = await network(resolve=None).resolve("127.0.0.1")

    assert (found.addresses, found.literal) == (("127.0.0.1",), True)


async def test_a_failed_resolution_says_why():
    async def refusing(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    found = await network(resolve=refusing).resolve("no.example")

    assert (found.addresses, found.error) == ((), "name or service not known")


async def test_a_name_that_is_none_says_so():
    async def refusing(host, port):
        return host.encode("idna")

    found = await network(resolve=refusing).resolve("a..b")

    assert found.error == "not a valid host name"


async def test_no_address_is_a_failure_too():
    async def nothing(host, port):
        return []

    assert (await network(resolve=nothing).resolve("x.example")).error == "no address"


async def test_a_configured_url_is_fetched_without_credentials():
    asked = []

    def handler(request):
        asked.append(request)
        return httpx.Response(200, json={"status": "ok"})

    way = network(handler=handler)

    seen = await way.get("https://app.example.com/health?x=1", timeout=timedelta(seconds=1))

    assert (seen.status, seen.body, seen.endpoint) == (200, {"status": "ok"}, "GET /health")
    assert not {"api-key", "authorization"} & set(asked[0].headers)
