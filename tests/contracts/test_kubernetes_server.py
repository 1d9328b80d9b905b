"""Requests and patches, with the sandbox's server held to what a real one answers."""

import asyncio

import pytest

from tests.contracts import kubernetes_manifests as make
from tests.contracts.kubernetes_world import MERGE, KubernetesWorld

JSON_PATCH = "application/json-patch+json"


@pytest.fixture
async def world(kubernetes_world: KubernetesWorld) -> KubernetesWorld:
    await kubernetes_world.seed(make.a_deployment())
    return kubernetes_world


@pytest.fixture
def web(world: KubernetesWorld) -> str:
    return world.path("deployments", "web")


async def test_a_literal_over_a_reference_is_refused(world, web):
    answer = await world.patch(web, make.env_patch({"name": "KEY", "value": "literal"}))

    assert answer.status == 422
    assert answer.message == (
        'Deployment.apps "web" is invalid: spec.template.spec.containers[0].env[2].valueFrom: '
        'Invalid value: "": may not be specified when `value` is not empty'
    )


async def test_a_new_variable_without_an_order_goes_first(world, web):
    answer = await world.patch(web, make.env_patch({"name": "NEW", "value": "1"}))

    assert [name for name, _ in make.env(answer.body)] == ["NEW", "MODE", "LIMIT", "KEY"]


async def test_a_new_variable_keeps_the_place_that_the_order_gives_it(world, web):
    order = ["MODE", "LIMIT", "KEY", "NEW"]

    answer = await world.patch(web, make.env_patch({"name": "NEW", "value": "1"}, order=order))

    assert [name for name, _ in make.env(answer.body)] == order


async def test_a_changed_variable_leaves_order_and_sidecar_alone(world, web):
    answer = await world.patch(web, make.env_patch({"name": "LIMIT", "value": "3"}))

    assert make.env(answer.body) == [("MODE", "normal"), ("LIMIT", "3"), ("KEY", None)]
    assert make.env(answer.body, container=1) == [("MODE", "side")]


async def test_a_variable_is_removed_by_its_directive(world, web):
    answer = await world.patch(web, make.env_patch({"name": "LIMIT", "$patch": "delete"}))

    assert make.env(answer.body) == [("MODE", "normal"), ("KEY", None)]


async def test_an_order_that_does_not_fit_is_an_error(world, web):
    changed = {"name": "LIMIT", "value": "2"}

    answer = await world.patch(web, make.env_patch(changed, order=["MODE"]))

    assert answer.status == 500
    assert "doesn't match $setElementOrder list" in answer.message


async def test_an_unknown_container_would_be_a_new_one_without_image(world, web):
    patch = make.env_patch({"name": "MODE", "value": "x"}, container="nope")

    answer = await world.patch(web, patch)

    assert answer.status == 422
    assert answer.message.endswith("containers[0].image: Required value")


@pytest.mark.parametrize("value", [1, True, 1.5])
async def test_values_of_variables_are_texts(world, web, value):
    answer = await world.patch(web, make.env_patch({"name": "MODE", "value": value}))

    assert answer.status == 422
    assert answer.message.startswith(' "" is invalid: patch: Invalid value: "map[spec:')


async def test_a_merge_patch_silently_drops_the_sidecar(world, web):
    only = {"name": "app", "image": "registry.example.com/app:1"}
    patch = {"spec": {"template": {"spec": {"containers": [only]}}}}

    answer = await world.patch(web, patch, content_type=MERGE, dryRun="All")

    containers = answer.body["spec"]["template"]["spec"]["containers"]
    assert (answer.status, [item["name"] for item in containers]) == (200, ["app"])


async def test_a_stale_resource_version_is_a_conflict(world, web):
    patch = {"metadata": {"resourceVersion": "1"}, "spec": {"paused": True}}

    answer = await world.patch(web, patch)

    assert (answer.status, answer.body["reason"]) == (409, "Conflict")
    assert "the object has been modified" in answer.message


async def test_the_current_resource_version_is_accepted(world, web):
    current = await world.call("GET", web)
    version = current.body["metadata"]["resourceVersion"]

    answer = await world.patch(web, {"metadata": {"resourceVersion": version}})

    assert answer.status == 200


