"""Rollouts, with the sandbox's controllers held to what the real ones do."""

from tests.contracts import kubernetes_manifests as make
from tests.contracts.kubernetes_world import KubernetesWorld

REVISION = "deployment.kubernetes.io/revision"
CAUSE = "kubernetes.io/change-cause"


async def revisions(world: KubernetesWorld) -> dict[str, str]:
    """Revision by the value of MODE in the ReplicaSet's template."""
    answer = await world.call("GET", world.path("replicasets"))
    return {
        make.env(item)[0][1] or "": item["metadata"]["annotations"][REVISION]
        for item in answer.body["items"]
    }


async def pods_with(world: KubernetesWorld, value: str) -> int:
    """How many pods run, or will, with that MODE."""
    answer = await world.call("GET", world.path("pods"), labelSelector="app=web")
    envs = [
        {entry["name"]: entry.get("value") for entry in item["spec"]["containers"][0]["env"]}
        for item in answer.body["items"]
        if "deletionTimestamp" not in item["metadata"]
    ]
    return sum(1 for variables in envs if variables["MODE"] == value)


def mode(value: str) -> make.Json:
    return make.env_patch({"name": "MODE", "value": value})


async def test_a_new_deployment_becomes_revision_one(kubernetes_world):
    item = await kubernetes_world.seed(make.a_deployment())

    assert item["metadata"]["annotations"][REVISION] == "1"
    assert make.reasons(item) == {
        "Available": "MinimumReplicasAvailable",
        "Progressing": "NewReplicaSetAvailable",
    }


async def test_the_answer_of_a_patch_is_not_observed_yet(kubernetes_world):
    await kubernetes_world.seed(make.a_deployment())

    answer = await kubernetes_world.patch(kubernetes_world.path("deployments", "web"), mode("b"))

    assert answer.body["metadata"]["generation"] == 2
    assert answer.body["status"]["observedGeneration"] == 1


async def test_one_combined_patch_is_one_rollout_with_its_cause(kubernetes_world):
    world = kubernetes_world
    await world.seed(make.a_deployment())
    restarted = {"kubectl.kubernetes.io/restartedAt": "2026-11-21T00:00:00Z"}
    patch = mode("degraded")
    patch["metadata"] = {"annotations": {CAUSE: "our cause"}}
    patch["spec"]["template"]["metadata"] = {"annotations": restarted}

    await world.patch(world.path("deployments", "web"), patch)
    await world.rolled_out("web")

    answer = await world.call("GET", world.path("replicasets"))
    causes = [item["metadata"]["annotations"].get(CAUSE) for item in answer.body["items"]]
    assert sorted(causes, key=str) == [None, "our cause"]
    assert await pods_with(world, "degraded") == 2


async def test_four_pods_roll_with_at_most_five_and_at_least_three(kubernetes_world):
    world = kubernetes_world
    await world.seed(make.a_deployment(replicas=4))

    await world.patch(world.path("deployments", "web"), mode("b"))
    seen = await world.history("web", lambda item: _is_rolled(item, replicas=4))

    statuses = [item["status"] for item in seen]
    assert max(status.get("replicas", 0) for status in statuses) == 5
    assert min(status.get("availableReplicas", 0) for status in statuses) >= 3
    seen_after = [status for status in statuses if status["observedGeneration"] == 2]
    updated = [status.get("updatedReplicas", 0) for status in seen_after]
    assert updated == sorted(updated)


def _is_rolled(item: make.Json, replicas: int) -> bool:
    status = item["status"]
    counts = {status.get(name, 0) for name in ("updatedReplicas", "replicas", "availableReplicas")}
    return status["observedGeneration"] == 2 and counts == {replicas}


async def test_going_back_reuses_the_old_replicaset_under_a_new_number(kubernetes_world):
    world = kubernetes_world
    await world.seed(make.a_deployment())
    path = world.path("deployments", "web")
    await world.patch(path, mode("degraded"))
    await world.rolled_out("web")

    await world.patch(path, mode("normal"))
    item = await world.rolled_out("web")

    assert await revisions(world) == {"normal": "3", "degraded": "2"}
    assert item["metadata"]["annotations"][REVISION] == "3"


async def test_an_image_that_never_comes_ends_in_the_deadline(kubernetes_world):
    world = kubernetes_world
    manifest = make.a_deployment()
    manifest["spec"]["progressDeadlineSeconds"] = 2
    await world.seed(manifest)
    bad = {"containers": [{"name": "app", "image": "bad/app:1"}]}

    await world.patch(world.path("deployments", "web"), {"spec": {"template": {"spec": bad}}})
    item = await world.reached("web", _is_late)

    assert item["status"]["availableReplicas"] == 2
    assert item["status"]["updatedReplicas"] == 1
    (progressing,) = [c for c in item["status"]["conditions"] if c["type"] == "Progressing"]
    assert progressing["status"] == "False"
    assert progressing["message"].endswith("has timed out progressing.")


