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
    # Users felt it when the pods were replaced; that it works may have been seen minutes later.
    felt = [(run, run.rolled_out_at or run.finished_at) for run in helping(runs)]
    helped = [(run, since) for run, since in felt if since is not None]
    standing = [(run, since) for run, since in helped if run.undone_by is None]
    for run, since in (*standing, *helped):
        ends = [one.applied_at for one in runs if one.id == run.undone_by]
        return Relief(run.kind, since, ends[0] if ends else None)
    return None
