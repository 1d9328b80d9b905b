"""What the card of a cause says beyond its title."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.answer import AnswerClass
from bot.domain.beside import Beside
from bot.domain.diagnosis import AlsoSeen, Cause, HumanStep, NotLookedAt, Origin
from bot.domain.ledger import Anchor, Estimate
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.severity import Severity
from bot.domain.thresholds import Thresholds
from bot.terminal import plain
from tests.builders import ANA, NIGHT, a_result, an_incident
from tests.sayings import WORDS, a_card, a_diagnosis, a_postmortem

URL = "https://ideogram.ai/platform"
LEFT = Estimate(Anchor(Decimal("42.10"), NIGHT - timedelta(hours=30), ANA), Decimal("38.10"), NIGHT)
GAUGE = a_result(ProbeKind.TRAFFIC, facts={"balance_usd": "8.50"})


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


def balance(card):
    """Read the rows about what is left."""
    return [row for row in WORDS.wording(card).rows if row.startswith("*Balance*")]


@pytest.mark.parametrize("cause", [Cause.AUTH, Cause.CREDITS_EXHAUSTED, Cause.CREDITS_LOW])
@pytest.mark.parametrize(
    ("left", "results", "says"),
    [
        (LEFT, (), "about $4.00 left, estimated; reading 30 h old"),
        (
            Estimate(LEFT.anchor, None, NIGHT - timedelta(hours=29), "403"),
            (),
            "at most $42.10 left; reading 60 min old",
        ),
        (None, (GAUGE,), "$8.50 by the service's metrics"),
        (
            LEFT,
            (GAUGE,),
            "about $4.00 left, estimated; reading 30 h old · $8.50 by the service's metrics",
        ),
    ],
    ids=["estimate", "usage unknown", "gauge", "both"],
)
def test_a_card_about_money_says_what_is_left_and_how_old_that_is(cause, left, results, says):
    card = a_card(diagnosis=a_diagnosis(cause), beside=Beside(estimate=left), results=results)

    assert balance(card) == [f"*Balance*  {says}"]


def test_credits_that_run_out_beside_another_cause_are_said_too():
    low = AlsoSeen(Cause.CREDITS_LOW, Origin.ACCOUNT, Severity.P2)
    card = a_card(diagnosis=a_diagnosis(also_seen=(low,)), beside=Beside(estimate=LEFT))

    assert balance(card) == ["*Balance*  about $4.00 left, estimated; reading 30 h old"]


def test_nothing_is_said_of_a_balance_that_nobody_knows_or_asks_for():
    too_old = Estimate(LEFT.anchor, None, NIGHT, "403")

    assert balance(a_card(beside=Beside(estimate=LEFT))) == []
    assert balance(a_card(diagnosis=a_diagnosis(Cause.AUTH), beside=Beside(estimate=too_old))) == []
    assert balance(a_card(diagnosis=None, beside=Beside(estimate=LEFT))) == []


LIMITS = Thresholds(slow_after=timedelta(seconds=20), low_balance_usd=Decimal("7.50"))


@pytest.mark.parametrize(
    ("limits", "slow", "low"), [(Thresholds(), "30 s", "$10"), (LIMITS, "20 s", "$7.50")]
)
def test_figures_are_those_that_the_verdict_was_judged_by(limits, slow, low):
    found = a_diagnosis(Cause.SLOW, limits=limits)
    incident = an_incident(cause=Cause.SLOW)

    assert (
        f"Images come, but take longer than {slow}." in WORDS.wording(a_card(diagnosis=found)).lead
    )
    assert f"while pictures take longer than {slow} " in WORDS.document(
        a_postmortem(incident=incident, diagnosis=found)
    )
    for cause in (Cause.CREDITS_LOW, Cause.CREDITS_EXHAUSTED):
        found = a_diagnosis(cause, limits=limits)
        report = WORDS.document(a_postmortem(incident=an_incident(cause=cause), diagnosis=found))
        assert f"alert below {low} " in report


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (
            "no key: set IDEOGRAM_API_KEY",
            "*The bot has no key it may use, and users are not visible.",
        ),
        ("cut off", "*What would decide could not be measured, and users are not visible."),
    ],
)
def test_what_could_not_be_judged_names_the_key_where_that_is_missing(why, words):
    found = a_diagnosis(
        Cause.UNDETERMINED,
        origin=None,
        evidence=(ProbeKind.GENERATE_V3,),
        not_looked_at=(
            NotLookedAt(ProbeKind.DOWNLOAD, "no picture"),
            NotLookedAt(ProbeKind.GENERATE_V3, why),
        ),
    )

    assert WORDS.wording(a_card(diagnosis=found)).lead.startswith(words)


def test_undetermined_says_how_to_treat_it_and_what_to_fix():
    step = HumanStep(2, "set IDEOGRAM_API_KEY")
    hidden = a_diagnosis(Cause.UNDETERMINED, Severity.P1, origin=None, steps=(step,))

    said = WORDS.wording(a_card(diagnosis=hidden, results=()))
    fine = WORDS.wording(a_card(diagnosis=replace(hidden, severity=Severity.P4)))

    assert said.header == "Cannot judge · treat as P1"
    assert said.rows == ("*Fix*  set IDEOGRAM_API_KEY",)
    assert fine.header == "Cannot judge · users are fine"


def test_our_own_fault_names_the_suspect():
    facts = {
        "revision": 15,
        "revision_age_seconds": 720,
        "revision_cause": "faster",
        "image": "a:2",
    }
    pods = a_result(ProbeKind.WORKLOAD, Outcome.UNHEALTHY, detail="2/4 pods ready", facts=facts)

    said = WORDS.wording(a_card(results=(pods,), diagnosis=a_diagnosis(Cause.OWN_SERVICE)))

    assert "Suspect: revision 15, 12 min old, “faster”, image a:2." in said.lead
    assert said.rows == ("*Fails*  2/4 pods ready",)


@pytest.mark.parametrize(
    ("concurrency", "in_flight", "limit", "sum_"),
    [
        ("8", 32, 40, "4 pods × 8 = 32 requests at once; Ideogram takes 40."),
        ("8", 32, None, "4 pods × 8 = 32 requests at once; Ideogram takes 10 by default."),
        ("20", 20, None, "Up to 20 requests at once; Ideogram takes 10 by default."),
    ],
)
def test_a_rate_limit_says_the_arithmetic(concurrency, in_flight, limit, sum_):
    seen = {"concurrency": concurrency, "replicas": 4, "in_flight": in_flight}
    pods = a_result(ProbeKind.WORKLOAD, facts=seen)
    named = {} if limit is None else {"max_inflight": limit}
    full = a_result(ProbeKind.GENERATE_V3, Outcome.UNHEALTHY, facts=named)

    said = WORDS.wording(a_card(results=(full, pods), diagnosis=a_diagnosis(Cause.RATE_LIMIT)))

    assert sum_ in said.lead


def test_a_rate_limit_of_pods_that_nobody_saw_has_no_arithmetic():
    full = a_result(ProbeKind.GENERATE_V3, Outcome.UNHEALTHY, facts={"max_inflight": 10})

    said = WORDS.wording(a_card(results=(full,), diagnosis=a_diagnosis(Cause.RATE_LIMIT)))

    assert "at once" not in said.lead
