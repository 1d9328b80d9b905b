"""The kinds this server stores, and how their paths, lists and names are spelt."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of object.

    Attributes:
        group: API group, empty for the core group.
        plural: The name in paths and in rules.
        has_generation: Whether a change of `spec` counts up `metadata.generation`.
        namespaced: False for namespaces alone.
    """

    group: str
    version: str
    plural: str
    kind: str
    has_generation: bool = False
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        """`apps/v1`, or `v1` in the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """`deployments.apps`, as error messages write it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def qualified_kind(self) -> str:
        """`Deployment.apps`, as messages about invalid objects write it."""
        return f"{self.kind}.{self.group}" if self.group else self.kind


DEPLOYMENTS = Resource("apps", "v1", "deployments", "Deployment", has_generation=True)
REPLICASETS = Resource("apps", "v1", "replicasets", "ReplicaSet", has_generation=True)
PODS = Resource("", "v1", "pods", "Pod", has_generation=True)
SECRETS = Resource("", "v1", "secrets", "Secret")
NAMESPACES = Resource("", "v1", "namespaces", "Namespace", namespaced=False)
CRONJOBS = Resource("batch", "v1", "cronjobs", "CronJob", has_generation=True)

RESOURCES: tuple[Resource, ...] = (DEPLOYMENTS, REPLICASETS, PODS, SECRETS, NAMESPACES, CRONJOBS)


def find_resource(group: str, version: str, plural: str) -> Resource | None:
    """Return the stored kind with that name, or None."""
    for resource in RESOURCES:
        if (resource.group, resource.version, resource.plural) == (group, version, plural):
            return resource
    return None
