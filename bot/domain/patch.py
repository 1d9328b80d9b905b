"""The one strategic-merge patch of a mitigation, and what it does, in words and values.

Source of the patch rules: measured against kube-apiserver 1.36.3, facts on Kubernetes section 6.
"""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from bot.domain import facts
from bot.domain.diagnosis import Diagnosis, Rollout
from bot.domain.errors import GuardRefusedError
from bot.domain.ids import MitigationId, incident_text
from bot.domain.mitigation import EnvChange, MitigationRun
from bot.domain.probe import ProbeResult
from bot.domain.service import Target
from bot.domain.workload import Container, Deployment, Revision

MITIGATION: Final = "ideogram-bot/mitigation"  # annotation on the Deployment: our id
# Shown by `kubectl rollout history`.
CHANGE_CAUSE: Final = "kubernetes.io/change-cause"
_OURS: Final = re.compile(r"(?:(INC-\d+): )?[a-z-]+ by \S+ \(M-[0-9a-f]+, ideogram-bot\)")
FRESH: Final = timedelta(days=1)  # a deploy that may be the reason
ALREADY: Final = "already"  # the guard that finds nothing to change


def env_patch(
    deployment: Deployment,
    container: Container,
    changes: Sequence[EnvChange],
    *,
    mitigation_id: MitigationId,
    cause: str,
) -> dict[str, Any]:
    """Build the patch: one container's variables, and two annotations on the Deployment.

    The annotations stand on the Deployment, not on its template: the variables alone decide
    whether pods are replaced, so that sending the same patch again replaces none.

    Args:
        deployment: As just read; the patch is refused when it changed since.
        container: The one to change.
        changes: At least one; an `after` of None removes the variable.
        mitigation_id: Under which the change can be recognized.
        cause: Who and why, for the rollout history.
    """
    entry = {
        "name": container.name,
        # Without it a new variable would be put first and could break `$(VAR)` references.
        "$setElementOrder/env": [{"name": name} for name in _names_after(container, changes)],
        "env": [_entry(change) for change in changes],
    }
    order = [{"name": one.name} for one in deployment.containers]
    return {
        "metadata": {
            "resourceVersion": deployment.resource_version,
            "annotations": {MITIGATION: mitigation_id, CHANGE_CAUSE: cause},
        },
        "spec": {
            "template": {"spec": {"$setElementOrder/containers": order, "containers": [entry]}}
        },
    }


def _entry(change: EnvChange) -> dict[str, str]:
    if change.after is None:
        return {"name": change.name, "$patch": "delete"}
    return {"name": change.name, "value": change.after}


def _names_after(container: Container, changes: Sequence[EnvChange]) -> list[str]:
    removed = {change.name for change in changes if change.after is None}
    names = dict.fromkeys(var.name for var in container.env)
    names |= dict.fromkeys(change.name for change in changes)
    return [name for name in names if name not in removed]


def changed(container: Container, name: str, after: str | None) -> EnvChange:
    """Describe setting a variable.

    Raises:
        GuardRefusedError: It comes from `valueFrom`, or is so already.
    """
    variable = container.variable(name)
    if variable is not None and variable.is_reference:
        # A literal over a reference would break the owner's next `kubectl apply` (422).
        raise GuardRefusedError(
            "value-from", f"{name} comes from valueFrom; change it where it is defined."
        )
    before = None if variable is None else variable.value
    if before == after:
        raise GuardRefusedError(ALREADY, f"{name} is {shown(after)} already.")
    return EnvChange(name, before, after)


def changes_between(
    before: Container, after: Container, names: Sequence[str]
) -> tuple[EnvChange, ...]:
    """Compare the named variables, in that order; what stays the same is left out."""
    return tuple(
        EnvChange(name, value_of(before, name), value_of(after, name))
        for name in names
        if value_of(before, name) != value_of(after, name)
    )


def value_of(container: Container, name: str) -> str | None:
    """Read a literal; None when it is absent or a reference."""
    variable = container.variable(name)
    return None if variable is None else variable.value