async def test_the_same_patch_again_changes_nothing(world, web):
    patch = make.env_patch({"name": "MODE", "value": "normal"})

    answer = await world.patch(web, patch)

    assert (answer.status, answer.body["metadata"]["generation"]) == (200, 1)


async def test_a_dry_run_predicts_and_stores_nothing(world, web):
    patch = make.env_patch({"name": "MODE", "value": "degraded"})

    answer = await world.patch(web, patch, dryRun="All")

    stored = await world.call("GET", web)
    assert (answer.body["metadata"]["generation"], stored.body["metadata"]["generation"]) == (2, 1)
    assert make.env(stored.body)[0] == ("MODE", "normal")


async def test_an_unknown_dry_run_is_refused(world, web):
    answer = await world.patch(web, {}, dryRun="yes")

    assert answer.status == 422
    assert answer.message.endswith('dryRun: Unsupported value: ["yes"]: supported values: "All"')


async def test_unknown_fields_are_dropped(world, web):
    answer = await world.patch(web, {"spec": {"strategie": 1}})

    assert answer.status == 200
    assert "strategie" not in answer.body["spec"]


async def test_the_selector_cannot_change(world, web):
    answer = await world.patch(web, {"spec": {"selector": {"matchLabels": {"app": "x"}}}})

    assert answer.status == 422
    assert "field is immutable" in answer.message


async def test_plain_json_is_no_patch(world, web):
    answer = await world.patch(web, {}, content_type="application/json")

    assert (answer.status, answer.body["reason"]) == (415, "UnsupportedMediaType")


async def test_a_json_patch_whose_test_fails_changes_nothing(world, web):
    patch = [
        {"op": "test", "path": "/spec/replicas", "value": 7},
        {"op": "replace", "path": "/spec/replicas", "value": 8},
    ]

    answer = await world.patch(web, patch, content_type=JSON_PATCH)

    assert answer.status == 422
    assert answer.message == "the server rejected our request due to an error in our request"


async def test_a_json_patch_replaces(world, web):
    patch = [{"op": "replace", "path": "/spec/replicas", "value": 1}]

    answer = await world.patch(web, patch, content_type=JSON_PATCH, dryRun="All")

    assert (answer.status, answer.body["spec"]["replicas"]) == (200, 1)


async def test_the_field_manager_is_written_down(world, web):
    patch = make.env_patch({"name": "MODE", "value": "degraded"})

    answer = await world.patch(web, patch, fieldManager="our-bot", dryRun="All")

    entries = answer.body["metadata"]["managedFields"]
    (ours,) = [entry for entry in entries if entry["manager"] == "our-bot"]
    assert ours["operation"] == "Update"
    containers = ours["fieldsV1"]["f:spec"]["f:template"]["f:spec"]["f:containers"]
    assert containers == {
        'k:{"name":"app"}': {"f:env": {'k:{"name":"MODE"}': {"f:value": {}}}},
    }


async def test_what_does_not_exist_is_not_found(world):
    answer = await world.patch(world.path("deployments", "nope"), {})

    assert answer.status == 404
    assert answer.message == 'deployments.apps "nope" not found'
    assert answer.body["details"] == {"name": "nope", "group": "apps", "kind": "deployments"}


async def test_a_watch_ends_after_its_time(world):
    query = {"fieldSelector": "metadata.name=web", "timeoutSeconds": "1"}

    async with asyncio.timeout(5), world.watch(world.path("deployments"), **query) as events:
        seen = [event async for event in events]

    assert [event["type"] for event in seen] == ["ADDED"]


async def test_a_watch_from_a_version_shows_only_what_follows(world, web):
    current = (await world.call("GET", web)).body["metadata"]["resourceVersion"]
    patched = await world.patch(web, {"metadata": {"annotations": {"a": "b"}}})

    async with world.watch(world.path("deployments"), resourceVersion=current) as events:
        first = await anext(events)

    assert first["type"] == "MODIFIED"
    expected = patched.body["metadata"]["resourceVersion"]
    assert first["object"]["metadata"]["resourceVersion"] == expected


async def test_lists_reject_unknown_field_selectors(world):
    answer = await world.call("GET", world.path("pods"), fieldSelector="spec.foo=1")

    assert answer.status == 400
    assert answer.message.endswith("field label not supported: spec.foo")
