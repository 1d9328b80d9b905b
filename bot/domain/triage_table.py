"""The verdicts of all services side by side."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

from bot.domain.diagnosis import Cause, Diagnosis
from bot.domain.ids import ServiceName, TriageId, UserId

_LAST: Final = 9  # below every severity


@dataclass(frozen=True, slots=True)
class TriageLine:
    """One service.

    Attributes:
        diagnosis: None while it is measured, elsewhere or here, and when it failed.
        running: The triage of it that was under way already; it has the verdict.
        failure: Why it could not be measured, in words; empty otherwise.
    """

    service: ServiceName
    triage_id: TriageId | None = None
    diagnosis: Diagnosis | None = None
    running: TriageId | None = None
    failure: str = ""

    @property
    def is_fine(self) -> bool:
        """Whether nothing is to be done about it."""
        return self.diagnosis is not None and self.diagnosis.cause is Cause.HEALTHY

    @property
    def is_faulty(self) -> bool:
        """Whether it has a verdict that asks for something."""
        return self.diagnosis is not None and not self.is_fine


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


def worst_first(lines: Iterable[TriageLine]) -> tuple[TriageLine, ...]:
    """Sort by severity; what is fine comes last, ties keep their order."""
    return tuple(sorted(lines, key=_rank))


def _rank(line: TriageLine) -> int:
    found = line.diagnosis
    if found is None:
        return _LAST - 1
    return _LAST if found.severity is None else found.severity.rank
