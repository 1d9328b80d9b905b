"""Pods in the JSON of Kubernetes: whose they are, what keeps them from being ready, since when."""

from datetime import UTC, datetime

import pytest

from bot.integrations.cluster_parsing import parse_pods

NOON = "2026-11-20T12:00:00Z"


def a_pod(name="web-5d4f-x", owner="web-5d4f", status=None, **meta):
    owners = [{"kind": "ReplicaSet", "name": owner}]
    return {
        "metadata": {"name": name, "ownerReferences": owners, "creationTimestamp": NOON} | meta,
        "status": status or {},
    }


def container_state(name="app", restarts=0, **state):
    return {"name": name, "restartCount": restarts, "state": state}


def the_pod(status, container="app", **meta):
    return parse_pods({"items": [a_pod(status=status, **meta)]}, "web", container)[0]


def test_pods_of_others_are_left_out_and_the_newest_comes_first():
    old = a_pod("web-5d4f-a", creationTimestamp="2026-11-19T12:00:00Z")
    new = a_pod("web-77c9-b", "web-77c9")
    other = a_pod("web-api-5d4f-c", "web-api-5d4f")

    found = parse_pods({"items": [old, other, new]}, "web", None)

    assert [one.name for one in found] == ["web-77c9-b", "web-5d4f-a"]


@pytest.mark.parametrize("phase", ["Failed", "Succeeded"])
def test_a_pod_that_is_over_is_none_of_the_deployment(phase):
    evicted = a_pod(status={"phase": phase, "reason": "Evicted"})

    assert parse_pods({"items": [evicted]}, "web", None) == ()


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (
            {"containerStatuses": [container_state(waiting={"reason": "ImagePullBackOff"})]},
            "ImagePullBackOff",
        ),
        (
            {
                "initContainerStatuses": [container_state(terminated={"reason": "Completed"})],
                "containerStatuses": [container_state(terminated={"reason": "OOMKilled"})],
            },
            "OOMKilled",
        ),
        (
            {"conditions": [{"type": "PodScheduled", "reason": "Unschedulable"}]},
            "Unschedulable",
        ),
        ({"phase": "Running", "reason": "NodeLost"}, "NodeLost"),
        ({"phase": "Pending"}, "Pending"),
        ({"phase": "Running"}, "Running, not ready"),
        ({}, "NotReady"),
    ],
)
def test_a_pod_that_is_not_ready_says_why(status, reason):
    found = the_pod(status)

    assert (found.ready, found.reason) == (False, reason)


def test_a_ready_pod_has_no_reason_and_counts_all_restarts():
    found = the_pod(
        {
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [container_state(restarts=2), container_state("b", 3)],
        }
    )

    assert (found.ready, found.reason, found.restarts) == (True, "", 5)


def test_a_pod_on_its_way_out_is_not_ready():
    found = the_pod({"conditions": [{"type": "Ready", "status": "True"}]}, deletionTimestamp=NOON)

    assert (found.ready, found.reason) == (False, "Terminating")


def test_a_pods_start_is_that_of_the_services_container():
    states = [
        container_state("sidecar", running={"startedAt": "2026-11-20T10:00:00Z"}),
        container_state("app", running={"startedAt": "2026-11-20T11:00:00Z"}),
    ]

    found = the_pod({"containerStatuses": states, "startTime": "2026-11-20T09:00:00Z"})

    assert found.started_at == datetime(2026, 11, 20, 11, tzinfo=UTC)


def test_a_pod_that_runs_nothing_yet_started_when_it_was_made():
    assert the_pod({}).started_at == datetime(2026, 11, 20, 12, tzinfo=UTC)
