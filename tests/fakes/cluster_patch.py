"""What a strategic-merge patch does to a Deployment, as far as the bot's patches use it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.domain.errors import PermanentError
from bot.domain.workload import Container, Deployment, EnvVar


def env_hash(container: Container) -> str:
    """Hash what a mitigation must not find changed."""
    seen = repr((container.env, container.env_from, container.image))
    return hashlib.sha256(seen.encode()).hexdigest()


def patched(deployment: Deployment, patch: Mapping[str, Any]) -> Deployment:
    """Apply a patch; `generation` and `resource_version` are left to the caller.

    Raises:
        PermanentError: As a real API server refuses with 422.
    """
    template = patch.get("spec", {}).get("template", {}).get("spec", {})
    changed = {one["name"]: one for one in template.get("containers", [])}
    unknown = changed.keys() - {one.name for one in deployment.containers}
    if unknown:
        raise PermanentError(f"refused: containers {sorted(unknown)}: image: Required value")
    containers = tuple(
        _patched_container(one, changed.get(one.name, {})) for one in deployment.containers
    )
    annotations = _merged(deployment.annotations, patch.get("metadata", {}).get("annotations", {}))
    return replace(deployment, containers=containers, annotations=annotations)


def template_annotations(patch: Mapping[str, Any]) -> Mapping[str, str | None]:
    """Find the annotations that a patch sets on the pods."""
    template = patch.get("spec", {}).get("template", {})
    found: Mapping[str, str | None] = template.get("metadata", {}).get("annotations", {})
    return found


def _merged(old: Mapping[str, str], new: Mapping[str, str | None]) -> dict[str, str]:
    both: dict[str, str | None] = {**old, **new}
    return {name: value for name, value in both.items() if value is not None}


def _patched_container(container: Container, patch: Mapping[str, Any]) -> Container:
    env = container.env
    for entry in reversed(patch.get("env", [])):
        env = _patched_env(env, entry)
    order = [one["name"] for one in patch.get("$setElementOrder/env", [])]
    changed = replace(
        container, env=_ordered(env, order), image=patch.get("image", container.image)
    )
    return replace(changed, env_hash=env_hash(changed))


def _patched_env(env: tuple[EnvVar, ...], entry: Mapping[str, Any]) -> tuple[EnvVar, ...]:
    name = entry["name"]
    if entry.get("$patch") == "delete":
        return tuple(one for one in env if one.name != name)
    if not isinstance(entry.get("value"), str):
        raise PermanentError(f"refused: env {name}: the value must be a string")
    old = next((one for one in env if one.name == name), None)
    if old is not None and old.is_reference and entry.get("valueFrom", "kept") is not None:
        raise PermanentError(f"refused: env {name}.valueFrom: may not be specified with a value")
    new = EnvVar(name, entry["value"])
    if old is None:
        return (new, *env)  # a real server puts new variables first when no order is given
    return tuple(new if one.name == name else one for one in env)


def _ordered(env: tuple[EnvVar, ...], order: Sequence[str]) -> tuple[EnvVar, ...]:
    place = {name: index for index, name in enumerate(order)}
    return tuple(sorted(env, key=lambda one: place.get(one.name, len(place)))) if order else env
