"""What decides how pictures look, and which deploy changed it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from bot.domain.mitigation import EnvChange
from bot.domain.workload import Container, EnvVar, Revision

HIDDEN = "from a reference"  # its value stands elsewhere, and is not read


@dataclass(frozen=True, slots=True)
class SettingNow:
    """One variable as the Deployment has it; None means that it is not set."""

    name: str
    value: str | None


@dataclass(frozen=True, slots=True)
class SettingChange:
    """The newest deploy that changed one variable.

    Attributes:
        revision: Number of the deploy.
        at: When it was made; None for a return to an older revision, whose time Kubernetes
            does not keep.
        cause: The change-cause annotation, empty when nobody wrote one.
        image: Of the service's container in that deploy.
    """

    change: EnvChange
    revision: int
    at: datetime | None
    cause: str
    image: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The variables that decide how pictures look: now, and what they were.

    Attributes:
        revisions: How many deploys were compared, the present one included.
        hidden: Variables whose value may stand elsewhere, so that a change would not be seen.
        why_not: Why nothing could be compared; empty otherwise.
    """

    now: tuple[SettingNow, ...] = ()
    changes: tuple[SettingChange, ...] = ()
    revisions: int = 0
    hidden: tuple[str, ...] = ()
    why_not: str = ""


def compared(
    names: Sequence[str], container: Container, revisions: Sequence[Revision]
) -> Comparison:
    """Compare variables with what they were.

    Args:
        names: Of the variables, in the order in which people care.
        container: As it is now.
        revisions: All that the cluster keeps, newest first.
    """
    return Comparison(
        now=tuple(SettingNow(name, _value(container.variable(name))) for name in names),
        changes=tuple(_newest_changes(names, revisions)),
        revisions=len(revisions),
        hidden=tuple(name for name in names if _is_hidden(container, name)),
    )


def _newest_changes(names: Sequence[str], revisions: Sequence[Revision]) -> Iterator[SettingChange]:
    for name in names:
        for newer, older in pairwise(revisions):
            change = EnvChange(name, _of(older, name), _of(newer, name))
            if change.before != change.after:
                # A rollback gives an old ReplicaSet the newest number and keeps its age.
                at = newer.created_at if newer.created_at > older.created_at else None
                yield SettingChange(change, newer.number, at, newer.cause, newer.image)
                break


def _of(revision: Revision, name: str) -> str | None:
    return _value(next((one for one in reversed(revision.env) if one.name == name), None))


def _value(variable: EnvVar | None) -> str | None:
    if variable is None:
        return None
    return HIDDEN if variable.is_reference else variable.value


def _is_hidden(container: Container, name: str) -> bool:
    variable = container.variable(name)
    return container.env_from if variable is None else variable.is_reference
