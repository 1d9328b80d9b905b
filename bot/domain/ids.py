"""Names of things: one type each, one formatter and one parser for what people type."""

import re
from typing import Final, NewType

from bot.domain.errors import UnknownIncidentError

IncidentId = NewType("IncidentId", int)
TriageId = NewType("TriageId", int)
MitigationId = NewType("MitigationId", str)  # random; stands in an annotation on the Deployment
PreviewId = NewType("PreviewId", str)  # random; stands in the value of a button
ServiceName = NewType("ServiceName", str)
UserId = NewType("UserId", str)  # Slack's, for example U0ANA
ChannelId = NewType("ChannelId", str)  # Slack's, for example C0INCIDENTS
MessageTs = NewType("MessageTs", str)  # Slack's; a float would lose digits
OutboxKey = NewType("OutboxKey", str)  # for example INC-42/update/3
DeliveryKey = NewType("DeliveryKey", str)  # identifies one delivery from outside

NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")  # kinds and service names, whole match
_INCIDENT: Final = re.compile(r"(?:inc-?)?#?(\d{1,9})", re.IGNORECASE | re.ASCII)


def incident_text(incident_id: IncidentId) -> str:
    """Write an incident's id as people read it: `INC-42`."""
    return f"INC-{incident_id}"


def unknown_incident(incident_id: IncidentId, newest: IncidentId | None) -> str:
    """Say that there is no such incident, and which there are."""
    known = "there was none yet" if newest is None else f"the newest is {incident_text(newest)}"
    return f"There is no {incident_text(incident_id)}; {known}."


def parse_incident(text: str) -> IncidentId:
    """Read `INC-42`, `inc42` or `42`.

    Raises:
        UnknownIncidentError: The text is none of these.
    """
    found = _INCIDENT.fullmatch(text.strip())
    if found is None:
        raise UnknownIncidentError(f"“{text.strip()[:40]}” is no incident. Write it like INC-42.")
    return IncidentId(int(found[1]))


def triage_text(triage_id: TriageId) -> str:
    """Write a triage's id as people read it: `T-118`."""
    return f"T-{triage_id}"


def mitigation_text(mitigation_id: MitigationId) -> str:
    """Write a mitigation's id as people read it: `M-3f2a91`."""
    return f"M-{mitigation_id[:6]}"
