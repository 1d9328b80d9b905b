"""What the card of a cause says beyond its title."""

import pytest

from bot.domain.answer import AnswerClass
from bot.domain.beside import Beside
from bot.domain.diagnosis import Cause, Origin
from bot.domain.probe import Outcome, ProbeKind
from bot.terminal import plain
from tests.builders import a_result
from tests.sayings import WORDS, a_card, a_diagnosis

URL = "https://ideogram.ai/platform"


def failed(answer, status):
    return a_result(ProbeKind.GENERATE_V3, Outcome.UNHEALTHY, answer=answer, status=status)


@pytest.mark.parametrize(
    ("results", "says"),
    [
        ([failed(AnswerClass.SERVER_ERROR, 503)], "Ideogram answers with server errors."),
        ([], "Ideogram answers with server errors."),
        (
            [failed(AnswerClass.SERVER_ERROR, 503), failed(AnswerClass.SERVER_ERROR, 200)],
            "Ideogram answers with server errors.",
        ),
        ([failed(AnswerClass.SERVER_ERROR, 200)], "look for a proxy or a login page in between."),
        ([failed(AnswerClass.SERVER_ERROR, 302)], "look for a proxy or a login page in between."),
        ([failed(AnswerClass.NO_ANSWER, None)], "Requests to Ideogram break off or get no answer."),
        ([failed(AnswerClass.NO_ANSWER, 200)], "Requests to Ideogram break off or get no answer."),
    ],
)
def test_an_outage_says_what_really_came(results, says):
    card = a_card(diagnosis=a_diagnosis(), results=tuple(results))

    assert says in WORDS.wording(card).lead


@pytest.mark.parametrize("cause", [Cause.AUTH, Cause.CREDITS_EXHAUSTED, Cause.CREDITS_LOW])
def test_a_card_about_the_key_or_the_credits_leads_to_the_bill(cause):
    card = a_card(
        diagnosis=a_diagnosis(cause, origin=Origin.ACCOUNT), beside=Beside(billing_url=URL)
    )

    rows = WORDS.wording(card).rows

    assert f"*Open Billing*  <{URL}>" in "\n".join(rows).splitlines()
    assert f"Open Billing  {URL}" in plain("\n".join(rows))


def test_other_cards_and_those_without_a_url_do_not():
    outage = a_card(beside=Beside(billing_url=URL))
    unset = a_card(diagnosis=a_diagnosis(Cause.AUTH))

    assert "Open Billing" not in str(WORDS.wording(outage)) + str(WORDS.wording(unset))
