"""The Kubernetes manifests fit each other, the settings, and what the bot asks of a cluster."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from bot.domain.errors import ForbiddenError
from bot.ports import Cluster
from bot.sandbox.kubernetes.server import KubernetesServer, Request
from bot.settings.environment import SECRETS
from tests.deployed import CONFIG, DEPLOY, ask_everything, cluster, config, documents, service

EXAMPLE: Final = "secret.example.yml"

Json = dict[str, Any]
Right = tuple[str, str, str]  # resource, name (* for a list), verb


def kustomization() -> Json:
    return documents("kustomization.yaml")[0]


@pytest.fixture(scope="module")
def objects() -> dict[str, Json]:
    """Everything that is applied, by kind."""
    found = [one for name in kustomization()["resources"] for one in documents(name)]
    assert len({one["kind"] for one in found}) == len(found)
    return {one["kind"]: one for one in found}


@pytest.fixture
def pod(objects: dict[str, Json]) -> Json:
    template: Json = objects["Deployment"]["spec"]["template"]
    return template


@pytest.fixture
def container(pod: Json) -> Json:
    one: Json
    (one,) = pod["spec"]["containers"]
    return one


def test_every_file_is_applied_or_an_example() -> None:
    named = {*kustomization()["resources"], *kustomization()["configMapGenerator"][0]["files"]}

    assert {path.name for path in DEPLOY.iterdir()} == {*named, "kustomization.yaml", EXAMPLE}


def test_the_config_is_valid_and_complete_for_slack() -> None:
    assert config().slack is not None


def test_what_the_pod_mounts_and_uses_is_there(objects: dict[str, Json], pod: Json) -> None:
    claim, settings, _ = pod["spec"]["volumes"]

    assert claim["persistentVolumeClaim"]["claimName"] == name(objects["PersistentVolumeClaim"])
    assert settings["configMap"]["name"] == kustomization()["configMapGenerator"][0]["name"]
    assert pod["spec"]["serviceAccountName"] == name(objects["ServiceAccount"])


def name(one: Json) -> str:
    found: str = one["metadata"]["name"]
    return found


def test_the_selectors_meet_the_pod(objects: dict[str, Json], pod: Json) -> None:
    labels = pod["metadata"]["labels"]

    assert objects["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert objects["Service"]["spec"]["selector"] == labels


def test_the_image_of_the_pod_is_the_one_that_the_kustomization_names(container: Json) -> None:
    assert container["image"] == kustomization()["images"][0]["name"]


def test_the_mounts_are_where_the_image_looks(container: Json) -> None:
    dockerfile = (DEPLOY.parent / "Dockerfile").read_text(encoding="utf-8")
    mounts = {one["name"]: one["mountPath"] for one in container["volumeMounts"]}

    assert f"IDEOGRAM_BOT_CONFIG={mounts['config']}/{CONFIG}" in dockerfile
    assert f"DATABASE_URL=sqlite+aiosqlite:///{mounts['data']}/" in dockerfile


def test_the_user_is_the_one_of_the_image(pod: Json) -> None:
    dockerfile = (DEPLOY.parent / "Dockerfile").read_text(encoding="utf-8")
    security = pod["spec"]["securityContext"]

    assert f"USER {security['runAsUser']}:{security['runAsGroup']}" in dockerfile


def test_one_pod_at_a_time_writes_to_the_volume(objects: dict[str, Json]) -> None:
    spec = objects["Deployment"]["spec"]

    assert (spec["replicas"], spec["strategy"]["type"]) == (1, "Recreate")


def test_the_pod_has_no_power_over_its_node(pod: Json, container: Json) -> None:
    assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_the_cpu_has_no_limit(container: Json) -> None:
    assert "cpu" not in container["resources"]["limits"]


def test_the_example_holds_only_placeholders_of_known_secrets(container: Json) -> None:
    (example,) = documents(EXAMPLE)

    assert name(example) == container["envFrom"][0]["secretRef"]["name"]
    assert set(example["stringData"]) <= set(SECRETS)
    assert all("replace-me" in value for value in example["stringData"].values())


def test_the_binding_gives_the_role_to_the_bot(objects: dict[str, Json]) -> None:
    binding = objects["RoleBinding"]

    assert (binding["roleRef"]["kind"], binding["roleRef"]["name"]) == ("Role", "ideogram-bot")
    assert binding["subjects"] == [
        {
            "kind": "ServiceAccount",
            "name": name(objects["ServiceAccount"]),
            "namespace": kustomization()["namespace"],
        }
    ]


def test_the_role_names_the_objects_of_the_config(objects: dict[str, Json]) -> None:
    (one,) = config().services
    assert one.secret is not None

    named = {right[:2] for right in rights(objects["Role"]) if right[1] != "*"}

    assert named == {("deployments", one.deployment), ("secrets", one.secret.name)}


def rights(role: Json) -> set[Right]:
    return {
        (resource, one, verb)
        for rule in role["rules"]
        for resource in rule["resources"]
        for one in rule.get("resourceNames", ["*"])
        for verb in rule["verbs"]
    }


@pytest.fixture
async def server(objects: dict[str, Json]) -> AsyncIterator[KubernetesServer]:
    """A cluster in which the bot has the rights of the Role and no others."""
    async with KubernetesServer(pod_seconds=0.1) as started:
        started.rights.users["bot"].rules.clear()
        started.rights.grant("bot", "default", objects["Role"]["rules"])
        yield started


async def test_the_role_allows_what_the_bot_asks_and_nothing_else(
    server: KubernetesServer, tmp_path: Path, objects: dict[str, Json]
) -> None:
    async with cluster(server.kubeconfig("bot"), tmp_path) as opened:
        await ask_everything(opened, service())

    refused = [request for request in server.requests if request.status >= 400]
    asked = {found for request in server.requests if (found := right(request)) is not None}
    assert refused == []
    assert asked == rights(objects["Role"])


def test_no_question_of_the_port_is_forgotten_here() -> None:
    questions = {one for one in vars(Cluster) if not one.startswith("_")}

    assert questions <= set(ask_everything.__code__.co_names)


def right(request: Request) -> Right | None:
    """Tell which right a request needs; None for the question about rights, which needs none."""
    parts = request.path.split("/namespaces/")
    if len(parts) == 1:
        return None
    resource, _, one = parts[1].partition("/")[2].partition("/")
    if "watch" in request.query:
        _, _, one = request.query["fieldSelector"].partition("metadata.name=")
        return resource, one, "watch"
    verb = "patch" if request.method == "PATCH" else "get" if one else "list"
    return resource, one or "*", verb


async def test_the_role_keeps_other_deployments_out_of_reach(
    server: KubernetesServer, tmp_path: Path
) -> None:
    target = service(deployment="other").target
    assert target is not None

    async with cluster(server.kubeconfig("bot"), tmp_path) as opened:
        with pytest.raises(ForbiddenError, match="deployments/other"):
            await opened.deployment(target)
