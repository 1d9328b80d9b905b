"""The seeded cluster, its pods as traffic sees them, and the controls of the page."""

import asyncio
import json

import aiohttp
import pytest

from bot.sandbox.kubernetes.resources import PODS
from bot.sandbox.kubernetes.server import KubernetesServer, PodView

SERVICE = "ideogram-service"
WEB = f"/apis/apps/v1/namespaces/default/deployments/{SERVICE}"
PATIENCE_SECONDS = 10


def now() -> float:
    return asyncio.get_running_loop().time()


def pods(server: KubernetesServer) -> list[PodView]:
    return server.pods("default", SERVICE)


def switch(name: str, value: str) -> str:
    container = {"name": "app", "env": [{"name": name, "value": value}]}
    return json.dumps({"spec": {"template": {"spec": {"containers": [container]}}}})


RESTART = json.dumps({"spec": {"template": {"metadata": {"annotations": {"restartedAt": "now"}}}}})


async def until(server, condition):
    """Wait for a change of the cluster after which `condition()` holds."""
    async with asyncio.timeout(PATIENCE_SECONDS), server.subscribe() as events:
        while not condition():
            await events.get()


def is_rolled_out(server):
    item = server.deployment("default", SERVICE)
    status = item["status"]
    counts = {status.get(name) for name in ("replicas", "updatedReplicas", "availableReplicas")}
    return status["observedGeneration"] == item["metadata"]["generation"] and counts == {4}


def progressing(server):
    conditions = server.deployment("default", SERVICE)["status"]["conditions"]
    return next(entry["reason"] for entry in conditions if entry["type"] == "Progressing")


async def test_it_starts_with_four_ready_pods_of_a_third_deploy(server):
    assert [pod.ready for pod in pods(server)] == [True] * 4
    annotations = server.deployment("default", SERVICE)["metadata"]["annotations"]
    assert annotations["deployment.kubernetes.io/revision"] == "4"


async def test_the_first_keys_reach_the_seeded_pods(server):
    server.set_secret("ideogram-secrets", {"api-key": "first", "api-key-next": "second"})

    assert {pod.env["IDEOGRAM_API_KEY"] for pod in pods(server)} == {"first"}


async def test_a_later_key_needs_a_restart(server, http):
    server.set_secret("ideogram-secrets", {"api-key": "first"})
    server.set_secret("ideogram-secrets", {"api-key": "second"})
    before = {pod.env["IDEOGRAM_API_KEY"] for pod in pods(server)}

    await http.patch(WEB, data=RESTART)
    await until(server, lambda: is_rolled_out(server))

    after = {pod.env["IDEOGRAM_API_KEY"] for pod in pods(server)}
    assert (before, after) == ({"first"}, {"second"})


async def test_a_switch_reaches_the_pods_by_a_rollout(server, http):
    old = {pod.name for pod in pods(server)}

    await http.patch(WEB, data=switch("IDEOGRAM_FALLBACK", "true"))
    await until(server, lambda: is_rolled_out(server))

    assert {pod.env["IDEOGRAM_FALLBACK"] for pod in pods(server)} == {"true"}
    assert old.isdisjoint(pod.name for pod in pods(server))


async def test_a_pod_takes_about_its_time(server, http):
    started = now()

    await http.patch(WEB, data=switch("IDEOGRAM_FALLBACK", "true"))
    await until(server, lambda: is_rolled_out(server))

    # Two waves at least, as one pod may be missing and one be too many.
    assert now() - started > 2 * 0.1 * 0.85


async def test_our_own_deploy_is_a_revision_with_its_cause(server):
    server.deploy("registry.example.com/ideogram-service:3.0.0-bad")
    await until(server, lambda: is_rolled_out(server))

    annotations = server.deployment("default", SERVICE)["metadata"]["annotations"]
    assert annotations["kubernetes.io/change-cause"] == "deploy 3.0.0-bad"
    assert annotations["deployment.kubernetes.io/revision"] == "5"
    assert {pod.image for pod in pods(server)} == {
        "registry.example.com/ideogram-service:3.0.0-bad"
    }


async def test_stuck_pods_end_in_the_deadline(server, http):
    server.stick()

    await http.patch(WEB, data=RESTART)
    await until(server, lambda: progressing(server) == "ProgressDeadlineExceeded")

    assert sum(pod.ready for pod in pods(server)) == 3


