"""What an API server's refusal means, and what a person can do about it."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from bot.domain.classes import is_success
from bot.domain.cleaning import cleaned
from bot.domain.errors import (
    BotError,
    ConflictError,
    ForbiddenError,
    MissingError,
    PermanentError,
    TemporaryError,
    UnavailableError,
    UnseenError,
)
from bot.domain.service import Target
from bot.integrations.kube_ask import KubeAnswer

_ROOTS: Final = {"deployments": "/apis/apps/v1", "replicasets": "/apis/apps/v1"}
_CORE: Final = "/api/v1"
_REASON_MAX_CHARS: Final = 300


@dataclass(frozen=True, slots=True)
class Wish:
    """What was wanted: a verb on a resource, by name when it is one object."""

    verb: str
    resource: str
    target: Target
    name: str = ""

    @property
    def path(self) -> str:
        """The path to ask."""
        root = _ROOTS.get(self.resource, _CORE)
        base = f"{root}/namespaces/{quote(self.target.namespace, safe='')}/{self.resource}"
        return f"{base}/{quote(self.name, safe='')}" if self.name else base

    @property
    def words(self) -> str:
        """Name it for people, as Roles do."""
        what = f"{self.resource}/{self.name}" if self.name else self.resource
        return f"{self.verb} {what} in {self.target.where}"


def check(
    answer: KubeAnswer,
    wish: Wish,
    *,
    patch: Mapping[str, Any] | None = None,
    changes: bool = False,
) -> None:
    """Let a 2xx with an object or a list of Kubernetes pass.

    Args:
        answer: As it came.
        wish: What was asked.
        patch: What a person would have to change by hand.
        changes: Whether a server error may hide that it took effect.

    Raises:
        BotError: As `ports.Cluster` says.
    """
    if not is_success(answer.status):
        raise _error(answer, wish, patch or {}, changes=changes)
    if not isinstance(answer.document.get("kind"), str):
        # A proxy's page, for example: nothing may be decided on it.
        text = "something else than an API server answered"
        raise UnseenError(text) if changes else UnavailableError(text)


def _error(answer: KubeAnswer, wish: Wish, patch: Mapping[str, Any], *, changes: bool) -> BotError:
    status = answer.status
    if status in {401, 403}:
        return ForbiddenError(_forbidden(status, wish, patch))
    if status == 429 or status >= 500:  # noqa: PLR2004  HTTP
        return _may_pass(status, changes=changes)
    if status == 404:  # noqa: PLR2004  HTTP
        return MissingError(f"there is no {wish.resource}/{wish.name} in {wish.target.where}")
    if status == 409:  # noqa: PLR2004  HTTP
        return ConflictError(f"{wish.resource}/{wish.name} was changed by someone else")
    return PermanentError(f"refused to {wish.words} ({status}): {_reason(answer)}")


def _forbidden(status: int, wish: Wish, patch: Mapping[str, Any]) -> str:
    if status == 401:  # noqa: PLR2004  HTTP
        return (
            f"the API server does not accept the bot's credentials (401), so it may not "
            f"{wish.words}. Renew its token or kubeconfig"
        )
    return f"the bot may not {wish.words}. {_cure(wish, patch)}"


def _may_pass(status: int, *, changes: bool) -> TemporaryError:
    if status == 429:  # noqa: PLR2004  HTTP; refused before anything took effect
        text = "the API server asks to slow down (429)"
        return UnavailableError(text, retry_after=timedelta(seconds=1))
    if changes:
        return UnseenError(f"the API server answered {status}: it may have taken effect")
    return UnavailableError(f"the API server answered {status}")


def _reason(answer: KubeAnswer) -> str:
    message = answer.document.get("message")
    text = message if isinstance(message, str) and message else "without a reason"
    return cleaned(text)[:_REASON_MAX_CHARS]


def _cure(wish: Wish, patch: Mapping[str, Any]) -> str:
    named = f" named {wish.name}" if wish.name else ""
    grant = f"Bind the Role in deploy/ (it allows {wish.verb} on {wish.resource}{named})"
    by_hand = _by_hand(wish.target, patch)
    return f"{grant}, or by hand: {by_hand}" if by_hand else grant


def _by_hand(target: Target, patch: Mapping[str, Any]) -> str:
    pod = patch.get("spec", {}).get("template", {}).get("spec", {})
    for container in pod.get("containers", []):
        changes = [_assignment(one) for one in container.get("env", [])]
        if changes:
            context = f" --context {shlex.quote(target.context)}" if target.context else ""
            return (
                f"kubectl{context} -n {target.namespace} set env deployment/{target.deployment} "
                f"-c {container['name']} {' '.join(changes)}"
            )
    return ""


def _assignment(entry: Mapping[str, Any]) -> str:
    if entry.get("$patch") == "delete":
        return f"{entry['name']}-"
    return shlex.quote(f"{entry['name']}={entry.get('value', '')}")
