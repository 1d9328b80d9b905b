"""What people find prefilled, and the facts that it is made from."""

from dataclasses import dataclass, field

from bot.domain.diagnosis import Diagnosis
from bot.domain.incident import Incident
from bot.domain.mitigation import MitigationRun
from bot.domain.press import action_name, action_text
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
    """Facts of an incident that its prefilled words are made from, the newest of each.

    Attributes:
        standing: Mitigations that stay in force when the incident is resolved.
    """

    incident: Incident
    diagnosis: Diagnosis | None = None
    results: tuple[ProbeResult, ...] = field(default=())
    mitigation: MitigationRun | None = None
    standing: tuple[MitigationRun, ...] = ()

    @property
    def state(self) -> str:
        """Name what people and mitigations change, to tell whether anything went on."""
        one, run = self.incident, self.mitigation
        said = f"{one.status}/{one.severity}/{one.updates}"
        return f"{said}/{'-' if run is None else f'{run.name}/{run.state}'}"

    @property
    def state_text(self) -> str:
        """Say the same for people: `INC-1 is P1, MITIGATED; Undo Fallback: worse after 8 s`."""
        one, run = self.incident, self.mitigation
        status = f"{one.name} is {one.severity}, {one.status.upper()}"
        status += f", update {one.updates} is out" if one.updates else ""
        if run is None:
            return status
        done = f"{action_name(run)} is under way" if run.is_running else action_text(run)
        return f"{status}; {done}"
