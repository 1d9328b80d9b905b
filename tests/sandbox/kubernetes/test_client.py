"""The client library of the bot, unchanged, against the sandbox."""

import json

import pytest
from kubernetes.aio import config
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration

WEB = "/apis/apps/v1/namespaces/default/deployments/ideogram-service"
STRATEGIC = "application/strategic-merge-patch+json"


@pytest.fixture
async def api(server, tmp_path):
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(server.kubeconfig("bot")))
    configuration = Configuration()
    await config.load_kube_config(str(path), client_configuration=configuration)
    client = ApiClient(configuration)
    yield client
    await client.close()


async def send(api, verb, path, *, query=(), body=None, content_type="application/json"):
    """Raw JSON, as facts about the package say it has to be sent."""
    headers = {"Accept": "application/json", "Content-Type": content_type}
    verb, url, headers, body, _ = await api.param_serialize(
        verb,
        path,
        query_params=list(query),
        body=body,
        auth_settings=["BearerToken"],
        header_params=headers,
    )
    return await api.call_api(verb, url, headers, body, _request_timeout=5.0)


async def test_it_reads_a_deployment(api):
    response = await send(api, "GET", WEB)

    item = json.loads(await response.read())
    assert (response.status, item["spec"]["replicas"]) == (200, 4)


async def test_it_patches_with_its_own_manager(api):
    body = {"metadata": {"annotations": {"a": "b"}}}
    query = [("fieldManager", "our-bot")]

    response = await send(api, "PATCH", WEB, query=query, body=body, content_type=STRATEGIC)

    item = json.loads(await response.read())
    assert "our-bot" in [entry["manager"] for entry in item["metadata"]["managedFields"]]


async def test_it_watches_line_by_line(api):
    query = [
        ("watch", "1"),
        ("fieldSelector", "metadata.name=ideogram-service"),
        ("timeoutSeconds", "1"),
    ]

    response = await send(api, "GET", WEB.rpartition("/")[0], query=query)

    lines = [json.loads(line) async for line in response.response.content]
    assert [line["type"] for line in lines] == ["ADDED"]


async def test_it_gets_refusals_as_answers(api):
    response = await send(api, "GET", WEB + "-unknown")

    assert response.status == 403
