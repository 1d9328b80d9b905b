"""What does the service itself say?"""

import pytest

from bot.domain.answer import Failure, Phase
from bot.domain.probe import Outcome, ProbeKind
from tests.builders import a_service
from tests.fakes.ideogram import an_exchange

URL = "https://app.example.com/health"


def says(word, status=200):
    return an_exchange(status, {"services": {"ideogram": {"status": word}}})


@pytest.mark.parametrize(
    ("seen", "outcome", "state"),
    [
        (says("ok"), Outcome.HEALTHY, "healthy"),
        (says("fallback"), Outcome.HEALTHY, "fallback"),
        (says("degraded"), Outcome.UNHEALTHY, "degraded"),
        (says("down", 503), Outcome.UNHEALTHY, "down"),
        (says("sideways"), Outcome.UNKNOWN, "unknown"),
    ],
)
async def test_the_word_of_the_service_decides(bench, seen, outcome, state):
    bench.network.pages[URL] = seen

    result = await bench.measure(ProbeKind.APP_HEALTH)

    assert (result.outcome, result.facts["state"]) == (outcome, state)
    assert result.facts["fallback"] is (state == "fallback")


async def test_it_says_what_the_service_said(bench):
    bench.network.pages[URL] = says("degraded")

    result = await bench.measure(ProbeKind.APP_HEALTH)

    assert result.detail == "says degraded in 0.4 s"


async def test_no_answer_is_down(bench):
    bench.network.pages[URL] = an_exchange(None)

    result = await bench.measure(ProbeKind.APP_HEALTH)

    assert (result.outcome, result.facts["state"]) == (Outcome.UNHEALTHY, "down")
    assert result.detail == "refused at connect"


@pytest.mark.parametrize(
    ("failure", "phase"),
    [
        (Failure.DNS, Phase.DNS),
        (Failure.TLS, Phase.TLS),
        (Failure.TIMED_OUT, Phase.DNS),
        (Failure.TIMED_OUT, Phase.CONNECT),
    ],
)
async def test_a_service_that_is_not_reached_from_here_is_not_accused(bench, failure, phase):
    bench.network.pages[URL] = an_exchange(None, failure=failure, phase=phase)

    result = await bench.measure(ProbeKind.APP_HEALTH)

    assert (result.outcome, result.facts["state"]) == (Outcome.UNKNOWN, "unknown")
    assert result.detail.startswith("not reached from here: ")


async def test_a_service_that_takes_a_request_and_does_not_answer_is_down(bench):
    bench.network.pages[URL] = an_exchange(None, failure=Failure.TIMED_OUT, phase=Phase.FIRST_BYTE)

    result = await bench.measure(ProbeKind.APP_HEALTH)

    assert (result.outcome, result.facts["state"]) == (Outcome.UNHEALTHY, "down")


async def test_an_answer_that_breaks_off_is_none(bench):
    bench.network.pages[URL] = an_exchange(200, failure=Failure.BROKEN, phase=Phase.BODY)

    result = await bench.measure(ProbeKind.APP_HEALTH)

    assert result.facts["state"] == "down"


@pytest.mark.parametrize("body", [None, [], "<html>", {"services": []}, {"services": {}}, 7])
async def test_a_document_of_any_shape_is_at_worst_not_understood(bench, body):
    bench.network.pages[URL] = an_exchange(200, body)

    result = await bench.measure(ProbeKind.APP_HEALTH)

    assert result.outcome is Outcome.UNKNOWN
    assert "services.ideogram" in result.detail


async def test_without_a_health_url_nothing_is_asked(bench):
    subject = bench.subject(service=a_service(health_url=None))

    result = await bench.measure(ProbeKind.APP_HEALTH, subject)

    assert (result.outcome, result.ran, bench.network.asked) == (Outcome.UNKNOWN, False, [])
