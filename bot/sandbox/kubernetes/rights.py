"""Who is who, and who may do what: RBAC with resource names, which narrows nothing else."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.sandbox.kubernetes import failures
from bot.sandbox.kubernetes.failures import ApiFailureError
from bot.sandbox.kubernetes.resources import Json

ANONYMOUS = "system:anonymous"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a Role: empty `names` means every object, `*` means all."""

    groups: tuple[str, ...]
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    names: tuple[str, ...] = ()
    namespace: str = "default"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing somebody wants to do; `name` is empty where no single object is named."""

    verb: str
    group: str
    resource: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""

    @property
    def what(self) -> str:
        """`deployments/scale`, as rules write it."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


@dataclass
class User:
    """Somebody with a token."""

    name: str
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    is_admin: bool = False
    rules: list[Rule] = field(default_factory=list)


def bot_rules(
    namespace: str, deployments: Iterable[str], secret: str, cronjobs: Iterable[str]
) -> list[Rule]:
    """Return the least that the incident bot needs (the Role it documents)."""
    watch = ("get", "list", "watch", "patch")
    return [
        Rule(("apps",), ("deployments",), watch, tuple(deployments), namespace),
        Rule(("apps",), ("replicasets",), ("list",), (), namespace),
        Rule(("",), ("pods",), ("list", "watch"), (), namespace),
        Rule(("",), ("secrets",), ("get", "patch"), (secret,), namespace),
        Rule(("batch",), ("cronjobs",), ("get", "patch"), tuple(cronjobs), namespace),
    ]


class Rights:
    """Return the users of the pretend cluster and what is forbidden to them for a while."""

    def __init__(self) -> None:
        """Know an admin, the bot (no rules yet) and somebody without any rights."""
        self.users = {
            "admin": User("admin", is_admin=True),
            "bot": User("bot"),
            "nobody": User("nobody"),
        }
        self._forbidden: set[tuple[str, str]] = set()

    def grant(self, user: str, namespace: str, rules: Iterable[Json]) -> None:
        """Give a user the rules of a Role in one namespace, spelt as in its manifest."""
        for rule in rules:
            groups, resources = tuple(rule["apiGroups"]), tuple(rule["resources"])
            names = tuple(rule.get("resourceNames") or ())
            given = Rule(groups, resources, tuple(rule["verbs"]), names, namespace)
            self.users[user].rules.append(given)

    def forbid(self, verb: str, resource: str) -> None:
        """Take one verb on one resource from everybody but the admin."""
        self._forbidden.add((verb, resource))

    def allow_again(self) -> None:
        """Give back everything that `forbid` took."""
        self._forbidden.clear()

    def identify(self, authorization: str | None) -> User:
        """Return the user of an `Authorization` header: anonymous without one, 401 if unknown."""
        if not authorization:
            return User(ANONYMOUS)
        for user in self.users.values():
            if secrets.compare_digest(authorization.encode(), f"Bearer {user.token}".encode()):
                return user
        raise failures.unauthorized()

    def may(self, user: User, asked: Question) -> bool:
        """Tell whether that is allowed."""
        if user.is_admin:
            return True
        if (asked.verb, asked.resource) in self._forbidden:
            return False
        return any(_covers(rule, asked) for rule in user.rules)

    def review(self, user: User, spec: Json) -> Json:
        """Return the `status` of a SelfSubjectAccessReview."""
        attributes = spec.get("resourceAttributes") or {}
        asked = Question(
            verb=attributes.get("verb", ""),
            group=attributes.get("group", ""),
            resource=attributes.get("resource", ""),
            namespace=attributes.get("namespace", ""),
            name=attributes.get("name", ""),
            subresource=attributes.get("subresource", ""),
        )
        if not self.may(user, asked):
            return {"allowed": False}
        by = 'ClusterRoleBinding "cluster-admin" of ClusterRole "cluster-admin"'
        if not user.is_admin:
            by = f'RoleBinding "{user.name}/{asked.namespace}" of Role "{user.name}"'
        return {"allowed": True, "reason": f'RBAC: allowed by {by} to User "{user.name}"'}


def refusal(user: User, asked: Question) -> ApiFailureError:
    """403 that names the missing verb, as the API server words it."""
    dotted = f"{asked.resource}.{asked.group}" if asked.group else asked.resource
    subject = f'{dotted} "{asked.name}"' if asked.name else dotted
    where = f'in the namespace "{asked.namespace}"' if asked.namespace else "at the cluster scope"
    message = (
        f'{subject} is forbidden: User "{user.name}" cannot {asked.verb} resource '
        f'"{asked.what}" in API group "{asked.group}" {where}'
    )
    details = {"name": asked.name, "group": asked.group, "kind": asked.resource}
    shown = {key: value for key, value in details.items() if value}
    return ApiFailureError(403, "Forbidden", message, shown)


def _covers(rule: Rule, asked: Question) -> bool:
    return (
        rule.namespace in ("*", asked.namespace)
        and _has(rule.groups, asked.group)
        and _has(rule.resources, asked.what)
        and _has(rule.verbs, asked.verb)
        and (not rule.names or asked.name in rule.names)
    )


def _has(allowed: tuple[str, ...], wanted: str) -> bool:
    return "*" in allowed or wanted in allowed
