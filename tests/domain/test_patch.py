from dataclasses import replace

import pytest

from bot.domain.diagnosis import Cause, HumanStep, Rollout
from bot.domain.errors import GuardRefusedError
from bot.domain.ids import IncidentId, MitigationId
from bot.domain.mitigation import EnvChange
from bot.domain.patch import (
    as_text,
    bot_that_made,
    by_hand,
    change_cause,
    changed,
    changes_between,
    env_patch,
    is_left_over,
    is_ours,
    look_by_hand,
    shown,
    step_by_hand,
    value_of,
)
from bot.domain.probe import ProbeKind
from bot.domain.service import Target
from bot.domain.severity import Severity
from bot.domain.workload import Revision
from tests.builders import NIGHT, a_preview, a_result, a_run
from tests.fakes.cluster_objects import a_container, a_deployment
from tests.sayings import a_diagnosis

DEPLOYMENT = a_deployment()
APP = DEPLOYMENT.containers[0]
RESTART = (HumanStep(1, "Restart the Deployment", Rollout.RESTART),)
OURS = {"ideogram-bot/mitigation": "3f2a91c4d5e6"}


def patch_of(*changes: EnvChange):
    return env_patch(DEPLOYMENT, APP, changes, mitigation_id=MitigationId("m1"), cause="INC-42")


def entry_of(*changes: EnvChange):
    return patch_of(*changes)["spec"]["template"]["spec"]["containers"][0]


def test_the_patch_names_one_container_and_every_variable_in_order():
    entry = entry_of(EnvChange("IDEOGRAM_FALLBACK", "false", "true"))

    assert entry["name"] == "app"
    assert entry["env"] == [{"name": "IDEOGRAM_FALLBACK", "value": "true"}]
    assert [one["name"] for one in entry["$setElementOrder/env"]] == [
        "IDEOGRAM_API_KEY",
        "IDEOGRAM_FALLBACK",
        "IDEOGRAM_ENABLED",
        "IDEOGRAM_CONCURRENCY",
    ]


def test_a_new_variable_goes_to_the_end():
    entry = entry_of(EnvChange("NEW", None, "1"))

    assert entry["$setElementOrder/env"][-1] == {"name": "NEW"}


def test_an_absent_after_value_deletes_the_variable():
    entry = entry_of(EnvChange("IDEOGRAM_FALLBACK", "true", None))

    assert entry["env"] == [{"name": "IDEOGRAM_FALLBACK", "$patch": "delete"}]
    assert {"name": "IDEOGRAM_FALLBACK"} not in entry["$setElementOrder/env"]


def test_the_patch_is_bound_to_what_was_read_and_signed_on_the_deployment_only():
    patch = patch_of(EnvChange("IDEOGRAM_FALLBACK", "false", "true"))

    assert patch["metadata"] == {
        "resourceVersion": "1000",
        "annotations": {"ideogram-bot/mitigation": "m1", "kubernetes.io/change-cause": "INC-42"},
    }
    assert "metadata" not in patch["spec"]["template"]


def test_the_order_of_containers_is_kept():
    spec = patch_of(EnvChange("A", None, "1"))["spec"]["template"]["spec"]

    assert spec["$setElementOrder/containers"] == [{"name": "app"}, {"name": "sidecar"}]


def test_setting_a_variable_says_what_it_was():
    assert changed(APP, "IDEOGRAM_FALLBACK", "true") == EnvChange(
        "IDEOGRAM_FALLBACK", "false", "true"
    )
    assert changed(APP, "NEW", "1") == EnvChange("NEW", None, "1")


@pytest.mark.parametrize(
    ("name", "after", "guard"),
    [
        ("IDEOGRAM_API_KEY", "x", "value-from"),
        ("IDEOGRAM_FALLBACK", "false", "already"),
        ("NEW", None, "already"),
    ],
)
def test_references_and_what_is_so_already_are_refused(name, after, guard):
    with pytest.raises(GuardRefusedError) as refused:
        changed(APP, name, after)

    assert refused.value.guard == guard


def test_only_named_variables_that_differ_are_changes():
    after = a_container(A="2", B="1", C="9")

    found = changes_between(a_container(A="1", B="1"), after, ["A", "B"])

    assert found == (EnvChange("A", "1", "2"),)


