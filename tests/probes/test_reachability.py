"""Does Ideogram answer at all?"""

import pytest

from bot.domain.answer import AnswerClass, Failure, Phase
from bot.domain.probe import Outcome, ProbeKind
from tests.fakes.ideogram import an_exchange


@pytest.mark.parametrize("status", [200, 301, 401, 404, 429])
async def test_any_answer_below_500_is_healthy(bench, status):
    bench.ideogram.answers["keyless"] = an_exchange(status)

    result = await bench.measure(ProbeKind.REACHABILITY)

    assert (result.outcome, result.answered) == (Outcome.HEALTHY, True)
    assert (result.status, result.answer) == (status, None)


async def test_the_days_of_the_certificate_are_told(bench):
    result = await bench.measure(ProbeKind.REACHABILITY)

    assert result.detail == "200 in 0.4 s, certificate ends in 61 d"
    assert result.facts["certificate_days"] == 61


async def test_a_server_error_is_unhealthy_and_still_an_answer(bench):
    bench.ideogram.answers["keyless"] = an_exchange(502, "<html>")

    result = await bench.measure(ProbeKind.REACHABILITY)

    assert (result.outcome, result.answered) == (Outcome.UNHEALTHY, True)
    assert result.answer is AnswerClass.SERVER_ERROR


async def test_no_answer_is_unhealthy_and_says_how_far_it_got(bench):
    bench.ideogram.answers["keyless"] = an_exchange(
        None, failure=Failure.TIMED_OUT, phase=Phase.TLS
    )

    result = await bench.measure(ProbeKind.REACHABILITY)

    assert (result.outcome, result.answered) == (Outcome.UNHEALTHY, False)
    assert result.detail == "no answer in 0.4 s, waited for TLS"
    assert result.facts == {"slow_phase": "tls"}
