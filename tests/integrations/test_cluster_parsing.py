"""Raw JSON of Kubernetes, ordinary, sparse and strange."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.workload import EnvVar
from bot.integrations.cluster_parsing import (
    parse_deployment,
    parse_pods,
    parse_revisions,
    parse_secret_facts,
    parse_secret_value,
)

NOON = "2026-11-20T12:00:00Z"
NAMES = [
    "metadata", "spec", "status", "template", "containers", "env", "items", "replicas", "strategy",
    "rollingUpdate", "maxSurge", "ownerReferences", "kind", "name", "managedFields", "fieldsV1",
    "f:data", "data", "time", "conditions", "containerStatuses", "state", "waiting", "reason",
    "annotations", "deployment.kubernetes.io/revision", "creationTimestamp", "type", "api-key",
]  # fmt: skip
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["ReplicaSet", "Deployment", "web", "web-1", NOON, "9" * 5000, "150%", "²"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)
    ),
    max_leaves=25,
)
OWNERS = [{"kind": "Deployment", "name": "web"}, {"kind": "ReplicaSet", "name": "web-1"}]
OWNED = st.fixed_dictionaries(
    {
        "metadata": st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=4).map(
            lambda meta: meta | {"ownerReferences": OWNERS}
        ),
        "spec": ANYTHING,
        "status": ANYTHING,
    }
)


def test_absent_numbers_are_zero_and_absent_replicas_one():
    found = parse_deployment({"metadata": {"name": "web"}})

    assert (found.replicas, found.updated, found.available, found.revision) == (1, 0, 0, 0)
    assert (found.paused, found.surge) == (False, 1)


@pytest.mark.parametrize(
    ("strategy", "surge"),
    [
        ({}, 1),
        ({"type": "Recreate"}, 0),
        ({"rollingUpdate": {"maxSurge": 3}}, 3),
        ({"rollingUpdate": {"maxSurge": "50%"}}, 2),
        ({"rollingUpdate": {"maxSurge": "30%"}}, 2),
        ({"rollingUpdate": {"maxSurge": "?"}}, 0),
    ],
)
def test_the_surge_is_a_number_of_pods_rounded_up(strategy, surge):
    found = parse_deployment({"spec": {"replicas": 4, "strategy": strategy}})

    assert found.surge == surge


@pytest.mark.parametrize("text", ["9" * 5000, "²", "٣", "-1", ""])
def test_a_number_that_is_none_counts_nothing(text):
    meta = {"annotations": {"deployment.kubernetes.io/revision": text}}
    strategy = {"rollingUpdate": {"maxSurge": f"{text}%"}}

    found = parse_deployment({"metadata": meta, "spec": {"strategy": strategy, "replicas": 4}})

    assert (found.revision, found.surge) == (0, 0)


def test_a_share_of_more_pods_than_a_float_holds_is_counted():
    spec = {"strategy": {"rollingUpdate": {"maxSurge": "50%"}}, "replicas": 10**400}

    assert parse_deployment({"spec": spec}).surge == 5 * 10**399


def test_variables_keep_their_order_and_kind():
    reference = {"name": "KEY", "valueFrom": {"secretKeyRef": {}}}
    env = [{"name": "B", "value": "2"}, reference, {"name": "EMPTY"}]
    pod = {"containers": [{"name": "app", "env": env}], "initContainers": [{"env": env[:1]}]}

    found = parse_deployment({"spec": {"template": {"spec": pod}}})

    assert found.containers[0].env == (
        EnvVar("B", "2"),
        EnvVar("KEY", None, is_reference=True),
        EnvVar("EMPTY", ""),
    )
    assert found.init_env == (EnvVar("B", "2"),)


def hash_of(**container):
    pod = {"containers": [{"name": "app", "image": "a:1"} | container]}
    return parse_deployment({"spec": {"template": {"spec": pod}}}).containers[0].env_hash


def test_the_hash_sees_env_references_and_image_and_nothing_else():
    base = hash_of(env=[{"name": "A", "value": "1"}])

    assert base == hash_of(env=[{"value": "1", "name": "A"}], resources={"x": 1})
    assert len({base, hash_of(), hash_of(image="a:2"), hash_of(envFrom=[{"prefix": "x"}])}) == 4


def test_revisions_come_newest_first_with_cause_image_and_variables():
    app = {"name": "app", "image": "a:1", "env": [{"name": "IDEOGRAM_STYLE", "value": "AUTO"}]}

    def replica_set(number, cause, owner="web"):
        return {
            "metadata": {
                "annotations": {
                    "deployment.kubernetes.io/revision": number,
                    "kubernetes.io/change-cause": cause,
                },
                "creationTimestamp": NOON,
                "ownerReferences": [{"kind": "Deployment", "name": owner}],
            },
            "spec": {"template": {"spec": {"containers": [app]}}},
            "status": {"replicas": 2},
        }

    items = [replica_set("9", "old"), replica_set("10", "new"), replica_set("99", "x", "other")]

    found = parse_revisions({"items": items}, "web", "app")

    assert [(one.number, one.cause, one.image, one.replicas) for one in found] == [
        (10, "new", "a:1", 2),
        (9, "old", "a:1", 2),
    ]
    assert {one.env for one in found} == {(EnvVar("IDEOGRAM_STYLE", "AUTO"),)}


def test_a_secret_tells_length_and_the_newest_change_of_its_key():
    def entry(at, *keys):
        return {"time": at, "fieldsV1": {"f:data": {f"f:{key}": {} for key in keys}}}

    raw = {
        "metadata": {
            "name": "s",
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "managedFields": [
                entry("2026-11-01T00:00:00Z", "api-key"),
                entry(NOON, "other"),
                {"time": NOON, "fieldsV1": {"f:metadata": {}}},
            ],
        },
        "data": {"api-key": base64.b64encode(b"12345\n").decode()},
    }

    found = parse_secret_facts(raw, "api-key")

    assert (found.name, found.key_length) == ("s", 5)
    assert found.changed_at == datetime(2026, 11, 1, tzinfo=UTC)


def test_a_secret_without_managers_changed_when_it_was_made():
    found = parse_secret_facts({"metadata": {"creationTimestamp": NOON}}, "api-key")

    assert found.changed_at == datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize("data", [{}, {"k": 7}, {"k": "%"}, {"k": "/w=="}])
def test_a_value_that_is_no_text_is_none(data):
    assert parse_secret_value({"data": data}, "k") is None


@given(st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=6))
def test_no_document_crashes_the_readers(raw):
    parse_deployment(raw)
    parse_pods(raw, "web", "app")
    parse_revisions(raw, "web", None)
    parse_secret_facts(raw, "api-key")
    parse_secret_value(raw, "api-key")


@given(st.fixed_dictionaries({"items": st.lists(ANYTHING | OWNED, max_size=3)}))
def test_no_item_of_a_list_crashes_the_readers(raw):
    for pod in parse_pods(raw, "web", "app"):
        assert pod.ready or pod.reason
    parse_revisions(raw, "web", None)


def test_a_condition_says_when_it_moved():
    moved = {"type": "Progressing", "reason": "NewReplicaSetAvailable", "lastUpdateTime": NOON}

    found = parse_deployment({"status": {"conditions": [moved, {"type": "Available"}]}})

    assert found.rolled_at == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert [one.updated_at for one in found.conditions] == [found.rolled_at, None]


def test_a_command_line_in_the_cause_of_a_deploy_loses_its_key():
    annotations = {"kubernetes.io/change-cause": "kubectl set env API_KEY=hush --record"}
    owner = {"kind": "Deployment", "name": "web"}
    raw = {"items": [{"metadata": {"annotations": annotations, "ownerReferences": [owner]}}]}

    (found,) = parse_revisions(raw, "web", None)

    assert found.cause == "kubectl set env API_KEY=… --record"