def _is_late(item: make.Json) -> bool:
    return make.reasons(item).get("Progressing") == "ProgressDeadlineExceeded"


async def test_a_stuck_rollout_is_undone_by_the_old_template(kubernetes_world):
    world = kubernetes_world
    await world.seed(make.a_deployment())
    path = world.path("deployments", "web")
    world.hold_pods()
    await world.patch(path, mode("b"))
    await world.reached("web", lambda item: item["status"].get("updatedReplicas") == 1)

    await world.patch(path, mode("normal"))
    await world.rolled_out("web")

    assert (await pods_with(world, "b"), await pods_with(world, "normal")) == (0, 2)


async def test_pods_held_back_leave_the_old_ones_running(kubernetes_world):
    world = kubernetes_world
    await world.seed(make.a_deployment())
    world.hold_pods()

    await world.patch(world.path("deployments", "web"), mode("b"))
    item = await world.reached("web", lambda item: item["status"].get("unavailableReplicas"))
    world.release_pods()
    done = await world.rolled_out("web")

    assert item["status"]["availableReplicas"] == 2
    assert done["status"]["updatedReplicas"] == 2


async def test_a_paused_deployment_only_changes_its_template(kubernetes_world):
    world = kubernetes_world
    await world.seed(make.a_deployment())
    path = world.path("deployments", "web")

    await world.patch(path, {"spec": {"paused": True}})
    await world.patch(path, mode("b"))
    item = await world.reached("web", lambda item: item["status"]["observedGeneration"] == 3)

    assert make.reasons(item)["Progressing"] == "DeploymentPaused"
    assert (await pods_with(world, "b"), await pods_with(world, "normal")) == (0, 2)


async def test_a_resumed_deployment_rolls(kubernetes_world):
    world = kubernetes_world
    manifest = make.a_deployment()
    await world.seed(manifest)
    path = world.path("deployments", "web")
    await world.patch(path, {**mode("b"), "spec": {**mode("b")["spec"], "paused": True}})

    answer = await world.patch(path, {"spec": {"paused": False}})
    item = await world.rolled_out("web")

    assert "paused" not in answer.body["spec"]
    assert item["metadata"]["annotations"][REVISION] == "2"


async def test_no_replicas_is_done_with_nothing(kubernetes_world):
    world = kubernetes_world
    await world.seed(make.a_deployment())

    await world.patch(world.path("deployments", "web"), {"spec": {"replicas": 0}})
    # kubectl calls it done at once: nothing is below a wish of 0.
    await world.rolled_out("web")
    item = await world.reached("web", lambda item: "replicas" not in item["status"])

    counters = {name for name in item["status"] if name.endswith("eplicas")}
    assert counters <= {"terminatingReplicas"}
    assert await pods_with(world, "normal") == 0


async def test_scaling_is_no_new_revision(kubernetes_world):
    world = kubernetes_world
    await world.seed(make.a_deployment())

    await world.patch(world.path("deployments", "web"), {"spec": {"replicas": 3}})
    item = await world.rolled_out("web")

    assert item["status"]["availableReplicas"] == 3
    assert await revisions(world) == {"normal": "1"}


async def test_old_replicasets_are_forgotten_beyond_the_limit(kubernetes_world):
    world = kubernetes_world
    manifest = make.a_deployment(replicas=1)
    manifest["spec"]["revisionHistoryLimit"] = 1
    await world.seed(manifest)

    for value in ("b", "c", "d"):
        await world.patch(world.path("deployments", "web"), mode(value))
        await world.rolled_out("web")
    async with world.watch(world.path("replicasets"), resourceVersion="0") as events:
        kept = {"normal", "b", "c", "d"}
        while len(kept) > 2:
            event = await anext(events)
            if event["type"] == "DELETED":
                kept.discard(make.env(event["object"])[0][1])
            kept &= set(await revisions(world))

    assert kept == {"c", "d"}


async def test_recreate_stops_every_old_pod_first(kubernetes_world):
    world = kubernetes_world
    manifest = make.a_deployment()
    manifest["spec"]["strategy"] = {"type": "Recreate"}
    await world.seed(manifest)

    await world.patch(world.path("deployments", "web"), mode("b"))
    seen = await world.history("web", lambda item: _is_rolled(item, replicas=2))

    counts = [
        (status.get("updatedReplicas", 0), status.get("replicas", 0))
        for status in (item["status"] for item in seen)
        if status["observedGeneration"] == 2
    ]
    assert [updated for updated, total in counts if 0 < updated < total] == []
