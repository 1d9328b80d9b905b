"""Requests beside the bot's own: what kubectl and a curious person send."""

import json

import aiohttp
import pytest

from bot.sandbox.kubernetes.server import KubernetesServer

WEB = "/apis/apps/v1/namespaces/default/deployments/ideogram-service"


@pytest.fixture
async def admin(server):
    headers = {
        "Authorization": f"Bearer {server.rights.users['admin'].token}",
        "Content-Type": "application/merge-patch+json",
    }
    async with aiohttp.ClientSession(server.url, headers=headers) as session:
        yield session


@pytest.fixture
async def bare():
    """A cluster without the service, which starts sooner."""
    async with KubernetesServer(pod_seconds=0.1, seeded=False) as running:
        yield running


async def test_health_and_version_need_no_token(bare):
    async with aiohttp.ClientSession(bare.url) as anyone:
        ready = await anyone.get("/readyz")
        version = await (await anyone.get("/version")).json()

        assert (await ready.text(), version["gitVersion"]) == ("ok", "v1.36.3")


async def test_without_a_token_nothing_else_is_allowed(bare):
    async with aiohttp.ClientSession(bare.url) as anyone:
        answer = await (await anyone.get(WEB)).json()

    assert answer["code"] == 403
    assert 'User "system:anonymous" cannot get' in answer["message"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api", "APIVersions"),
        ("/apis", "APIGroupList"),
        ("/api/v1", "APIResourceList"),
        ("/apis/apps/v1", "APIResourceList"),
        ("/apis/authorization.k8s.io/v1", "APIResourceList"),
    ],
)
async def test_clients_can_discover(bare, path, kind):
    async with aiohttp.request("GET", bare.url + path) as answer:
        assert (await answer.json())["kind"] == kind


@pytest.mark.parametrize("path", ["/", "/nope", "/apis/none/v1", "/apis/apps/v1/namespaces/d/x"])
async def test_unknown_paths_are_not_found(bare, path):
    headers = {"Authorization": f"Bearer {bare.rights.users['admin'].token}"}

    async with aiohttp.request("GET", bare.url + path, headers=headers) as answer:
        assert answer.status == 404


async def test_scale_sets_replicas(admin, server):
    answer = await admin.patch(f"{WEB}/scale", data=json.dumps({"spec": {"replicas": 2}}))

    assert (await answer.json())["kind"] == "Scale"
    assert server.deployment("default", "ideogram-service")["spec"]["replicas"] == 2


async def test_put_replaces_what_is_not_stale(admin, server):
    item = server.deployment("default", "ideogram-service")
    item["spec"]["replicas"] = 3

    first = await admin.put(WEB, json=item)
    second = await admin.put(WEB, json=item)

    assert (first.status, second.status) == (200, 409)


async def test_a_deleted_pod_is_replaced(admin, server):
    name = server.pods("default", "ideogram-service")[0].name

    await admin.delete(f"/api/v1/namespaces/default/pods/{name}")
    async with server.subscribe() as events:
        while len(server.pods("default", "ideogram-service")) < 4:
            await events.get()

    assert name not in [pod.name for pod in server.pods("default", "ideogram-service")]


async def test_a_deleted_deployment_takes_its_pods_along(admin, server):
    await admin.delete(WEB)
    path = "/api/v1/namespaces/default/pods?labelSelector=app=ideogram-service"

    async with server.subscribe() as events:
        while (await (await admin.get(path)).json())["items"]:
            await events.get()

    assert (await admin.get(WEB)).status == 404


async def test_a_server_side_apply_creates_what_is_absent(admin):
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "new"}}
    headers = {"Content-Type": "application/apply-patch+yaml"}
    path = "/api/v1/namespaces/default/secrets/new?fieldManager=me"

    answer = await (await admin.patch(path, data=json.dumps(body), headers=headers)).json()

    (entry,) = answer["metadata"]["managedFields"]
    assert (entry["manager"], entry["operation"]) == ("me", "Apply")


async def test_a_field_no_longer_applied_is_removed(admin):
    headers = {"Content-Type": "application/apply-patch+yaml"}
    head = {"apiVersion": "apps/v1", "kind": "Deployment"}
    query = {"fieldManager": "me"}
    for annotations in ({"mine": "1", "kept": "1"}, {"kept": "1"}):
        body = {**head, "metadata": {"name": "ideogram-service", "annotations": annotations}}
        answer = await admin.patch(WEB, data=json.dumps(body), headers=headers, params=query)

    left = (await answer.json())["metadata"]["annotations"]
    assert ("mine" in left, left["kept"]) == (False, "1")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"replicas": -1}, "spec.replicas"),
        ({"template": {"spec": {"containers": []}}}, "spec.template.spec.containers"),
        ({"template": {"metadata": {"labels": {"app": "x"}}}}, "spec.template.metadata.labels"),
    ],
)
async def test_broken_rules_name_their_field(admin, body, field):
    answer = await (await admin.patch(WEB, data=json.dumps({"spec": body}))).json()

    assert (answer["code"], answer["details"]["causes"][0]["field"]) == (422, field)
