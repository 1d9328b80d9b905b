from dataclasses import replace

import pytest

from bot.domain.errors import GuardRefusedError
from bot.domain.guards import keeper, refuse_paused, target_container, warnings
from bot.domain.workload import EnvVar
from tests.fakes.cluster_objects import a_container, a_deployment

DEPLOYMENT = a_deployment()
APP = DEPLOYMENT.containers[0]


def warned(deployment=DEPLOYMENT, container=APP):
    return warnings(deployment, container, "IDEOGRAM_FALLBACK")


def test_the_named_or_the_only_container_is_found():
    assert target_container(DEPLOYMENT, "app") is APP
    assert target_container(replace(DEPLOYMENT, containers=(APP,)), None) is APP


@pytest.mark.parametrize(
    ("name", "said"), [(None, "No container is named"), ("x", "no container x")]
)
def test_a_container_that_is_not_clear_is_refused(name, said):
    with pytest.raises(GuardRefusedError, match=said) as refused:
        target_container(DEPLOYMENT, name)

    assert refused.value.guard == "container"


def test_a_paused_deployment_is_refused_with_the_command_that_resumes_it():
    refuse_paused(DEPLOYMENT)

    with pytest.raises(GuardRefusedError, match="rollout resume deployment/ideogram-service"):
        refuse_paused(replace(DEPLOYMENT, paused=True))


def test_an_ordinary_deployment_gets_no_warning():
    assert warned() == ()


def test_a_rollout_under_way_is_warned_of():
    rolling = replace(DEPLOYMENT, revision=15, updated=2, total=5)

    assert warned(rolling) == ("Revision 15 still rolls out, 2 of 4 updated.",)


def test_env_from_and_no_replicas_are_warned_of():
    found = warned(
        replace(DEPLOYMENT, replicas=0, updated=0, total=0, ready=0, available=0),
        replace(APP, env_from=True),
    )

    assert [one.split()[0] for one in found] == ["app", "It"]


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        (EnvVar("IDEOGRAM_FALLBACK", "no"), "(no)"),
        (EnvVar("IDEOGRAM_FALLBACK", None, is_reference=True), "(a "),
    ],
)
def test_an_init_container_with_the_same_variable_is_warned_of(variable, said):
    found = warned(replace(DEPLOYMENT, init_env=(EnvVar("OTHER", "1"), variable)))

    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize(
    ("marks", "tool"),
    [
        ({"annotations": {"argocd.argoproj.io/tracking-id": "a"}}, "Argo CD"),
        ({"labels": {"kustomize.toolkit.fluxcd.io/name": "a"}}, "Flux"),
        ({"labels": {"helm.toolkit.fluxcd.io/name": "a"}}, "Flux"),
        ({"managers": ("argocd-controller",)}, "Argo CD"),
        ({"managers": ("kustomize-controller",)}, "Flux"),
        ({"managers": ("helm",)}, "Helm"),
        ({"labels": {"app.kubernetes.io/managed-by": "Helm"}}, "Helm"),
        ({"labels": {"app.kubernetes.io/managed-by": "hand"}}, None),
    ],
)
def test_the_tool_that_keeps_a_deployment_is_known_by_its_marks(marks, tool):
    deployment = a_deployment(**marks)

    assert keeper(deployment) == tool
    assert bool(warned(deployment, a_container())) is (tool is not None)
