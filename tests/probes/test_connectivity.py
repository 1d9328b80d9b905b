"""Is there a way out of our own network?"""

from datetime import timedelta

from bot.domain.probe import Outcome, ProbeKind
from tests.fakes.ideogram import an_exchange
from tests.fakes.network import FakeNetwork, no_such_host


class Ways(FakeNetwork):
    def __init__(self, *ways_out):
        super().__init__()
        self.ways_out = ways_out


async def test_any_answer_from_anywhere_is_a_way_out(bench):
    named, literal = bench.network.ways_out
    bench.network.pages = {named: an_exchange(500), literal: an_exchange(None)}

    result = await bench.measure(ProbeKind.CONNECTIVITY)

    assert (result.outcome, result.detail) == (Outcome.HEALTHY, "1 of 2 ways out answer")
    assert result.facts == {"ways_out": 1, "names_resolved": True}


async def test_no_answer_from_anywhere_is_unhealthy_and_names_each(bench):
    bench.network.cut()

    result = await bench.measure(ProbeKind.CONNECTIVITY)

    assert result.outcome is Outcome.UNHEALTHY
    assert result.detail == ("no way out: slack.com name not resolved, 1.1.1.1 refused at connect")
    assert result.facts == {"ways_out": 0, "names_resolved": False}
    assert result.latency is None


async def test_a_dead_resolver_is_seen_beside_a_way_out_by_address(bench):
    bench.network.pages = {bench.network.ways_out[0]: no_such_host()}

    result = await bench.measure(ProbeKind.CONNECTIVITY)

    assert result.outcome is Outcome.HEALTHY
    assert result.facts["names_resolved"] is False


async def test_a_refused_host_has_resolved(bench):
    network = Ways("https://slack.com/")
    network.pages = {"https://slack.com/": an_exchange(None)}

    result = await bench.measure(ProbeKind.CONNECTIVITY, network=network)

    assert result.facts == {"ways_out": 0, "names_resolved": True}


async def test_addresses_alone_say_nothing_about_names(bench):
    result = await bench.measure(ProbeKind.CONNECTIVITY, network=Ways("https://1.1.1.1/"))

    assert "names_resolved" not in result.facts


async def test_nothing_configured_is_unknown(bench):
    result = await bench.measure(ProbeKind.CONNECTIVITY, network=Ways())

    assert (result.outcome, result.ran) == (Outcome.UNKNOWN, False)


async def test_the_fastest_answer_is_the_latency(bench):
    slow, fast = bench.network.ways_out
    bench.network.pages = {
        slow: an_exchange(200, latency=timedelta(seconds=2)),
        fast: an_exchange(200, latency=timedelta(milliseconds=20)),
    }

    result = await bench.measure(ProbeKind.CONNECTIVITY)

    assert result.latency == timedelta(milliseconds=20)
