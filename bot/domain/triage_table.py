"""The verdicts of all services side by side."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal

from bot.domain.diagnosis import Cause, Diagnosis, Part
from bot.domain.ids import ServiceName, TriageId, UserId

_UNSEEN: Final = 9  # below every severity


class But(StrEnum):
    """What a healthy service lacks to be fine, the most urgent first."""

    FALLBACK_ON = "fallback on"
    OWN_DNS = "own DNS"
    NOT_TRIED = "generation not tried"
    US_UNSEEN = "us unseen"
    USERS_UNSEEN = "users unseen"


@dataclass(frozen=True, slots=True)
class TriageLine:
    """One service.

    Attributes:
        diagnosis: None while it is measured, elsewhere or here, and when it failed.
        running: The triage of it that was under way already; it has the verdict.
        failure: Why it could not be measured, in words; empty otherwise.
        fallback_on: Whether users were seen to get placeholders.
        mode_reason: Why generation was not tried although it was wished; None otherwise.
    """

    service: ServiceName
    triage_id: TriageId | None = None
    diagnosis: Diagnosis | None = None
    running: TriageId | None = None
    failure: str = ""
    fallback_on: bool = False
    mode_reason: str | None = None

    @property
    def is_healthy(self) -> bool:
        """Whether no fault was found."""
        return self.diagnosis is not None and self.diagnosis.cause is Cause.HEALTHY

    @property
    def is_faulty(self) -> bool:
        """Whether it has a verdict that asks for something."""
        return self.diagnosis is not None and not self.is_healthy

    @property
    def buts(self) -> tuple[But, ...]:
        """List what a verdict of healthy does not vouch for, or leaves to be done."""
        if self.diagnosis is None or not self.is_healthy:
            return ()
        fine = self.diagnosis.fine
        lacks = {
            But.FALLBACK_ON: self.fallback_on,
            But.OWN_DNS: bool(self.diagnosis.steps),
            But.NOT_TRIED: Part.IDEOGRAM not in fine,
            But.US_UNSEEN: Part.US not in fine,
            But.USERS_UNSEEN: Part.USERS not in fine and not self.fallback_on,
        }
        return tuple(but for but, is_lacking in lacks.items() if is_lacking)


@dataclass(frozen=True, slots=True)
class TriageTable:
    """One triage of every service.

    Attributes:
        lines: Worst first once there are verdicts.
        waiting: How many services are still measured here.
        spent: By all of them, USD.
        duration: None until all are done.
        is_interrupted: Whether its process went away; what it still measured is not measured.
    """

    started_at: datetime
    lines: tuple[TriageLine, ...]
    waiting: int
    seen_from: str
    spent: Decimal = Decimal(0)
    duration: timedelta | None = None
    asked_by: UserId | None = None
    is_interrupted: bool = False
    kind: Literal["triage-table"] = "triage-table"
    version: int = 1

    @property
    def buts(self) -> Mapping[But, int]:
        """Count of how many healthy services each is true, the most urgent first."""
        counted = Counter(but for line in self.lines for but in line.buts)
        return {but: counted[but] for but in But if but in counted}


def worst_first(lines: Iterable[TriageLine]) -> tuple[TriageLine, ...]:
    """Sort by severity; healthy comes last, where a fallback is on first; ties keep their order."""
    return tuple(sorted(lines, key=_rank))


def _rank(line: TriageLine) -> int:
    found = line.diagnosis
    if found is None:
        return _UNSEEN
    if found.severity is None:
        return _UNSEEN + (1 if line.fallback_on else 2)
    return found.severity.rank
