"""Watches of objects that come, go, and enter or leave a selection."""

import json

PODS = "/api/v1/namespaces/default/pods"
WEB = "/apis/apps/v1/namespaces/default/deployments/ideogram-service"
DEPLOYMENTS = WEB.rpartition("/")[0]


async def first_events(http, path, count, **query):
    async with http.get(path, params={"watch": "1", "timeoutSeconds": "5", **query}) as answer:
        return [json.loads(await answer.content.readline()) for _ in range(count)]


async def test_a_version_long_gone_is_an_error_event(server, http):
    (event,) = await first_events(http, PODS, 1, resourceVersion="1")

    assert (event["type"], event["object"]["code"]) == ("ERROR", 410)


async def test_streamed_initial_events_end_with_a_bookmark(server, http):
    events = await first_events(http, PODS, 7, sendInitialEvents="true")

    assert [event["type"] for event in events] == ["ADDED"] * 6 + ["BOOKMARK"]
    annotations = events[-1]["object"]["metadata"]["annotations"]
    assert annotations == {"k8s.io/initial-events-end": "true"}


async def test_a_pod_that_starts_running_enters_its_selection(server, http):
    listed = await (await http.get(PODS)).json()
    version = listed["metadata"]["resourceVersion"]
    server.deploy("registry.example.com/ideogram-service:3")

    (event,) = await first_events(
        http, PODS, 1, resourceVersion=version, fieldSelector="status.phase=Running,spec.nodeName!="
    )

    assert event["object"]["status"]["phase"] == "Running"


async def test_a_watch_says_when_a_pod_is_gone(server, http):
    listed = await (await http.get(PODS)).json()
    version = listed["metadata"]["resourceVersion"]
    server.deploy("registry.example.com/ideogram-service:3")

    query = {"resourceVersion": version, "labelSelector": "app=ideogram-service"}
    async with http.get(PODS, params={"watch": "1", **query}) as answer:
        async for line in answer.content:
            event = json.loads(line)
            if event["type"] == "DELETED":
                break

    assert "deletionTimestamp" in event["object"]["metadata"]
    assert event["object"]["metadata"]["name"] in {
        item["metadata"]["name"] for item in listed["items"]
    }


async def test_a_rollout_is_seen_step_by_step(server, http):
    server.deploy("registry.example.com/ideogram-service:3")
    updated = []

    query = {"watch": "1", "fieldSelector": "metadata.name=ideogram-service"}
    async with http.get(DEPLOYMENTS, params=query) as answer:
        async for line in answer.content:
            status = json.loads(line)["object"]["status"]
            if status["observedGeneration"] == 5:
                updated.append(status.get("updatedReplicas", 0))
            if updated[-1:] == [4] and status.get("availableReplicas") == 4:
                break

    assert len(set(updated)) >= 3
