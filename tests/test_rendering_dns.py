"""The words of cards where our own name servers hurt."""

from datetime import timedelta

import pytest

from bot.domain.answer import AnswerClass
from bot.domain.diagnosis import Cause, HumanStep, Mode, Origin
from bot.domain.draft import Seen
from bot.domain.incident import Status
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.severity import Severity
from tests.builders import NIGHT, a_result, an_incident
from tests.sayings import WELL, WORDS, a_card, a_diagnosis, a_healthy_card, a_postmortem

TROUBLE = "1 of 2 resolvers fails: 10.0.0.11 (no answer)"
DNS = a_result(ProbeKind.DNS, facts={"trouble": TROUBLE})
OTHERS = tuple(one for one in WELL if one.kind is not ProbeKind.DNS)
MEND = HumanStep(1, f"Mend our DNS: {TROUBLE}")


def a_slow(kind, **changes):
    facts = {"slow_part": "3.0 s of it DNS"} | changes.pop("facts", {})
    return a_result(kind, latency=timedelta(seconds=3.4), facts=facts, **changes)


@pytest.mark.parametrize(
    ("mode", "header"),
    [
        (Mode.FULL, "Ideogram works, but trouble with our DNS"),
        (Mode.QUICK, "No fault found by free checks, but trouble with our DNS"),
    ],
)
def test_a_good_verdict_does_not_hide_a_bad_resolver(mode, header):
    said = WORDS.wording(a_healthy_card(mode=mode, results=(DNS, *OTHERS)))

    assert said.header == header
    assert "trouble with our DNS" in said.text
    assert said.rows[0] == f"*Hurts*  {TROUBLE}"
    assert "DNS" not in said.rows[1]


def test_trouble_with_resolvers_stands_beside_what_users_suffer():
    sick = a_result(ProbeKind.APP_HEALTH, Outcome.UNHEALTHY, detail="says down in 18 ms")

    said = WORDS.wording(a_card(results=(DNS, sick)))

    assert said.rows[0] == f"*Hurts*  {TROUBLE} · health says down in 18 ms"


def test_a_slow_resolver_is_the_suspect_and_no_deploy_is():
    pods = a_result(ProbeKind.WORKLOAD, detail="4/4 pods ready", facts={"revision": 15})
    found = a_diagnosis(
        Cause.OWN_SERVICE,
        Severity.P2,
        origin=Origin.US,
        evidence=(ProbeKind.DNS, ProbeKind.APP_HEALTH),
        steps=(MEND,),
    )

    said = WORDS.wording(a_card(results=(DNS, pods), diagnosis=found))

    assert said.header == "P2 · Our DNS is slow, Ideogram answers"
    assert said.lead == (f"*Do now: {MEND.text}.* Every request waits for our own resolver first.")
    assert not [row for row in said.rows if row.startswith("*Next*")]


def test_an_incident_from_slow_dns_blames_no_deploy():
    found = a_diagnosis(Cause.OWN_SERVICE, Severity.P2, origin=Origin.US, evidence=(ProbeKind.DNS,))
    over = an_incident(
        title="Our DNS is slow, Ideogram answers", status=Status.RESOLVED, resolved_at=NIGHT
    )

    draft = WORDS.draft(Seen(an_incident(impact=""), found, (DNS,)))
    document = WORDS.document(a_postmortem(incident=over, diagnosis=found, results=(DNS,)))

    assert draft.title == "Our DNS is slow, Ideogram answers"
    assert "Our DNS was slow, Ideogram answered" in document
    assert "slow name server" in document
    assert "deploy" not in draft.title + draft.cause + document


def test_a_request_names_its_slow_phase():
    results = (
        a_slow(ProbeKind.REACHABILITY),
        a_slow(ProbeKind.AUTH, facts={"key_source": "secret s"}),
        a_slow(ProbeKind.GENERATE_V3, answer=AnswerClass.IMAGE),
        a_slow(ProbeKind.DOWNLOAD),
    )

    said = WORDS.wording(a_healthy_card(results=results))

    assert said.rows == (
        (
            "*Works*  API host in 3.4 s (3.0 s of it DNS), "
            "key accepted in 3.4 s (3.0 s of it DNS) (secret s)"
        ),
    )
    assert said.lead.startswith("*V3 image in 3.4 s (3.0 s of it DNS), downloaded.*")