async def test_stuck_pods_say_why(server, http):
    server.stick(why="ImagePullBackOff")

    await http.patch(WEB, data=RESTART)
    await until(server, lambda: "ImagePullBackOff" in waiting_reasons(server))


async def test_released_pods_finish_the_rollout(server, http):
    server.stick(why="ImagePullBackOff")
    await http.patch(WEB, data=RESTART)
    await until(server, lambda: "ImagePullBackOff" in waiting_reasons(server))

    server.stick(stuck=False)
    await until(server, lambda: is_rolled_out(server))

    assert all(pod.ready and pod.env for pod in pods(server))


async def test_a_reference_to_nothing_keeps_the_container_from_starting(server):
    container = {
        "name": "app",
        "env": [{"name": "X", "valueFrom": {"secretKeyRef": {"name": "none", "key": "k"}}}],
    }
    patch = json.dumps({"spec": {"template": {"spec": {"containers": [container]}}}})
    headers = {
        "Authorization": f"Bearer {server.rights.users['admin'].token}",
        "Content-Type": "application/strategic-merge-patch+json",
    }
    async with aiohttp.ClientSession(server.url, headers=headers) as admin:
        await admin.patch(WEB, data=patch)
    await until(server, lambda: "CreateContainerConfigError" in waiting_reasons(server))

    server.set_secret("none", {"k": "v"})
    await until(server, lambda: is_rolled_out(server))

    assert {pod.env["X"] for pod in pods(server)} == {"v"}


def waiting_reasons(server):
    found = server.store.peek(PODS, "default")
    states = [
        entry["state"].get("waiting", {}).get("reason")
        for pod in found
        for entry in pod["status"].get("containerStatuses", [])
    ]
    return set(states)


async def test_the_bot_may_what_its_role_says_and_no_more(server, http):
    secrets = "/api/v1/namespaces/default/secrets"

    named = await http.get(f"{secrets}/ideogram-secrets")
    other = await http.get(secrets)
    cronjob = await http.get("/apis/batch/v1/namespaces/default/cronjobs/ideogram-nightly")

    assert (named.status, other.status, cronjob.status) == (200, 403, 200)


async def test_a_forbidden_verb_comes_back(server, http):
    server.forbid("get", "deployments")
    refused = await http.get(WEB)
    server.allow_again()
    allowed = await http.get(WEB)

    assert (refused.status, allowed.status) == (403, 200)


async def test_requests_are_recorded_with_who_asked(server, http):
    await http.patch(WEB, data="{}", params={"dryRun": "All"})

    (seen,) = server.requests
    assert (seen.method, seen.path, seen.status, seen.user) == ("PATCH", WEB, 200, "bot")
    assert seen.query == {"dryRun": "All"}
    assert seen.content_type == "application/strategic-merge-patch+json"


async def test_a_refusing_server_listens_again_on_its_port(server, http):
    url = server.url
    await server.unavailable("refuse")
    with pytest.raises(aiohttp.ClientConnectorError):
        await http.get(WEB)

    await server.unavailable(None)
    answer = await http.get(WEB)

    assert (answer.status, server.url) == (200, url)


async def test_a_hanging_server_never_answers(server, http):
    await server.unavailable("hang")

    with pytest.raises(TimeoutError):
        await http.get(WEB, timeout=aiohttp.ClientTimeout(total=0.1))


async def test_a_hanging_server_answers_when_it_recovers(server, http):
    await server.unavailable("hang")

    async with asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(http.get(WEB))
        await server.unavailable(None)

    assert asked.result().status == 200


async def test_a_slow_server_takes_its_time(server, http):
    server.delay(0.15)
    started = now()

    await http.get(WEB)

    assert now() - started >= 0.15


async def test_stopping_ends_a_running_watch():
    async with KubernetesServer(pod_seconds=0.1) as server:
        headers = {"Authorization": f"Bearer {server.rights.users['bot'].token}"}
        async with aiohttp.ClientSession(headers=headers) as client:
            path = server.url + WEB.rpartition("/")[0]
            query = {"watch": "1", "fieldSelector": f"metadata.name={SERVICE}"}
            answer = await client.get(path, params=query)
            await answer.content.readline()
            await server.unavailable("refuse")

            rest = await answer.content.read()

    assert rest == b""
