"""What a press means for what people read: its action in words, and the incident after it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.domain.errors import InvalidTransitionError, UnfinishedError
from bot.domain.ids import MitigationId, incident_text, mitigation_text
from bot.domain.incident import Incident, Status
from bot.domain.mitigation import (
    IN_FORCE,
    NEXT,
    EnvChange,
    MitigationKind,
    MitigationRun,
    State,
)
from bot.domain.patch import shown

_MINUTE: Final = 60
UNDO_NAMES: Final = {
    MitigationKind.ENABLE_FALLBACK: "Re-enable Fallback",
    MitigationKind.DISABLE_FALLBACK: "Undo Fallback",
    MitigationKind.REDUCE_CONCURRENCY: "Reduce Again",
    MitigationKind.RESTORE_CONCURRENCY: "Undo Reduction",
}


def moved(run: MitigationRun, state: State) -> MitigationRun:
    """Change the state.

    Raises:
        InvalidTransitionError: That state cannot follow.
    """
    if state not in NEXT.get(run.state, frozenset()):
        raise InvalidTransitionError(f"{run.name} is {run.state}, so not {state}.")
    return replace(run, state=state)


def ended_by(run: MitigationRun, by: MitigationId, at: datetime) -> MitigationRun:
    """Mark a press as taken back by another; watching or verifying it ends."""
    if run.is_running:
        detail = f"taken back by {mitigation_text(by)}"
        run = replace(moved(run, State.STOPPED), finished_at=at, detail=detail)
    return replace(run, undone_by=by)


def change_text(change: EnvChange) -> str:
    """Write a change as people read it."""
    return f"{change.name} {shown(change.before)} → {shown(change.after)}"


def duration_text(duration: timedelta) -> str:
    """Write a duration as people read it: `47 s`, `2 min 5 s`."""
    minutes, seconds = divmod(max(round(duration.total_seconds()), 1), _MINUTE)
    if not minutes:
        return f"{seconds} s"
    return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"


def action_name(run: MitigationRun) -> str:
    """Name a press as its button does; an undo runs under the kind that is the inverse."""
    return run.kind.replace("-", " ").title() if run.undoes is None else UNDO_NAMES[run.kind]


def unfinished(run: MitigationRun) -> UnfinishedError:
    """Say that a press comes first which is still under way."""
    place = "" if run.incident_id is None else f", {incident_text(run.incident_id)}"
    return UnfinishedError(f"{run.name} ({action_name(run)}{place}) is still under way.", run.id)


def action_text(run: MitigationRun) -> str:
    """Say in one line what was done and how it ended."""
    took = "" if run.took is None else f" after {duration_text(run.took)}"
    kind = action_name(run)
    if run.state is State.EFFECTIVE:
        took = took.replace(" after ", " in ")
    return f"{kind}: {run.state}{took}"


def incident_after(incident: Incident, run: MitigationRun, at: datetime, *, ends: bool) -> Incident:
    """Tell what an incident is after a mitigation ended.

    Args:
        incident: As it is.
        run: With its result.
        at: When.
        ends: Whether it ended what others put in force; that mitigates nothing.
    """
    if not incident.is_open or run.state not in IN_FORCE:
        return incident
    incident = replace(incident, action=action_text(run), users=run.users or incident.users)
    if run.state is State.EFFECTIVE and not ends:
        return incident.moved(Status.MITIGATED, at)
    if run.state is State.WORSE and ends:
        return incident.moved(Status.INVESTIGATING, at)
    return incident
