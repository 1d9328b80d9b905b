"""Secrets and CronJobs, with the sandbox's server held to what a real one answers."""

import base64

from tests.contracts import kubernetes_manifests as make
from tests.contracts.kubernetes_world import MERGE


async def test_a_secret_key_is_set_and_removed_by_merge_patch(kubernetes_world):
    world = kubernetes_world
    await world.seed(make.a_secret(), "secrets")
    path, value = world.path("secrets", "keys"), base64.b64encode(b"new").decode()

    added = await world.patch(path, {"data": {"next": value}}, content_type=MERGE)
    removed = await world.patch(path, {"data": {"next": None}}, content_type=MERGE)

    assert added.body["data"] == {"api-key": base64.b64encode(b"old").decode(), "next": value}
    assert list(removed.body["data"]) == ["api-key"]


async def test_a_secret_takes_base64_only(kubernetes_world):
    world = kubernetes_world
    await world.seed(make.a_secret(), "secrets")

    answer = await world.patch(world.path("secrets", "keys"), {"data": {"next": "%"}})

    assert answer.status == 422
    assert "illegal base64 data" in answer.message


async def test_a_cronjob_is_suspended(kubernetes_world):
    world = kubernetes_world
    await world.seed(make.a_cronjob(), "cronjobs")

    answer = await world.patch(world.path("cronjobs", "nightly"), {"spec": {"suspend": True}})

    assert (answer.status, answer.body["spec"]["suspend"]) == (200, True)
    assert answer.body["metadata"]["generation"] == 2
