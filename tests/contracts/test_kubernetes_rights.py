"""Who may do what, with the sandbox's rights held to RBAC of a real server."""

import pytest

from tests.contracts import kubernetes_manifests as make
from tests.contracts.kubernetes_world import REVIEWS, KubernetesWorld

BOT_RULES = [
    {
        "apiGroups": ["apps"],
        "resources": ["deployments"],
        "resourceNames": ["web"],
        "verbs": ["get", "list", "watch", "patch"],
    }
]


@pytest.fixture
async def world(kubernetes_world: KubernetesWorld) -> KubernetesWorld:
    await kubernetes_world.seed(make.a_deployment())
    return kubernetes_world


@pytest.fixture
def web(world: KubernetesWorld) -> str:
    return world.path("deployments", "web")


async def test_an_unknown_token_is_unauthorized(world, web):
    answer = await world.call("GET", web, user="stranger")

    assert (answer.status, answer.body["reason"]) == (401, "Unauthorized")


async def test_a_refusal_names_the_missing_verb(world, web):
    answer = await world.patch(web, {}, user="nobody")

    assert answer.status == 403
    assert answer.message == (
        'deployments.apps "web" is forbidden: User "nobody" cannot patch resource "deployments" '
        f'in API group "apps" in the namespace "{world.namespace}"'
    )


async def test_rights_by_name_reach_lists_only_with_a_field_selector(world):
    await world.grant(BOT_RULES)
    path = world.path("deployments")

    one = await world.call("GET", path, user="bot", fieldSelector="metadata.name=web")
    every = await world.call("GET", path, user="bot")

    assert [item["metadata"]["name"] for item in one.body["items"]] == ["web"]
    assert (one.status, every.status) == (200, 403)


async def test_rights_do_not_reach_subresources(world, web):
    await world.grant(BOT_RULES)

    answer = await world.call("GET", f"{web}/scale", user="bot")

    assert answer.status == 403
    assert 'cannot get resource "deployments/scale"' in answer.message


@pytest.mark.parametrize(("verb", "allowed"), [("patch", True), ("delete", False)])
async def test_an_access_review_says_what_is_allowed(world, verb, allowed):
    await world.grant(BOT_RULES)
    attributes = {"namespace": world.namespace, "verb": verb, "group": "apps"}
    attributes |= {"resource": "deployments", "name": "web"}
    review = {"spec": {"resourceAttributes": attributes}}

    answer = await world.call("POST", REVIEWS, review, user="bot")

    assert (answer.status, answer.body["status"]["allowed"]) == (201, allowed)
