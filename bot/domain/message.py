"""What the bot says, as facts without markup: one frozen value per kind of message.

A message is stored as JSON with its `kind` and `version`, and rendered where it is sent.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from bot.domain.balance_report import BalanceReport
from bot.domain.beside import Beside
from bot.domain.diagnosis import Diagnosis, Mode
from bot.domain.ids import IncidentId, ServiceName, TriageId, UserId
from bot.domain.in_force import IdeogramIsBack, StillInForce
from bot.domain.incident import Clocks, Incident, Status
from bot.domain.mitigation import MitigationKind, MitigationRun, Preview
from bot.domain.onset import Onset, onset_in
from bot.domain.probe import ProbeKind, ProbeResult
from bot.domain.recovery import Recovery
from bot.domain.relief import Relief
from bot.domain.replies import BillingRequest, ProviderReport, Verification
from bot.domain.service import Call
from bot.domain.severity import Severity
from bot.domain.timeline import TimelineLine
from bot.domain.triage_table import TriageTable


class TriageState(StrEnum):
    """`so far` may still be displaced; `judged` cannot be, `early` has its buttons too."""

    RUNNING = "running"
    SO_FAR = "so far"
    JUDGED = "judged"
    EARLY = "early"
    FINAL = "final"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class NotOffered:
    """A mitigation that fits the verdict but cannot run, and why.

    Attributes:
        by_hand: The equivalent command; None where there is nothing to do.
        guard: Name of the guard that refused; empty when Kubernetes could not be asked.
    """

    kind: MitigationKind
    why: str
    by_hand: str | None = None
    guard: str = ""


@dataclass(frozen=True, slots=True)
class TriageCard:
    """One run of probes, from its start to the verdict.

    Attributes:
        results, pending: Those measured so far, those not yet answered; in fixed order.
        offers: Mitigations that can run, the first one is the primary button.
        seen_from: The cluster context or host name that measured.
        incident_id: Set once an incident has taken over: the card shrinks to a pointer.
        open_incident: Of the service, opened elsewhere: a press joins it.
        fallback_on: Whether users get placeholders; None when that was not seen.
        spent: What the answers cost, USD. `cost` is what was reserved before.
        by_hand: The command for a step that no button does; None where there is none.
    """

    triage_id: TriageId | None
    service: ServiceName
    mode: Mode
    state: TriageState
    started_at: datetime
    calls: tuple[Call, ...]
    results: tuple[ProbeResult, ...] = ()
    pending: tuple[ProbeKind, ...] = ()
    diagnosis: Diagnosis | None = None
    mode_reason: str | None = None
    duration: timedelta | None = None
    cost: Decimal = Decimal(0)
    spent: Decimal = Decimal(0)
    budget_left: Decimal | None = None
    seen_from: str = ""
    offers: tuple[Preview, ...] = ()
    not_offered: tuple[NotOffered, ...] = ()
    incident_id: IncidentId | None = None
    open_incident: IncidentId | None = None
    fallback_on: bool | None = None
    asked_by: UserId | None = None
    beside: Beside = field(default_factory=Beside)
    by_hand: str | None = None
    kind: Literal["triage-card"] = "triage-card"
    version: int = 1

    @property
    def onset(self) -> Onset | None:
        """Since when users suffer, as their requests show; None when nobody knows."""
        return onset_in(self.results)


@dataclass(frozen=True, slots=True)
class IncidentCard:
    """The one live message of an incident.

    Attributes:
        offers: Mitigations that can run now, undo and end included.
        running, last: The mitigation under way, and the newest that ended.
        primary: Name of the primary button: an offer's kind, `update`, or `resolve`.
        recovery: What is known of Ideogram while a mitigation is in force; None when none is.
        relief: What users got instead of the trouble; None when nothing helped yet.
    """

    incident: Incident
    offers: tuple[Preview, ...] = ()
    running: MitigationRun | None = None
    last: MitigationRun | None = None
    primary: str = "update"
    recovery: Recovery | None = None
    relief: Relief | None = None
    kind: Literal["incident-card"] = "incident-card"
    version: int = 1


@dataclass(frozen=True, slots=True)
class MitigationProgress:
    """A mitigation's live message: pressed, rolling, verifying, result."""

    run: MitigationRun
    kind: Literal["mitigation-progress"] = "mitigation-progress"
    version: int = 1


