"""What users got instead of the trouble, and from when to when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.domain.mitigation import MitigationKind, MitigationRun, State

_RELIEVING: Final = frozenset({MitigationKind.ENABLE_FALLBACK, MitigationKind.REDUCE_CONCURRENCY})


@dataclass(frozen=True, slots=True)
class Relief:
    """A mitigation of an incident that did what it promises.

    Attributes:
        until: When it was taken back or ended; None while it lasts.
    """

    kind: MitigationKind
    since: datetime
    until: datetime | None = None


def helping(runs: Sequence[MitigationRun]) -> list[MitigationRun]:
    """List the presses that did what they promise against the trouble, oldest first."""
    return [
        run
        for run in runs
        if run.state is State.EFFECTIVE and run.kind in _RELIEVING and run.undoes is None
    ]


def relief(runs: Sequence[MitigationRun]) -> Relief | None:
    """Find what users got instead, among the presses of an incident, oldest first.

    Of several the one that is still in force counts, else the first; None when nothing helped yet.
    """
    helped = [(run, run.finished_at) for run in helping(runs) if run.finished_at is not None]
    standing = [(run, since) for run, since in helped if run.undone_by is None]
    for run, since in (*standing, *helped):
        ends = [one.applied_at for one in runs if one.id == run.undone_by]
        return Relief(run.kind, since, ends[0] if ends else None)
    return None
