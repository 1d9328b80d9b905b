"""Who may do what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.errors import NotAllowedError
from bot.domain.ids import UserId
from bot.domain.mitigation import MitigationKind
from bot.domain.severity import Severity

EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of the config file.

    Attributes:
        allow: Slack user ids, or `everyone`, by mitigation kind; `default` for the others.
        update_every: Time until the next status update by severity; absent means no promise.
    """

    allow: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {"default": (EVERYONE,)})
    update_every: Mapping[Severity, timedelta] = field(default_factory=dict)

    def check(self, kind: MitigationKind, user: UserId) -> None:
        """Let the person pass.

        Raises:
            NotAllowedError: The policy names others.
        """
        allowed = self.allow.get(kind, self.allow.get("default", ()))
        if EVERYONE not in allowed and user not in allowed:
            raise NotAllowedError(f"The policy does not let you press {kind}.", allowed)
