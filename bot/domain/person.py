"""What a person saw: people are probes too, where no instrument can look."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import UserId


class Sight(StrEnum):
    """What a person may tell a triage by a button or a command."""

    FAILING = "failing"
    FINE = "fine"
    LOOKS_BAD = "looks-bad"


@dataclass(frozen=True, slots=True)
class Witness:
    """Who saw what, and when: evidence of kind `person`. The newest answer counts."""

    sight: Sight
    by: UserId
    at: datetime
