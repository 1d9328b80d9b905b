"""What health says of a switch."""

from bot.domain.answer import Failure, Phase
from bot.domain.health import HealthState
from bot.domain.mitigation import EffectState
from bot.domain.switching import judged
from tests.builders import a_service
from tests.fakes.ideogram import an_exchange

BAD = frozenset({HealthState.DOWN})


def seen(answer):
    return judged(a_service(), answer, HealthState.FALLBACK, BAD)


def test_a_health_url_that_is_not_reached_from_here_makes_nothing_worse():
    found = seen(an_exchange(None, failure=Failure.DNS, phase=Phase.DNS))

    assert (found.state, found.detail) == (EffectState.UNSEEN, "health says not reached from here")


def test_what_health_says_is_cleaned():
    word = "refused api_key=hush"

    assert "hush" not in seen(an_exchange(200, {"services": {"ideogram": word}})).detail
