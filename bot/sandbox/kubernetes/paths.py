"""Reading request paths and queries as the API server does, and what discovery answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.sandbox.kubernetes import selection
from bot.sandbox.kubernetes.failures import Problem, invalid_option
from bot.sandbox.kubernetes.resources import RESOURCES, Json, Resource, find_resource
from bot.sandbox.kubernetes.rights import Question

AUTHORIZATION = "authorization.k8s.io"
_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
VERSION = {"major": "1", "minor": "36", "gitVersion": "v1.36.3", "platform": "linux/amd64"}
_SHORT_NAMES = {
    "deployments": ["deploy"],
    "replicasets": ["rs"],
    "pods": ["po"],
    "namespaces": ["ns"],
    "cronjobs": ["cj"],
}
_LISTED = ["create", "delete", "get", "list", "patch", "update", "watch"]


@dataclass(frozen=True, slots=True)
class Target:
    """Return what a request is about; `resource` is None for a kind that is not stored here."""

    question: Question
    resource: Resource | None


def target(method: str, path: str, query: Mapping[str, str]) -> Target | None:
    """Read a path below `/api` or `/apis`; None when it names no resource."""
    parts = path.strip("/").split("/")
    if parts[:1] == ["api"]:
        parts.insert(1, "")
    if parts[0] not in ("api", "apis") or len(parts) < 4:  # noqa: PLR2004 - root, group, version, kind
        return None
    group, version, rest = parts[1], parts[2], parts[3:]
    namespace = rest[1] if rest[0] == "namespaces" and len(rest) > 1 else ""
    if rest[0] == "namespaces" and len(rest) > 2:  # noqa: PLR2004 - namespaces, name, kind
        rest = rest[2:]
    plural, name, subresource = (*rest, "", "")[:3]
    verb = _VERBS.get(method, "get")
    if verb == "get" and not name:
        verb = "watch" if is_true(query.get("watch")) else "list"
        name = selection.name_selected(query.get("fieldSelector", ""))
    asked = Question(verb, group, plural, namespace, name, subresource)
    return Target(asked, find_resource(group, version, plural))


def is_true(value: str | None) -> bool:
    """Read a query parameter as Go reads a bool; present without a value counts."""
    return value is not None and value.lower() not in ("0", "f", "false")


def dry_run(query: Mapping[str, str], options: str) -> bool:
    """Tell whether `dryRun=All` was asked; 422 for any other value."""
    value = query.get("dryRun")
    if value not in (None, "", "All"):
        message = f'Unsupported value: ["{value}"]: supported values: "All"'
        raise invalid_option(options, Problem("dryRun", "FieldValueNotSupported", message))
    return value == "All"


def discovery(path: str) -> Json | None:
    """Return the answer of `/version`, `/api`, `/apis` and the lists below them; else None."""
    groups = sorted({item.group for item in RESOURCES if item.group} | {AUTHORIZATION})
    known: dict[str, Json | None] = {
        "/version": dict(VERSION),
        "/api": {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": [*map(_group, groups)]},
        "/api/v1": _resource_list("", "v1"),
        **{f"/apis/{group}/v1": _resource_list(group, f"{group}/v1") for group in groups},
    }
    return known.get(path.rstrip("/"))


def _group(name: str) -> Json:
    version = {"groupVersion": f"{name}/v1", "version": "v1"}
    return {"name": name, "versions": [version], "preferredVersion": version}


def _resource_list(group: str, group_version: str) -> Json | None:
    resources = [
        {
            "name": item.plural,
            "singularName": item.kind.lower(),
            "namespaced": item.namespaced,
            "kind": item.kind,
            "verbs": _LISTED,
            "shortNames": _SHORT_NAMES.get(item.plural, []),
        }
        for item in RESOURCES
        if item.group == group
    ]
    if group == AUTHORIZATION:
        review = {"name": "selfsubjectaccessreviews", "singularName": "selfsubjectaccessreview"}
        kind = {"namespaced": False, "kind": "SelfSubjectAccessReview", "verbs": ["create"]}
        resources = [{**review, **kind}]
    if not resources:
        return None
    head = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version}
    return {**head, "resources": resources}
