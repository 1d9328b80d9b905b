"""Questions asked before a mitigation that a Deployment as read can answer."""

from collections.abc import Iterator
from typing import Final

from bot.domain.errors import GuardRefusedError
from bot.domain.patch import shown
from bot.domain.workload import Container, Deployment, rollout

# What keeps a Deployment as Git or a chart says, by the marks it leaves on it.
# Source: documentation of Argo CD, Flux and Helm, read 2026-11-21 (facts on Kubernetes, section 9).
_MARKS: Final = {  # beginnings of annotations and labels
    "argocd.argoproj.io/": "Argo CD",
    "kustomize.toolkit.fluxcd.io/": "Flux",
    "helm.toolkit.fluxcd.io/": "Flux",
}
_MANAGERS: Final = {
    "argocd-controller": "Argo CD",
    "kustomize-controller": "Flux",
    "helm-controller": "Flux",
    "helm": "Helm",
}
PAUSED: Final = "paused"  # the guard that finds a paused Deployment
_MANAGED_BY: Final = "app.kubernetes.io/managed-by"


def target_container(deployment: Deployment, name: str | None) -> Container:
    """Find the container to change.

    Raises:
        GuardRefusedError: It is not there, or there are several and none is named.
    """
    found = deployment.container(name)
    if found is None:
        names = ", ".join(one.name for one in deployment.containers)
        what = f"There is no container {name}" if name else "No container is named"
        raise GuardRefusedError(
            "container", f"{what}; {deployment.name} has {names}. Set `container` in the config."
        )
    return found


def refuse_paused(deployment: Deployment) -> None:
    """Let a Deployment pass that rolls out what it is given.

    Raises:
        GuardRefusedError: It is paused: the change would be stored and nothing would happen.
    """
    if deployment.paused:
        raise GuardRefusedError(
            PAUSED,
            f"{deployment.name} is paused: nothing would roll out. Resume it first:"
            f" kubectl -n {deployment.namespace} rollout resume deployment/{deployment.name}",
        )


def warnings(deployment: Deployment, container: Container, name: str) -> tuple[str, ...]:
    """Say what a person should know before a variable is changed, in fixed order."""
    return tuple(_warnings(deployment, container, name))


def _warnings(deployment: Deployment, container: Container, name: str) -> Iterator[str]:
    progress = rollout(deployment, deployment.generation)
    if not progress.done:
        yield (
            f"Revision {deployment.revision} still rolls out,"
            f" {progress.updated} of {progress.replicas} updated."
        )
    if (tool := keeper(deployment)) is not None:
        yield f"{tool} may put this back."
    if container.env_from:
        yield f"{container.name} has envFrom, too; this wins."
    if deployment.replicas == 0:
        yield "It has 0 replicas: nobody is served, nothing rolls out."
    for variable in deployment.init_env:
        if variable.name == name:
            value = "a reference" if variable.is_reference else shown(variable.value)
            yield f"An init container keeps its own {name} ({value})."
            break


def keeper(deployment: Deployment) -> str | None:
    """Name the tool that keeps this Deployment as declared elsewhere; None when none shows."""
    marks = (*deployment.annotations, *deployment.labels)
    found = [tool for start, tool in _MARKS.items() if any(one.startswith(start) for one in marks)]
    found += [_MANAGERS[one] for one in deployment.managers if one in _MANAGERS]
    found += ["Helm"] if deployment.labels.get(_MANAGED_BY) == "Helm" else []
    return found[0] if found else None
