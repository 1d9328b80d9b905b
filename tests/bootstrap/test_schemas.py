"""The JSON Schemas."""

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import yaml
from jsonschema import Draft202012Validator, ValidationError

from bot.bootstrap.schemas import config_schema, triage_schema
from bot.domain.answer import Phase
from bot.domain.beside import Beside
from bot.domain.diagnosis import AlsoSeen, Cause, NotLookedAt, Origin
from bot.domain.errors import Problem
from bot.domain.history import Earlier
from bot.domain.ids import IncidentId
from bot.domain.ledger import Anchor, Estimate
from bot.domain.message import NotOffered
from bot.domain.mitigation import MitigationKind
from bot.domain.onset import Onset, Sign, to_facts
from bot.domain.probe import Outcome, ProbeKind
from bot.domain.severity import Severity
from bot.terminal import document, problems_document
from tests import readme
from tests.builders import ANA, NIGHT, a_result
from tests.documents import check_document
from tests.sayings import SICK, WORDS, a_card, a_diagnosis, a_healthy_card

ONSET = Onset(Sign.FAILING, NIGHT, before=False, hit=338, requests=340, until=NIGHT)
DIAGNOSIS = a_diagnosis(
    also_seen=(AlsoSeen(Cause.SLOW, Origin.PROVIDER, Severity.P2),),
    not_looked_at=(NotLookedAt(ProbeKind.STATUS_PAGE, "no answer"),),
    contradictions=("the status page is green",),
)
RESULTS = (
    *SICK,
    a_result(ProbeKind.TRAFFIC, Outcome.UNHEALTHY, facts=to_facts(ONSET)),
    a_result(ProbeKind.REACHABILITY, phases=((Phase.FIRST_BYTE, NIGHT - NIGHT),), request="GET /"),
)
BY_HAND = NotOffered(MitigationKind.ENABLE_FALLBACK, "no cluster", by_hand="kubectl set env")
EARLIER = Earlier(
    IncidentId(17), timedelta(days=12), timedelta(hours=1), BY_HAND.kind, timedelta(seconds=48)
)
ANCHOR = Anchor(Decimal(42), NIGHT - timedelta(hours=30), ANA)
BESIDE = Beside(earlier=EARLIER, estimate=Estimate(ANCHOR, Decimal(4), NIGHT))
CARD = a_card(
    diagnosis=DIAGNOSIS,
    results=RESULTS,
    not_offered=(BY_HAND,),
    beside=BESIDE,
    open_incident=IncidentId(7),
)
ONE = document(CARD, WORDS, ["Enable Fallback"])
ALL = {"schema": "ideogram-bot/triages/1", "triages": [ONE, ONE]}
ERROR = problems_document([Problem("No such service.", "Name another.")])
TRIAGE, CONFIG = Draft202012Validator(triage_schema()), Draft202012Validator(config_schema())


def paths(value, before=()):
    """List the way to every key of every object, first ones of lists alone; facts are free."""
    if isinstance(value, list):
        return paths(value[0], (*before, 0)) if value else []
    if not isinstance(value, dict) or before[-1:] in [("facts",), ("phases_ms",)]:
        return []
    found = [(*before, key) for key in value]
    return [*found, *(way for key in value for way in paths(value[key], (*before, key)))]


@pytest.mark.parametrize("schema", [triage_schema(), config_schema()])
def test_each_is_a_schema_of_the_draft_it_names(schema):
    Draft202012Validator.check_schema(schema)

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("printed", [ONE, ALL, ERROR, document(a_healthy_card(), WORDS, [])])
def test_every_document_is_as_its_schema_says(printed):
    check_document(printed)


def test_open_and_earlier_incidents_and_the_balance_are_in_the_document():
    assert (ONE["balance_usd"], ONE["balance_age_seconds"]) == ("38.000", 30 * 3600)
    assert ONE["open_incident"] == "INC-7"
    assert ONE["earlier"] == {
        "incident": "INC-17",
        "ago_seconds": 12 * 86400,
        "lasted_seconds": 3600,
        "helped": "enable-fallback",
        "took_seconds": 48,
    }


def test_a_triage_without_database_and_verdict_is_as_its_schema_says():
    card = replace(CARD, triage_id=None, budget_left=None, diagnosis=None, duration=None)

    check_document(document(card, WORDS, []))


@pytest.mark.parametrize("printed", [ONE, ALL, ERROR], ids=["triage", "triages", "error"])
def test_no_key_can_be_renamed_or_left_out(printed):
    for *way, key in paths(printed):
        changed = deepcopy(printed)
        inner = changed
        for step in way:
            inner = inner[step]
        inner[f"{key}_anew"] = inner.pop(key)

        assert not TRIAGE.is_valid(changed), (*way, key)


@pytest.mark.parametrize(
    "changed",
    [
        {"mode": "fast"},
        {"id": "118"},
        {"cost_usd": 0.08},
        {"started_at": "2026-11-20 03:04"},
        {"duration_ms": "6150"},
        {"schema": "ideogram-bot/triage/2"},
        {"diagnosis": {**ONE["diagnosis"], "cause": "weather"}},
    ],
)
def test_a_value_of_another_kind_is_refused(changed):
    assert not TRIAGE.is_valid({**ONE, **changed})


def test_a_key_that_the_schema_does_not_name_is_allowed_to_readers_and_noticed_here():
    with_more = {**ONE, "diagnosis": {**ONE["diagnosis"], "mood": "bad"}}

    assert TRIAGE.is_valid(with_more)
    with pytest.raises(AssertionError, match="mood"):
        check_document(with_more)


def config(**changes):
    (example,) = readme.examples()
    return {**yaml.safe_load(example), **changes}


def test_the_example_of_the_readme_is_as_the_schema_of_the_config_file_says():
    CONFIG.validate(config())


@pytest.mark.parametrize(
    "changes",
    [
        {"services": []},
        {"services": [{"namespace": "default"}]},
        {"services": [{"name": "Ideogram Service"}]},
        {"services": [{"name": "x", "depoyment": "x"}]},
        {"slack": {"incidents_channel": "#incidents"}},
        {"policy": {"allow": {"enable-falback": ["everyone"]}}},
        {"policy": {"allow": {"default": ["ana"]}}},
        {"policy": {"verify_seconds": "long"}},
        {"tempates_folder": "x"},
    ],
)
def test_a_wrong_config_file_is_refused(changes):
    with pytest.raises(ValidationError):
        CONFIG.validate(config(**changes))
