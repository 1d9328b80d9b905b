"""Does the API host resolve?"""

import asyncio
from datetime import timedelta

from bot.domain.probe import Outcome, ProbeKind
from bot.ports import Resolution
from tests.fakes.network import UNRESOLVED, FakeNetwork


async def test_a_host_that_resolves_is_healthy(bench):
    result = await bench.measure(ProbeKind.DNS)

    assert result.outcome is Outcome.HEALTHY
    assert result.detail == "api.ideogram.ai: 2 addresses in 18 ms"
    assert result.facts == {"literal": False, "addresses": 2}
    assert result.answered is None


async def test_a_host_that_does_not_resolve_is_unhealthy(bench):
    bench.network.resolution = UNRESOLVED

    result = await bench.measure(ProbeKind.DNS)

    assert result.outcome is Outcome.UNHEALTHY
    assert result.detail == "api.ideogram.ai does not resolve: no such host"


async def test_a_literal_address_has_nothing_to_resolve(bench):
    bench.network.resolution = Resolution(("127.0.0.1",), timedelta(0), literal=True)

    result = await bench.measure(ProbeKind.DNS)

    assert result.outcome is Outcome.HEALTHY
    assert "literal address" in result.detail
    assert result.latency is None


async def test_a_resolver_that_hangs_is_unhealthy(bench):
    class Hanging(FakeNetwork):
        async def resolve(self, host):
            await asyncio.Event().wait()

    result = await bench.measure(ProbeKind.DNS, network=Hanging(), timeout=timedelta(0))

    assert result.outcome is Outcome.UNHEALTHY
    assert "no answer" in result.detail