def test_a_reference_has_no_literal_value():
    assert value_of(APP, "IDEOGRAM_API_KEY") is None
    assert value_of(APP, "NEW") is None


def test_values_are_written_for_people():
    assert [shown(None), shown(""), shown("true")] == ["not set", "empty", "true"]
    assert as_text({"A": "1", "B": None}) == "A=1, B not set"


def test_a_deployment_is_ours_while_it_has_our_annotation_hash_and_values():
    after = replace(APP, env=a_container(IDEOGRAM_FALLBACK="true").env)
    ours = replace(DEPLOYMENT, annotations=OURS, containers=(after,))
    run = a_run(preview=a_preview(after_hash=after.env_hash))

    assert is_ours(run, ours)
    assert is_ours(replace(run, preview=a_preview()), ours)
    assert not is_ours(replace(run, preview=a_preview(after_hash="other")), ours)
    assert not is_ours(run, replace(ours, annotations={}))
    assert not is_ours(replace(run, container="gone"), ours)
    assert not is_ours(a_run(), replace(ours, containers=(APP,)))


def test_the_command_by_hand_names_place_container_and_value():
    target = Target("default", "web", "app", context="prod eu")

    assert by_hand(target, EnvChange("A", None, "1")) == (
        "kubectl --context 'prod eu' -n default set env deployment/web -c app A=1"
    )
    assert by_hand(Target("default", "web"), EnvChange("A", "1", None)) == (
        "kubectl -n default set env deployment/web A-"
    )


def a_revision(number, cause):
    return Revision(number, NIGHT, cause, "app:1", 4)


def test_a_change_of_ours_is_known_by_what_we_wrote():
    alone = a_revision(2, change_cause(a_run()))
    within = a_revision(2, change_cause(a_run(incident_id=IncidentId(1))))
    theirs = a_revision(2, "faster queue")

    assert [bot_that_made(one, ()) for one in (alone, within, theirs)] == [
        "this bot", "this bot (INC-1)", None,
    ]  # fmt: skip


def test_a_text_of_ours_that_a_later_deploy_left_standing_names_nobody():
    ours = change_cause(a_run())
    deployed, pressed = a_revision(3, ours), a_revision(2, ours)

    assert bot_that_made(deployed, (pressed,)) is None
    assert is_left_over(deployed, (pressed,))
    assert not is_left_over(a_revision(3, "x"), (a_revision(2, "x"),))


def test_the_command_that_shows_a_rollout_names_its_place():
    target = Target("shop", "web", "app", context="prod eu")

    assert look_by_hand(target) == (
        "kubectl --context 'prod eu' -n shop rollout status deployment/web"
    )


def test_what_a_person_does_to_a_rollout_has_its_command_where_the_deployment_is_known():
    target = Target("shop", "web", context="prod eu")
    stale = replace(a_diagnosis(Cause.STALE_KEY, Severity.P1), steps=RESTART)
    down = a_diagnosis(Cause.OUTAGE, Severity.P1)

    assert step_by_hand(stale, (), target) == (
        "kubectl --context 'prod eu' -n shop rollout restart deployment/web"
    )
    assert step_by_hand(stale, (), None) is None
    assert step_by_hand(down, (), target) is None


@pytest.mark.parametrize(
    ("found", "is_told"),
    [
        ({"revision": 5, "revision_age_seconds": 720}, True),
        ({"revision": 5, "revision_age_seconds": 3 * 86400}, False),
        ({"revision": 5, "revision_age_seconds": 720, "revision_by": "this bot (INC-1)"}, False),
        ({"revision": 1}, False),
    ],
)
def test_only_a_fresh_deploy_of_somebody_else_is_to_be_undone(found, is_told):
    step = HumanStep(1, "Undo or roll back the newest deploy", Rollout.UNDO)
    broken = replace(a_diagnosis(Cause.OWN_SERVICE, Severity.P1), steps=(step,))
    pods = a_result(ProbeKind.WORKLOAD, facts=found)

    command = step_by_hand(broken, (pods,), Target("shop", "web"))

    assert command == ("kubectl -n shop rollout undo deployment/web" if is_told else None)