def shown(value: str | None) -> str:
    """Write a value for people."""
    return "not set" if value is None else value or "empty"


def conflict_pause(conflicts: int) -> timedelta:
    """Tell how long to wait before a Deployment is read again that somebody else wrote meanwhile.

    A rollout writes its status in bursts, once per pod that comes up: asking again at once meets
    the same burst.

    Args:
        conflicts: How many there were so far.

    Returns:
        Nothing at first, then 50 ms, doubling.
    """
    return timedelta(milliseconds=50 * 2 ** (conflicts - 1) if conflicts else 0)


def is_ours(run: MitigationRun, deployment: Deployment) -> bool:
    """Tell whether the Deployment still is what this mitigation made of it.

    Scaling moves the generation too and is nobody's deploy: the annotation, the container's hash
    and the values decide.
    """
    container = deployment.container(run.container)
    if container is None or deployment.annotations.get(MITIGATION) != run.id:
        return False
    hash_after = run.preview.after_hash
    return hash_after in ("", container.env_hash) and all(
        value_of(container, change.name) == change.after for change in run.preview.changes
    )


def change_cause(run: MitigationRun) -> str:
    """Write who changed a Deployment and why, for its rollout history."""
    place = "" if run.incident_id is None else f"{incident_text(run.incident_id)}: "
    return f"{place}{run.kind} by {run.by} ({run.name}, ideogram-bot)"


def bot_that_made(newest: Revision, older: Sequence[Revision]) -> str | None:
    """Tell whether a revision is a change of ours: `this bot (INC-1)`; None when it is not.

    The annotation stays when the next deploy writes none. Each press has its own text, so a text
    that an earlier revision carries too is left over and names nobody.
    """
    found = _OURS.fullmatch(newest.cause)
    if found is None or is_left_over(newest, older):
        return None
    return f"this bot ({found[1]})" if found[1] else "this bot"


def is_left_over(newest: Revision, older: Sequence[Revision]) -> bool:
    """Tell whether a text of ours stands on a revision that somebody else made after it."""
    is_ours = _OURS.fullmatch(newest.cause) is not None
    return is_ours and any(one.cause == newest.cause for one in older)


def by_hand(target: Target, change: EnvChange) -> str:
    """Write the command with which a person does the same."""
    value = f"{change.name}-" if change.after is None else f"{change.name}={change.after}"
    container = ["-c", target.container] if target.container else []
    return _kubectl(target, "set", "env", f"deployment/{target.deployment}", *container, value)


def look_by_hand(target: Target) -> str:
    """Write the command with which a person sees a rollout to its end."""
    return _kubectl(target, "rollout", "status", f"deployment/{target.deployment}")


def step_by_hand(
    diagnosis: Diagnosis, results: Iterable[ProbeResult], target: Target | None
) -> str | None:
    """Write the command for what a person does first; None where there is none.

    Only a fresh deploy of somebody else is to be undone: what came before an old one is long gone,
    and a change of this bot has a button.
    """
    first = next((one.rollout for one in diagnosis.steps if one.rollout is not None), None)
    if first is None or target is None:
        return None
    if first is Rollout.UNDO and not any(_is_fresh_deploy(one) for one in results):
        return None
    return _kubectl(target, "rollout", first, f"deployment/{target.deployment}")


def _is_fresh_deploy(result: ProbeResult) -> bool:
    age = result.facts.get(facts.REVISION_AGE_SECONDS)
    is_ours = facts.REVISION_BY in result.facts
    return isinstance(age, int | float) and age < FRESH.total_seconds() and not is_ours


def _kubectl(target: Target, *words: str) -> str:
    context = ["--context", target.context] if target.context else []
    return shlex.join(["kubectl", *context, "-n", target.namespace, *words])


def as_text(values: Mapping[str, str | None]) -> str:
    """Write variables for the audit trail: `A=1, B not set`."""
    return ", ".join(
        f"{name} not set" if value is None else f"{name}={value}" for name, value in values.items()
    )
