"""What went wrong in the handling itself: promises that were not kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from bot.domain.incident import Incident
from bot.domain.severity import RESPOND_WITHIN, Severity
from bot.domain.timeline import EventKind, TimelineEvent


def minutes(duration: timedelta) -> int:
    """Round a duration to whole minutes."""
    return round(duration.total_seconds() / 60)


def gaps(
    incident: Incident,
    events: Sequence[TimelineEvent],
    update_every: Mapping[Severity, timedelta],
    until: datetime,
) -> tuple[str, ...]:
    """List what the postmortem should ask about, in words.

    Args:
        incident: As it is now.
        events: Of its timeline, oldest first.
        update_every: The promised time between updates, by severity.
        until: End of the incident, or now.
    """
    return (
        *_late_response(incident),
        *_silence(incident, events, update_every.get(incident.severity), until),
    )


def _late_response(incident: Incident) -> tuple[str, ...]:
    within = RESPOND_WITHIN.get(incident.severity)
    if within is None or incident.acknowledged_at is None:
        return ()
    took = incident.acknowledged_at - incident.started_at
    if took <= within:
        return ()
    return (f"acknowledged after {minutes(took)} min, due within {minutes(within)} min",)


def _silence(
    incident: Incident,
    events: Sequence[TimelineEvent],
    promised: timedelta | None,
    until: datetime,
) -> tuple[str, ...]:
    if promised is None:
        return ()
    moments = [incident.declared_at]
    moments += [event.at for event in events if event.kind is EventKind.UPDATE_POSTED]
    moments.append(max(until, moments[-1]))
    pauses = [after - before for before, after in pairwise(moments)]
    return tuple(
        f"no update for {minutes(pause)} min, promised every {minutes(promised)} min"
        for pause in pauses
        if pause > promised
    )
