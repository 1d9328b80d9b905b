"""The same trouble before: when, and what helped then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.ids import IncidentId
from bot.domain.incident import Incident
from bot.domain.mitigation import MitigationKind, MitigationRun
from bot.domain.relief import helping


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier incident of the same service and cause.

    Attributes:
        ago: From its start to the triage that names it.
        helped: The first mitigation that was effective against it; None when none was.
        took: From its press to its effect.
        lasted: From the start of the trouble to its end.
    """

    incident_id: IncidentId
    ago: timedelta
    lasted: timedelta | None = None
    helped: MitigationKind | None = None
    took: timedelta | None = None


def earlier(incident: Incident, runs: Sequence[MitigationRun], now: datetime) -> Earlier:
    """Say of an earlier incident what is worth knowing in the next one.

    Args:
        incident: Resolved.
        runs: Its presses, oldest first.
        now: When it is told.
    """
    helped = helping(runs)
    ended = incident.resolved_at
    return Earlier(
        incident_id=incident.id,
        ago=now - incident.began_at,
        lasted=None if ended is None else ended - incident.began_at,
        helped=helped[0].kind if helped else None,
        took=helped[0].took if helped else None,
    )