@dataclass(frozen=True, slots=True)
class MitigationOutcome:
    """The one new message that ends a mitigation; `undo` is None when that cannot run.

    `look` is the command that shows a rollout out of the bot's sight; None when it saw the end.
    """

    run: MitigationRun
    undo: Preview | None = None
    look: str | None = None
    kind: Literal["mitigation-outcome"] = "mitigation-outcome"
    version: int = 1


@dataclass(frozen=True, slots=True)
class MitigationOffers:
    """What can be done for a service now, asked for by a person.

    Attributes:
        reason: Why this is shown, for example that a button was stale; empty when asked.
    """

    service: ServiceName
    offers: tuple[Preview, ...]
    not_offered: tuple[NotOffered, ...] = ()
    incident_id: IncidentId | None = None
    reason: str = ""
    kind: Literal["mitigation-offers"] = "mitigation-offers"
    version: int = 1


class NoteKind(StrEnum):
    """Short notes in an incident's thread."""

    DECLARED = "declared"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Note:
    """One short line in the thread of an incident."""

    note: NoteKind
    incident_id: IncidentId
    by: UserId | None = None
    text: str = ""
    kind: Literal["note"] = "note"
    version: int = 1


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """Words for people outside the room, by the runbook's communication template.

    Attributes:
        impact, cause, action: As a person sent them, plain text.
        number: Counts the updates of the incident from 1.
        next_update_at: A promise; None when there is none (resolved).
    """

    incident_id: IncidentId
    severity: Severity
    status: Status
    impact: str
    cause: str
    action: str
    next_update_at: datetime | None
    owner: UserId | None
    number: int
    by: UserId
    kind: Literal["status-update"] = "status-update"
    version: int = 1


@dataclass(frozen=True, slots=True)
class Postmortem:
    """The document drafted from the timeline: a Markdown file.

    Attributes:
        people: Display names by user id, for a document read outside Slack.
        diagnosis: Of the triage that led to the incident; None when there was none.
        gaps: Findings about the handling, in words.
        relief: What users got instead of the trouble; None when nothing helped.
    """

    incident: Incident
    lines: tuple[TimelineLine, ...]
    clocks: Clocks
    drafted_at: datetime
    diagnosis: Diagnosis | None = None
    results: tuple[ProbeResult, ...] = ()
    mitigations: tuple[MitigationRun, ...] = ()
    people: tuple[tuple[UserId, str], ...] = ()
    gaps: tuple[str, ...] = ()
    relief: Relief | None = None
    kind: Literal["postmortem"] = "postmortem"
    version: int = 1


class AnswerKind(StrEnum):
    """Short answers that only the asking person sees."""

    HELP = "help"
    STATUS = "status"
    TIMELINE = "timeline"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a command, for one person.

    Attributes:
        text: Plain text for `done`; the others use the lists.
    """

    answer: AnswerKind
    text: str = ""
    incidents: tuple[Incident, ...] = ()
    lines: tuple[TimelineLine, ...] = ()
    services: tuple[ServiceName, ...] = ()
    kind: Literal["answer"] = "answer"
    version: int = 1


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that did not work, for one person or for operations.

    Attributes:
        what, meaning, fix: What happened, what it means, what to do now; the last may be empty.
        error_id: Stands in the log too; empty for an expected refusal.
        ask: Users who may do what was refused.
        whom: Whom a message elsewhere is meant for; mentioned.
    """

    what: str
    meaning: str = ""
    fix: str = ""
    error_id: str = ""
    ask: tuple[UserId, ...] = ()
    whom: UserId | None = None
    kind: Literal["trouble"] = "trouble"
    version: int = 1


Message = (
    TriageCard
    | IncidentCard
    | MitigationProgress
    | MitigationOutcome
    | MitigationOffers
    | Note
    | StatusUpdate
    | Postmortem
    | Answer
    | BalanceReport
    | IdeogramIsBack
    | StillInForce
    | Trouble
    | Verification
    | BillingRequest
    | ProviderReport
    | TriageTable
)
