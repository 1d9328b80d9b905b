"""What went wrong in the handling itself: promises that were not kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.domain.incident import Incident
from bot.domain.severity import RESPOND_WITHIN
from bot.domain.timeline import EventKind, TimelineEvent, promised_in

_SAYS_WHEN: Final = frozenset({EventKind.DECLARED, EventKind.UPDATE_POSTED})


def minutes(duration: timedelta) -> int:
    """Round a duration to whole minutes."""
    return round(duration.total_seconds() / 60)


def gaps(
    incident: Incident,
    events: Sequence[TimelineEvent],
    until: datetime,
) -> tuple[str, ...]:
    """List what the postmortem should ask about, in words.

    Args:
        incident: As it is now.
        events: Of its timeline, oldest first.
        until: End of the incident, or now.
    """
    return (*_late_response(incident), *_silence(events, until))


def _late_response(incident: Incident) -> tuple[str, ...]:
    within = RESPOND_WITHIN.get(incident.severity)
    if within is None or incident.acknowledged_at is None:
        return ()
    took = incident.acknowledged_at - incident.started_at
    if took <= within:
        return ()
    return (f"acknowledged after {minutes(took)} min, due within {minutes(within)} min",)


def _silence(events: Sequence[TimelineEvent], until: datetime) -> tuple[str, ...]:
    said = [event for event in events if event.kind in _SAYS_WHEN]
    ends = [*(event.at for event in said[1:]), until]
    return tuple(
        f"no update for {minutes(end - event.at)} min, promised {minutes(promised - event.at)}"
        for event, end in zip(said, ends, strict=False)
        if (promised := promised_in(event)) is not None and end > promised
    )
