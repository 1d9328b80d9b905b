"""All that a triage found, in words; and with whose key it asked."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain import facts
from bot.domain.beside import Beside
from bot.domain.diagnosis import Cause
from bot.domain.draft import Seen
from bot.domain.ledger import Anchor, Estimate
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.thresholds import Thresholds
from bot.domain.traffic import Traffic, to_facts
from tests.builders import ANA, NIGHT, a_result, an_incident
from tests.sayings import HOSTILE, WORDS, a_card, a_diagnosis

KEY = {facts.KEY: "65f09926", facts.KEY_SOURCE: "secret ideogram-secrets"}
NAMED = "(secret ideogram-secrets, 65f09926)"
REFUSED = a_result(ProbeKind.AUTH, Outcome.UNHEALTHY, detail="401 in 0.4 s", facts=KEY)
ESTIMATE = Estimate(
    Anchor(Decimal("42.10"), NIGHT - timedelta(hours=30), ANA), Decimal("38.10"), NIGHT
)
FACTS = {value for name, value in vars(facts).items() if name.isupper()}


def entries(*results, **changes):
    return WORDS.evidence(a_card(results=results, **changes))


@pytest.mark.parametrize(
    ("outcome", "detail", "row"),
    [
        (Outcome.UNHEALTHY, "401 in 0.4 s", f"*Fails*  key 401 in 0.4 s {NAMED}"),
        (Outcome.HEALTHY, "price quote in 0.1 s", f"*Works*  key accepted {NAMED}"),
        (Outcome.UNKNOWN, "503 in 0.4 s", f"*Not seen*  key (503 in 0.4 s; {NAMED[1:]}"),
    ],
)
def test_the_card_names_whose_key_was_asked_with_however_it_ended(outcome, detail, row):
    quote = replace(REFUSED, outcome=outcome, detail=detail)

    assert row in WORDS.wording(a_card(results=(quote,))).rows


def test_where_no_quote_was_asked_for_the_canary_tells_of_the_key():
    quote = a_result(ProbeKind.AUTH, Outcome.UNKNOWN, detail="quotes are off", ran=False)
    canary = a_result(ProbeKind.GENERATE_V3, Outcome.UNHEALTHY, detail="401 in 0.4 s", facts=KEY)

    said = WORDS.wording(a_card(results=(quote, canary))).rows

    assert f"*Not seen*  key (quotes are off; {NAMED[1:]}" in said


def test_a_status_update_is_no_place_for_the_key():
    seen = Seen(an_incident(), diagnosis=a_diagnosis(Cause.AUTH), results=(REFUSED,))

    assert WORDS.draft(seen).cause == "Ideogram refuses our key (key 401 in 0.4 s)"


def test_facts_stand_in_words():
    workload = a_result(
        ProbeKind.WORKLOAD,
        facts={
            facts.RESTARTS: 3,
            facts.PODS_OLDER_THAN_KEY: True,
            facts.REVISION_AGE_SECONDS: 7200,
            facts.REVISION_CAUSE: "",
            facts.STUCK: False,
        },
    )
    picture = a_result(ProbeKind.DOWNLOAD, facts={facts.BYTES: 48211, facts.SECONDS_LEFT: 3600})
    host = a_result(ProbeKind.REACHABILITY, facts={facts.CERTIFICATE_DAYS: 61})

    said = [one.lines[-1] for one in entries(REFUSED, workload, picture, host)]

    assert said == [
        "key fingerprint: 65f09926 · key from: secret ideogram-secrets",
        "restarts: 3 · pods older than key: yes · revision age: 2 h · rollout stuck: no",
        "bytes: 48211 · link good for: 60 min",
        "days until the certificate ends: 61",
    ]


def test_figures_of_users_have_their_units():
    seen = Traffic(timedelta(minutes=5), p95=timedelta(seconds=6), balance_usd=Decimal("8.5"))

    (traffic,) = entries(a_result(ProbeKind.TRAFFIC, facts=to_facts(seen)))

    assert traffic.lines[-1] == (
        "window: 5 min · requests: 0 · failed: 0 · P95: 6.0 s · balance: $8.50"
    )


@pytest.mark.parametrize("fact", sorted(FACTS))
def test_no_fact_stands_by_the_name_that_only_programs_know(fact):
    (entry,) = entries(a_result(facts={fact: "x1"}))

    assert fact.startswith("onset_") or ": x1" in entry.lines[-1] or ": $x1" in entry.lines[-1]
    assert "_" not in "".join(entry.lines)


def test_what_stands_in_the_first_line_is_not_said_again():
    (entry,) = entries(
        a_result(detail="200 in 3 s, 2 s of it DNS", facts={facts.SLOW_PART: "2 s of it DNS"})
    )

    assert entry.lines == ("200 in 3 s, 2 s of it DNS · 03:04:00 UTC",)


@pytest.mark.parametrize(
    ("cause", "outcome", "state"),
    [
        (Cause.OUTAGE, Outcome.UNHEALTHY, "fails · the verdict rests on it"),
        (Cause.HEALTHY, Outcome.HEALTHY, "works · the verdict rests on it"),
        (Cause.UNDETERMINED, Outcome.UNKNOWN, "not seen · the verdict lacks it"),
    ],
)
def test_what_the_verdict_rests_on_is_marked(cause, outcome, state):
    found = a_diagnosis(cause, evidence=(ProbeKind.GENERATE_V3,))

    dns, canary = entries(a_result(ProbeKind.DNS), a_result(outcome=outcome), diagnosis=found)

    assert (dns.name, dns.state) == ("dns", "works")
    assert (canary.name, canary.state) == ("generate-v3", state)


def test_without_a_verdict_nothing_is_marked():
    (dns,) = entries(a_result(ProbeKind.DNS), diagnosis=None)

    assert dns.state == "works"


@pytest.mark.parametrize(
    ("cause", "low", "state"),
    [
        (Cause.CREDITS_LOW, 10, "estimated · the verdict rests on it"),
        (Cause.CREDITS_LOW, 3, "estimated"),
        (Cause.AUTH, 10, "estimated"),
    ],
    ids=["low", "low by the gauge alone", "another cause"],
)
def test_the_estimate_is_an_entry_that_says_what_it_rests_on(cause, low, state):
    found = a_diagnosis(cause, limits=Thresholds(low_balance_usd=Decimal(low)))

    (entry,) = entries(diagnosis=found, beside=Beside(estimate=ESTIMATE))

    assert (entry.name, entry.state) == ("balance", state)
    assert entry.lines == (
        "about $4.00 left, estimated; reading 30 h old",
        "$42.10 read 2026-11-18 21:04 UTC by U0ANA, $38.10 used since",
    )


def test_an_estimate_that_says_nothing_any_more_says_so():
    old = replace(ESTIMATE, spent=None, why_not="the key may not read it")

    (entry,) = entries(diagnosis=a_diagnosis(Cause.CREDITS_LOW), beside=Beside(estimate=old))

    assert entry.state == "estimated"
    first, second = entry.lines
    assert first == "unknown by now"
    assert second.endswith(" by U0ANA, what was used since is not known: the key may not read it")


def test_what_others_said_stays_on_its_line_and_as_it_is():
    (entry,) = entries(a_result(detail="<b>&amp;", excerpt=HOSTILE, facts={facts.HOST: HOSTILE}))

    assert entry.lines[0] == "<b>&amp; · 03:04:00 UTC"
    assert len(entry.lines) == 3
    assert entry.lines[2].startswith("Answer: <!channel> *&* [x]")
