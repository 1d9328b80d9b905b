"""Ids, services, money, policy, rollouts and retries."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from bot.domain.errors import (
    ConfigError,
    NotAllowedError,
    Problem,
    RateLimitedError,
    UnknownIncidentError,
    UnknownServiceError,
)
from bot.domain.ids import (
    IncidentId,
    MitigationId,
    TriageId,
    incident_text,
    mitigation_text,
    parse_incident,
    triage_text,
)
from bot.domain.mitigation import EnvChange, MitigationKind, State
from bot.domain.money import Canary, budget_day
from bot.domain.outbox import retry_delay
from bot.domain.policy import Policy
from bot.domain.service import Call, Target, find_service
from bot.domain.workload import Condition, Container, Deployment, EnvVar, rollout
from tests.builders import ANA, BEN, NIGHT, a_run, a_service


@pytest.mark.parametrize("text", ["INC-42", "inc-42", "inc42", " 42 ", "#42"])
def test_people_write_incidents_in_several_ways(text):
    assert parse_incident(text) == 42


@pytest.mark.parametrize("text", ["", "INC-", "forty", "-1", "٤٢", "INC-99999999999"])
def test_other_words_are_no_incident(text):
    with pytest.raises(UnknownIncidentError):
        parse_incident(text)


def test_ids_read_as_people_say_them():
    assert incident_text(IncidentId(7)) == "INC-7"
    assert mitigation_text(MitigationId("3f2a91c4d5e6")) == "M-3f2a91"
    assert triage_text(TriageId(118)) == "T-118"


def test_the_first_service_is_the_default():
    services = [a_service(), a_service(name="painter")]

    assert find_service(services, None) is services[0]
    assert find_service(services, "painter") is services[1]


def test_an_unknown_service_names_the_nearest():
    with pytest.raises(UnknownServiceError, match="Did you mean ideogram-service"):
        find_service([a_service()], "ideogram-servis")


def test_a_service_like_no_other_lists_all():
    with pytest.raises(UnknownServiceError, match="Known: ideogram-service"):
        find_service([a_service()], "x")


def test_a_target_names_its_place():
    target = Target("default", "web", context="prod-eu")

    assert (target.where, target.key) == ("prod-eu/default", "prod-eu/default/web")
    assert Target("default", "web").where == "default"


def test_a_full_triage_costs_eight_cents():
    assert Canary().price_of(Call) == Decimal("0.08")


def test_the_budget_day_is_utc():
    evening = datetime(2026, 11, 20, 20, tzinfo=timezone(timedelta(hours=-8)))

    assert budget_day(evening) == date(2026, 11, 21)
    assert budget_day(NIGHT.astimezone(UTC)) == date(2026, 11, 20)


def test_everyone_may_by_default():
    Policy().check(MitigationKind.ENABLE_FALLBACK, BEN)


def test_the_policy_names_who_may():
    policy = Policy(allow={"default": ("everyone",), "enable-fallback": (ANA,)})

    policy.check(MitigationKind.ENABLE_FALLBACK, ANA)
    with pytest.raises(NotAllowedError) as refused:
        policy.check(MitigationKind.ENABLE_FALLBACK, BEN)
    assert refused.value.allowed == (ANA,)


def test_a_change_is_turned_round_for_an_undo():
    assert EnvChange("A", None, "1").reversed == EnvChange("A", "1", None)


def test_a_run_knows_whether_it_is_over():
    done = a_run(state=State.EFFECTIVE, finished_at=NIGHT + timedelta(seconds=47))

    assert a_run().is_running
    assert a_run().took is None
    assert (done.is_running, done.took, done.name) == (False, timedelta(seconds=47), "M-3f2a91")


def test_retries_double_up_to_a_minute():
    delays = [retry_delay(attempts, None).total_seconds() for attempts in (1, 2, 3, 7, 50)]

    assert delays == [1, 2, 4, 60, 60]


def test_the_other_sides_wish_wins_when_it_is_longer():
    assert retry_delay(1, timedelta(seconds=20)) == timedelta(seconds=20)
    assert retry_delay(6, timedelta(seconds=1)) == timedelta(seconds=32)


def test_errors_keep_what_the_caller_needs():
    assert RateLimitedError("slow", retry_after=timedelta(seconds=3)).retry_after is not None
    assert str(ConfigError([Problem("A.", "Do B.")])) == "A. Do B."


def a_deployment(**changes):
    values = {
        "name": "web",
        "namespace": "default",
        "resource_version": "1",
        "generation": 5,
        "observed_generation": 5,
        "paused": False,
        "replicas": 4,
        "updated": 4,
        "total": 4,
        "ready": 4,
        "available": 4,
        "containers": (Container("app", "app:1", (EnvVar("A", "1"), EnvVar("A", "2")), "h"),),
    }
    return Deployment(**(values | changes))


ROLLOUTS = {
    "done": ({}, True),
    "not-seen-yet": ({"observed_generation": 4}, False),
    "not-all-updated": ({"updated": 2}, False),
    "old-ones-terminating": ({"total": 5}, False),
    "not-all-available": ({"available": 3}, False),
}


@pytest.mark.parametrize(("status", "done"), ROLLOUTS.values(), ids=ROLLOUTS.keys())
def test_when_a_rollout_is_done(status, done):
    assert rollout(a_deployment(**status), 5).done is done


def test_a_rollout_past_its_deadline_has_failed():
    late = Condition("Progressing", "False", "ProgressDeadlineExceeded", "timed out")

    judged = rollout(a_deployment(conditions=(late,)), 5)

    assert (judged.done, judged.failed) == (False, "timed out")


@pytest.mark.parametrize(("minutes", "failed"), [(-1, ""), (1, "timed out")])
def test_what_a_rollout_before_did_not_reach_says_nothing_of_the_next(minutes, failed):
    at = NIGHT + timedelta(minutes=minutes)
    late = Condition("Progressing", "False", "ProgressDeadlineExceeded", "timed out", at)

    assert rollout(a_deployment(conditions=(late,)), 5, since=NIGHT).failed == failed


def test_containers_are_found_by_name_or_because_there_is_only_one():
    deployment = a_deployment()

    assert deployment.container(None) is deployment.containers[0]
    assert deployment.container("app") is deployment.containers[0]
    assert deployment.container("sidecar") is None
    assert a_deployment(containers=deployment.containers * 2).container(None) is None


def test_the_last_of_two_variables_counts():
    variable = a_deployment().containers[0].variable("A")

    assert variable is not None
    assert variable.value == "2"
    assert a_deployment().containers[0].variable("B") is None
