"""What does the provider say about itself?"""

import re
from datetime import timedelta

import pytest

from bot.domain.answer import Failure, Phase
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.status_page import StatusPage
from bot.probes import PROBES
from tests.fakes.ideogram import an_exchange

URL = "https://status.ideogram.ai/api/v2/summary.json"
PAGE = StatusPage(URL, re.compile(".*"))
FINE = {"status": {"indicator": "none"}, "components": [{"name": "API", "status": "operational"}]}
SICK = {"components": [{"name": "API", "status": "major_outage"}]}


async def read(bench, seen):
    bench.network.pages[URL] = seen
    return await bench.measure(ProbeKind.STATUS_PAGE, status_page=PAGE)


async def test_a_green_page_is_healthy(bench):
    result = await read(bench, an_exchange(200, FINE))

    assert (result.outcome, result.detail) == (Outcome.HEALTHY, "all operational")
    assert result.facts == {"affected": 0}


async def test_a_page_that_admits_trouble_names_the_component(bench):
    result = await read(bench, an_exchange(200, SICK))

    assert (result.outcome, result.detail) == (Outcome.UNHEALTHY, "API major outage")
    assert result.facts == {"affected": 1}


LATE = an_exchange(
    None, failure=Failure.TIMED_OUT, phase=Phase.FIRST_BYTE, latency=timedelta(seconds=5)
)


@pytest.mark.parametrize(
    ("seen", "detail"),
    [
        (an_exchange(404, "<html>"), "404 in 0.4 s"),
        (an_exchange(302), "302 in 0.4 s"),
        (an_exchange(503, FINE), "503 in 0.4 s"),
        (an_exchange(None), "refused at connect"),
        (LATE, "no answer in 5.0 s, waited for the first byte"),
        (an_exchange(200, "<html>"), "not understood: no component of ours"),
        (an_exchange(200, {}), "not understood: no component of ours"),
    ],
)
async def test_no_page_or_another_one_is_unknown_never_down(bench, seen, detail):
    result = await read(bench, seen)

    assert (result.outcome, result.ran, result.facts) == (Outcome.UNKNOWN, True, {})
    assert result.detail.startswith(detail)


async def test_a_page_is_no_answer_of_the_api(bench):
    result = await read(bench, an_exchange(200, SICK))

    assert (result.answered, result.answer) == (None, None)


async def test_without_a_url_nobody_is_asked(bench):
    result = await bench.measure(ProbeKind.STATUS_PAGE)

    assert (result.outcome, result.ran, bench.network.asked) == (Outcome.UNKNOWN, False, [])


def test_a_triage_does_not_wait_long_for_it(bench):
    probe = PROBES[ProbeKind.STATUS_PAGE](bench.instruments())

    assert probe.timeout == timedelta(seconds=5)
