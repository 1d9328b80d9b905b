"""What every cluster keeps: the fake, the sandbox's and a real API server."""

import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.errors import ConflictError, ForbiddenError, MissingError, PermanentError
from bot.domain.service import SecretRef, Target
from tests.contracts import kubernetes_world as worlds
from tests.contracts.cluster_places import ENV, KEY, Place, fake_place, seeded, setting, to

SECRET = SecretRef("ideogram-secrets", "api-key", "api-key-next")


@pytest.fixture(params=["fake", "pretend", "real"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    if request.param == "fake":
        yield fake_place()
        return
    if request.param == "pretend":
        opened = worlds.pretend()
    else:
        opened = worlds.real(request.getfixturevalue("real_control_plane"))
    async with opened as world:
        cluster, target = await seeded(world, tmp_path)
        yield Place(cluster, target)
        await cluster.aclose()


async def test_a_deployment_is_read_with_its_variables_in_order(place):
    found = await place.cluster.deployment(place.target)

    app = found.container("app")
    assert [(one.name, one.value, one.is_reference) for one in app.env] == [
        ("IDEOGRAM_API_KEY", None, True),
        ("IDEOGRAM_FALLBACK", "false", False),
        ("IDEOGRAM_CONCURRENCY", "8", False),
    ]
    assert (found.replicas, found.ready, found.surge, found.paused) == (2, 2, 1, False)
    assert found.container("nobody") is None


async def test_a_patch_changes_one_variable_of_one_container(place):
    before = await place.cluster.deployment(place.target)

    after = await place.patch(to("IDEOGRAM_FALLBACK", "true"))

    assert after.generation == before.generation + 1
    assert [(one.name, one.value) for one in after.container("app").env] == [
        ("IDEOGRAM_API_KEY", None),
        ("IDEOGRAM_FALLBACK", "true"),
        ("IDEOGRAM_CONCURRENCY", "8"),
    ]
    assert after.container("sidecar") == before.container("sidecar")
    assert "ideogram-incident-bot" in after.managers


async def test_the_same_patch_again_starts_no_rollout(place):
    first = await place.patch(to("IDEOGRAM_FALLBACK", "true"))

    again = await place.patch(to("IDEOGRAM_FALLBACK", "true"))

    assert again.generation == first.generation


async def test_a_dry_run_predicts_and_stores_nothing(place):
    before = await place.cluster.deployment(place.target)

    predicted = await place.patch(to("IDEOGRAM_FALLBACK", "true"), dry_run=True)

    after = await place.cluster.deployment(place.target)
    assert predicted.generation == before.generation + 1
    assert predicted.container("app").variable("IDEOGRAM_FALLBACK").value == "true"
    assert (after.generation, after.containers) == (before.generation, before.containers)


async def test_an_old_resource_version_is_a_conflict(place):
    before = await place.cluster.deployment(place.target)
    await place.patch(to("IDEOGRAM_FALLBACK", "true"))
    late = setting(to("IDEOGRAM_CONCURRENCY", "3"), resourceVersion=before.resource_version)

    with pytest.raises(ConflictError):
        await place.cluster.patch(place.target, late)


@pytest.mark.parametrize(
    "patch",
    [
        pytest.param(setting(to("IDEOGRAM_API_KEY", "x")), id="value-over-reference"),
        pytest.param(setting(to("A", "b"), container="nobody"), id="unknown-container"),
        pytest.param(setting(to("IDEOGRAM_CONCURRENCY", 3)), id="number-as-value"),
    ],
)
async def test_an_invalid_patch_is_refused_for_good(place, patch):
    before = await place.cluster.deployment(place.target)

    with pytest.raises(PermanentError):
        await place.cluster.patch(place.target, patch)

    after = await place.cluster.deployment(place.target)
    assert after.containers == before.containers


async def test_a_new_variable_stands_first_unless_the_order_is_given(place):
    order = [{"name": name} for name in (*ENV, "LAST")]
    patch = setting(to("LAST", "z"))
    patch["spec"]["template"]["spec"]["containers"][0]["$setElementOrder/env"] = order

    await place.patch(to("FIRST", "a"))
    after = await place.cluster.patch(place.target, patch)

    names = [one.name for one in after.container("app").env]
    assert names.index("LAST") > names.index("IDEOGRAM_CONCURRENCY")
    assert "FIRST" in names


async def test_taking_a_variable_out_again_restores_the_hash(place):
    before = await place.cluster.deployment(place.target)
    changed = await place.patch(to("NEW", "1"))

    after = await place.patch({"name": "NEW", "$patch": "delete"})

    hashes = [one.container("app").env_hash for one in (before, changed, after)]
    assert hashes[0] == hashes[2] != hashes[1]


async def test_annotations_alone_start_no_rollout(place):
    before = await place.cluster.deployment(place.target)
    cause = {"kubernetes.io/change-cause": "INC-42: enable fallback"}

    after = await place.cluster.patch(place.target, {"metadata": {"annotations": cause}})

    assert after.annotations["kubernetes.io/change-cause"] == "INC-42: enable fallback"
    assert (await place.finish(after.generation)).revision == before.revision


async def test_a_rollout_can_be_watched_to_its_end(place):
    sent = await place.patch(to("IDEOGRAM_FALLBACK", "true"))

    done = await place.finish(sent.generation)

    assert done.container("app").variable("IDEOGRAM_FALLBACK").value == "true"
    newest, before, *_ = await place.cluster.revisions(place.target, done)
    assert newest.number == done.revision > 1
    assert newest.image == "registry.example.com/app:1.4.2"
    assert newest.env == done.container("app").env != before.env


async def test_pods_belong_to_the_deployment_and_are_ready(place):
    found = await place.cluster.deployment(place.target)

    pods = await place.cluster.pods(place.target, found)

    assert [(one.ready, one.reason) for one in pods] == [(True, ""), (True, "")]
    assert all(one.started_at is not None for one in pods)


async def test_an_absent_deployment_is_missing(place):
    absent = Target(place.target.namespace, "absent")

    with pytest.raises(MissingError, match="absent"):
        await place.cluster.deployment(absent)


async def test_our_identity_may_patch_what_its_role_names(place):
    assert await place.cluster.may_patch(place.target)


async def test_the_key_is_read_with_its_fingerprint(place):
    key = await place.cluster.api_key(place.target, SECRET)

    assert key.secret.value == KEY
    assert key.fingerprint == hashlib.sha256(KEY.encode()).hexdigest()[:8]
    assert key.source == "secret ideogram-secrets"
    assert KEY not in repr(key)


async def test_a_secret_tells_its_length_and_age_only(place):
    found = await place.cluster.secret_facts(place.target, SECRET)

    assert (found.name, found.key_length) == ("ideogram-secrets", len(KEY))
    assert found.changed_at is not None


async def test_an_absent_secret_or_key_is_missing(place):
    no_key = SecretRef("ideogram-secrets", "other", "x")
    no_secret = SecretRef("absent", "api-key", "x")

    with pytest.raises(MissingError, match="other"):
        await place.cluster.api_key(place.target, no_key)
    with pytest.raises(MissingError, match="absent"):
        await place.cluster.secret_facts(place.target, no_secret)
    assert (await place.cluster.secret_facts(place.target, no_key)).key_length is None


async def test_without_rights_nothing_is_read_and_the_missing_one_is_named(
    kubernetes_world, tmp_path
):
    cluster, target = await seeded(kubernetes_world, tmp_path)
    (tmp_path / "kubeconfig").write_text(json.dumps(kubernetes_world.kubeconfig("nobody")))

    may = await cluster.may_patch(target)
    with pytest.raises(ForbiddenError, match="may not get deployments/ideogram-service"):
        await cluster.deployment(target)
    with pytest.raises(ForbiddenError, match=r"kubectl .* IDEOGRAM_FALLBACK=true"):
        await cluster.patch(target, setting(to("IDEOGRAM_FALLBACK", "true")))
    await cluster.aclose()

    assert may is False
