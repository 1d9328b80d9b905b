"""Users, calls, status page and balances that do not fit together are shown beside the verdict."""

import pytest

from bot.domain.answer import AnswerClass as Answer
from bot.domain.diagnose import diagnose
from bot.domain.diagnosis import Mode
from bot.domain.health import HealthState
from bot.domain.probe import Outcome
from tests.domain.measured import all_well, health, legacy, page, traffic, v3

CONTRADICTIONS = {
    "green-page": (
        all_well(legacy(Answer.SERVER_ERROR), v3(Answer.SERVER_ERROR)),
        "the provider's status page is green in this fault",
    ),
    "red-page": (
        all_well(page(Outcome.UNHEALTHY)),
        "the provider's status page reports trouble, yet our calls work",
    ),
    "users-fail-while-calls-work": (
        all_well(page(Outcome.UNKNOWN), traffic(2, server_error=338)),
        "every call works from here, yet 338 of 340 requests of users fail",
    ),
    "health-is-fine-while-users-fail": (
        all_well(page(Outcome.UNKNOWN), v3(Answer.SERVER_ERROR), traffic(0, server_error=9)),
        "the service calls itself healthy, yet 9 of 9 requests of users fail",
    ),
}


@pytest.mark.parametrize(("seen", "words"), CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_what_does_not_fit_together_is_shown(seen, words):
    assert diagnose(seen).contradictions == (words,)


def test_free_checks_do_not_contradict_a_red_status_page():
    free = all_well(page(Outcome.UNHEALTHY), mode=Mode.QUICK)

    assert diagnose(free).contradictions == ()


def test_a_failing_service_that_admits_it_is_no_contradiction():
    seen = all_well(
        page(Outcome.UNKNOWN), v3(None), traffic(0, server_error=9), health(HealthState.DOWN)
    )

    assert diagnose(seen).contradictions == ()
