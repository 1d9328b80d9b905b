"""Server-side apply, which GitOps tools use and the bot does not, held to a real server."""

from tests.contracts import kubernetes_manifests as make

APPLY = "application/apply-patch+yaml"


async def apply(world, *variables, **query):
    """Apply a manifest that names only these variables of the app."""
    head = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}
    body = {**head, **make.env_patch(*variables)}
    path = world.path("deployments", "web")
    return await world.patch(path, body, content_type=APPLY, fieldManager="gitops", **query)


async def test_another_managers_field_is_a_conflict(kubernetes_world):
    world = kubernetes_world
    await world.seed(make.a_deployment())
    path = world.path("deployments", "web")
    changed = make.env_patch({"name": "MODE", "value": "a"})
    await world.patch(path, changed, fieldManager="first")

    answer = await apply(world, {"name": "MODE", "value": "b"})

    assert answer.status == 409
    assert answer.message == (
        'Apply failed with 1 conflict: conflict with "first" using apps/v1: '
        '.spec.template.spec.containers[name="app"].env[name="MODE"].value'
    )


async def test_force_takes_the_field_and_leaves_the_rest(kubernetes_world):
    world = kubernetes_world
    await world.seed(make.a_deployment())

    answer = await apply(world, {"name": "MODE", "value": "b"}, force="true")

    assert make.env(answer.body) == [("MODE", "b"), ("LIMIT", "8"), ("KEY", None)]
    managers = [entry["manager"] for entry in answer.body["metadata"]["managedFields"]]
    assert managers[0] == "gitops"


async def test_a_field_taken_and_dropped_is_left_empty(kubernetes_world):
    world = kubernetes_world
    await world.seed(make.a_deployment())
    await apply(world, {"name": "MODE", "value": "b"}, force="true")

    answer = await apply(world, {"name": "LIMIT", "value": "8"})

    assert make.env(answer.body)[0] == ("MODE", None)


async def test_an_own_variable_dropped_is_gone(kubernetes_world):
    world = kubernetes_world
    await world.seed(make.a_deployment())
    added = await apply(world, {"name": "NEW", "value": "1"}, {"name": "LIMIT", "value": "8"})

    answer = await apply(world, {"name": "LIMIT", "value": "8"})

    assert "NEW" in [name for name, _ in make.env(added.body)]
    assert "NEW" not in [name for name, _ in make.env(answer.body)]


async def test_our_own_variable_survives_a_forced_apply(kubernetes_world):
    world = kubernetes_world
    await world.seed(make.a_deployment())
    path = world.path("deployments", "web")
    ours = make.env_patch({"name": "OURS", "value": "1"})
    await world.patch(path, ours, fieldManager="our-bot")

    answer = await apply(world, {"name": "MODE", "value": "normal"}, force="true")

    assert ("OURS", "1") in make.env(answer.body)


async def test_apply_needs_a_manager(kubernetes_world):
    world = kubernetes_world
    await world.seed(make.a_deployment())
    body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}

    answer = await world.patch(world.path("deployments", "web"), body, content_type=APPLY)

    assert answer.status == 422
    assert answer.message.endswith("fieldManager: Required value: is required for apply patch")


async def test_creating_by_apply_needs_the_right_to_create(kubernetes_world):
    world = kubernetes_world
    rule = {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["patch"]}
    await world.grant([rule])
    body = make.a_deployment("ghost")

    answer = await world.patch(
        world.path("deployments", "ghost"),
        body,
        user="bot",
        content_type=APPLY,
        fieldManager="gitops",
    )

    assert answer.status == 403
    assert 'cannot create resource "deployments"' in answer.message
