"""Does the API host resolve?"""

import asyncio
from datetime import timedelta

from bot.domain.probe import Outcome, ProbeKind
from bot.domain.resolution import Resolution
from tests.fakes.network import UNRESOLVED, FakeNetwork


async def test_a_host_that_resolves_is_healthy(bench):
    result = await bench.measure(ProbeKind.DNS)

    assert result.outcome is Outcome.HEALTHY
    assert result.detail == "api.ideogram.ai: 2 addresses in 18 ms"
    assert result.facts == {
        "literal": False,
        "addresses": 2,
        "resolvers": 1,
        "resolvers_failing": 0,
    }
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


SILENT = Resolution((), timedelta(seconds=8), error="no answer")
SLOW = Resolution(("104.18.12.7",), timedelta(seconds=3))


async def test_a_dead_resolver_beside_a_good_one_is_said_and_the_name_stays_healthy(bench):
    bench.network.resolvers["10.0.0.11"] = SILENT

    result = await bench.measure(ProbeKind.DNS)

    assert result.outcome is Outcome.HEALTHY
    assert result.detail.endswith("1 of 2 resolvers fails: 10.0.0.11 (no answer)")
    assert result.facts["trouble"] == "1 of 2 resolvers fails: 10.0.0.11 (no answer)"
    assert (result.facts["resolvers"], result.facts["resolvers_failing"]) == (2, 1)
    assert result.excerpt == (
        "10.0.0.10: 104.18.12.7, 104.18.13.7 in 18 ms · 10.0.0.11: no answer, after 8.0 s"
    )


async def test_slow_resolving_hurts_although_it_works(bench):
    bench.network.resolution = SLOW
    bench.network.resolvers = {"10.0.0.10": SLOW}

    result = await bench.measure(ProbeKind.DNS)

    assert (result.outcome, result.latency) == (Outcome.HEALTHY, SLOW.latency)
    assert result.detail == "api.ideogram.ai: 1 address in 3.0 s"
    assert result.facts["trouble"] == "resolving takes 3.0 s"


async def test_one_good_resolver_does_not_clear_a_name_that_requests_cannot_resolve(bench):
    bench.network.resolution = SILENT
    bench.network.resolvers["10.0.0.11"] = SILENT

    result = await bench.measure(ProbeKind.DNS)

    assert result.outcome is Outcome.UNHEALTHY
    assert result.detail == (
        "api.ideogram.ai does not resolve: no answer, 1 of 2 resolvers fails: 10.0.0.11 (no answer)"
    )
