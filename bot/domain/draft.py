"""What people find prefilled, and the facts that it is made from."""

from dataclasses import dataclass, field

from bot.domain.diagnosis import Diagnosis
from bot.domain.incident import Incident
from bot.domain.mitigation import MitigationRun
from bot.domain.probe import ProbeResult


@dataclass(frozen=True, slots=True)
class UpdateDraft:
    """What an incident is titled and a status update is prefilled with, plain text."""

    impact: str
    cause: str
    action: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """Facts of an incident that its prefilled words are made from, the newest of each."""

    incident: Incident
    diagnosis: Diagnosis | None = None
    results: tuple[ProbeResult, ...] = field(default=())
    mitigation: MitigationRun | None = None
