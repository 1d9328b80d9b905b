"""Mitigations: what may be changed, what was changed, and the states in between."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.ids import (
    ChannelId,
    IncidentId,
    MitigationId,
    OutboxKey,
    PreviewId,
    ServiceName,
    TriageId,
    UserId,
    mitigation_text,
)
from bot.domain.onset import Counted, Onset


class MitigationKind(StrEnum):
    """Every kind of mitigation, in the order in which they are listed."""

    ENABLE_FALLBACK = "enable-fallback"
    DISABLE_FALLBACK = "disable-fallback"
    REDUCE_CONCURRENCY = "reduce-concurrency"
    RESTORE_CONCURRENCY = "restore-concurrency"


class State(StrEnum):
    """States of a pressed mitigation (mitigations.md section 2)."""

    PRESSED = "pressed"
    APPLYING = "applying"
    WATCHING = "watching"
    VERIFYING = "verifying"
    EFFECTIVE = "effective"
    NO_EFFECT = "no effect"
    WORSE = "worse"
    UNVERIFIED = "unverified"
    STUCK = "stuck"
    REPLACED = "replaced"
    STOPPED = "stopped"


NEXT: Final[Mapping[State, frozenset[State]]] = {
    State.PRESSED: frozenset({State.APPLYING, State.WATCHING, State.STOPPED}),
    State.APPLYING: frozenset({State.WATCHING, State.STOPPED}),
    State.WATCHING: frozenset({State.VERIFYING, State.STUCK, State.REPLACED, State.STOPPED}),
    State.VERIFYING: frozenset(
        {
            State.EFFECTIVE,
            State.NO_EFFECT,
            State.WORSE,
            State.UNVERIFIED,
            State.REPLACED,
            State.STOPPED,
        }
    ),
}
# Only one of these at a time on one object.
UNFINISHED: Final = frozenset({State.PRESSED, State.APPLYING, State.WATCHING})
RUNNING: Final = UNFINISHED | {State.VERIFYING}
# The object carries our change, whatever became of its promise.
IN_FORCE: Final = frozenset(
    {
        State.WATCHING,
        State.VERIFYING,
        State.EFFECTIVE,
        State.NO_EFFECT,
        State.WORSE,
        State.UNVERIFIED,
        State.STUCK,
    }
)


@dataclass(frozen=True, slots=True)
class EnvChange:
    """One variable and its values; None means that it is not there."""

    name: str
    before: str | None
    after: str | None

    @property
    def reversed(self) -> "EnvChange":
        """Turn it round, for an undo."""
        return EnvChange(self.name, self.after, self.before)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a press would do, computed by a dry run. A press settles it, once.

    Attributes:
        changes: Every variable that will change, in order; never empty.
        env_hash: Of the target container when this was computed.
        after_hash: Of the target container as the dry run answered; empty when unknown.
        paused: As the Deployment was then; part of what must not have changed.
        pods, ready: Of the Deployment then.
        warnings: For the confirm dialog, in words.
        expected: How long pods take to be replaced, from earlier runs; None when never tried.
        last_worked_at: None when it never did here.
        undoes: The mitigation that this takes back; None for all others.
        settled_by: None until pressed.
    """

    id: PreviewId
    service: ServiceName
    kind: MitigationKind
    changes: tuple[EnvChange, ...]
    env_hash: str
    paused: bool
    where: str
    deployment: str
    pods: int
    ready: int
    surge: int
    made_at: datetime
    warnings: tuple[str, ...] = ()
    expected: timedelta | None = None
    last_worked_at: datetime | None = None
    triage_id: TriageId | None = None
    incident_id: IncidentId | None = None
    undoes: MitigationId | None = None
    settled_by: MitigationId | None = None
    after_hash: str = ""


@dataclass(frozen=True, slots=True)
class MitigationRun:
    """One press, from the press to its result.

    Attributes:
        object_key: Names the object touched, for the lock.
        container: The one container that changes.
        before: The before-image; stored before the first send.
        sends: How often the PATCH went out.
        generation: Of the accepted PATCH; None until then.
        progress_at: When one more pod became ready, for *stuck*.
        ready_seen, replicas: Of the rollout, as last seen.
        unseen: Why the rollout could not be seen to its end; empty when it was.
        detail: What was found, in words.
        canary_at: When this press paid for its one image; None when it did not.
        channel, message: Where its live message stands.
        offers: What could be pressed next when it ended, its own undo first.
        users: What users' requests showed when it ended; None when they were not looked at.
        onset: Of the trouble that it was pressed against; None when nobody knew it then.
    """

    id: MitigationId
    service: ServiceName
    kind: MitigationKind
    state: State
    preview: Preview
    object_key: str
    container: str
    by: UserId
    pressed_at: datetime
    channel: ChannelId
    message: OutboxKey
    incident_id: IncidentId | None = None
    triage_id: TriageId | None = None
    before: tuple[EnvChange, ...] = ()
    sends: int = 0
    generation: int | None = None
    applied_at: datetime | None = None
    progress_at: datetime | None = None
    ready_seen: int = 0
    updated_seen: int = 0
    replicas: int = 0
    rolled_out_at: datetime | None = None
    finished_at: datetime | None = None
    detail: str = ""
    canary_at: datetime | None = None
    undoes: MitigationId | None = None
    undone_by: MitigationId | None = None
    offers: tuple[PreviewId, ...] = ()
    users: Counted | None = None
    unseen: str = ""
    onset: Onset | None = None

    @property
    def name(self) -> str:
        """Write its id as people read it."""
        return mitigation_text(self.id)

    @property
    def is_running(self) -> bool:
        """Whether there is still work to do on it."""
        return self.state in RUNNING

    @property
    def replaced_within(self) -> timedelta | None:
        """From the press to the end of its rollout; where nobody saw that, to the result."""
        end = self.rolled_out_at or self.finished_at
        return None if end is None else end - self.pressed_at

    @property
    def took(self) -> timedelta | None:
        """From the press to the result."""
        return None if self.finished_at is None else self.finished_at - self.pressed_at


class EffectState(StrEnum):
    """What one look at the promised effect says."""

    PENDING = "pending"
    EFFECTIVE = "effective"
    WORSE = "worse"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Effect:
    """One look at the promised effect.

    Attributes:
        detail: What was seen, in words.
        users: What they got.
        is_final: Looking again cannot show more: nothing is configured to look at.
    """

    state: EffectState
    detail: str
    users: Counted | None = None
    is_final: bool = False
