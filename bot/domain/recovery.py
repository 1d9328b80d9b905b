"""What happens while a mitigation is in force: checks whether Ideogram is back, and reminders."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.domain.ids import MitigationId, PreviewId, ServiceName
from bot.domain.mitigation import MitigationKind, MitigationRun

BACK_AFTER: Final = 3  # images in a row (mitigations.md section 2)
REMIND_AFTER: Final = timedelta(minutes=45)
REMIND_EVERY: Final = timedelta(hours=1)
LOOK_AGAIN: Final = timedelta(minutes=10)  # whether what somebody else took back holds again
REMINDERS_MAX: Final = 12  # who did not act in half a day left it on on purpose


@dataclass(frozen=True, slots=True)
class Recovery:
    """One mitigation in force, and what is due about it.

    Attributes:
        since: When users began to feel it.
        next_check_at: None where no image can tell whether it may end.
        next_reminder_at: None after the last one.
        in_a_row: Images got since the last failure.
        last_at, last_said: The newest check and how it ended, in words.
        reminders: How many were sent.
        told_at: When people were told that Ideogram is back, once.
        offers: What ends it, offered when they were told.
        ended_at: When it was found to be no longer in force.
    """

    mitigation_id: MitigationId
    service: ServiceName
    kind: MitigationKind
    since: datetime
    next_check_at: datetime | None
    next_reminder_at: datetime | None
    in_a_row: int = 0
    last_at: datetime | None = None
    last_said: str = ""
    reminders: int = 0
    told_at: datetime | None = None
    offers: tuple[PreviewId, ...] = ()
    ended_at: datetime | None = None

    @property
    def due_at(self) -> datetime | None:
        """Tell when there is something to do; None when there is nothing more."""
        if self.ended_at is not None:
            return None
        moments = (self.next_check_at, self.next_reminder_at)
        return min((one for one in moments if one is not None), default=None)

    @property
    def is_back(self) -> bool:
        """Whether enough images came in a row."""
        return self.in_a_row >= BACK_AFTER

    def may_begin_again(self, now: datetime) -> bool:
        """Tell whether it ended long enough ago to see whether its mitigation holds again."""
        return self.ended_at is not None and self.ended_at + LOOK_AGAIN <= now

    def must_check(self, now: datetime) -> bool:
        """Tell whether a check is due."""
        return self.next_check_at is not None and self.next_check_at <= now

    def must_remind(self, now: datetime) -> bool:
        """Tell whether a reminder is due."""
        return self.next_reminder_at is not None and self.next_reminder_at <= now

    def sent(self, now: datetime, every: timedelta) -> "Recovery":
        """Plan the next check before this one is sent: a crash never sends it twice."""
        return replace(self, next_check_at=now + every)

    def skipped(self, now: datetime, why: str) -> "Recovery":
        """Remember that a check was not sent; it neither adds to the row nor ends it."""
        return replace(self, last_at=now, last_said=f"not sent: {why}")

    def checked(self, at: datetime, said: str, *, got_image: bool) -> "Recovery":
        """Count a check; a failure begins the row anew."""
        in_a_row = self.in_a_row + 1 if got_image else 0
        return replace(self, in_a_row=in_a_row, last_at=at, last_said=said)

    def told(self, at: datetime, offers: tuple[PreviewId, ...]) -> "Recovery":
        """Remember that people were told."""
        return replace(self, told_at=at, offers=offers)

    def reminded(self, now: datetime) -> "Recovery":
        """Count a reminder and plan the next; what was slept through is not made up for."""
        count = self.reminders + 1
        again = now + REMIND_EVERY if count < REMINDERS_MAX else None
        return replace(self, reminders=count, next_reminder_at=again)

    def ended(self, at: datetime) -> "Recovery":
        """Close it."""
        return replace(self, ended_at=at)


def begun(run: MitigationRun, every: timedelta | None) -> Recovery:
    """Begin to look after a mitigation in force.

    Args:
        run: As it ended.
        every: Time between checks; None where no image can tell anything.
    """
    since = run.rolled_out_at or run.pressed_at
    return Recovery(
        mitigation_id=run.id,
        service=run.service,
        kind=run.kind,
        since=since,
        next_check_at=None if every is None else since + every,
        next_reminder_at=since + REMIND_AFTER,
    )


def holding(
    runs: Sequence[MitigationRun], ending: Container[MitigationKind]
) -> tuple[MitigationRun, ...]:
    """List what holds something back: of each variable of each object the oldest run.

    Args:
        runs: Those in force and not undone, oldest first.
        ending: Kinds that end what others put in force.
    """
    held: dict[tuple[str, str], MitigationRun] = {}
    for run in runs:
        for change in run.preview.changes:
            place = (run.object_key, change.name)
            if run.kind not in ending:  # taking an end back holds too
                held.setdefault(place, run)
            elif run.undoes is None:
                held.pop(place, None)
    return tuple({run.id: run for run in held.values()}.values())
