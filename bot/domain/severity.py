"""How bad it is, as the runbook defines it."""

from datetime import timedelta
from enum import StrEnum
from typing import Final


class Severity(StrEnum):
    """P1 is worst.

    Source: severity levels of the incident runbook.
    """

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"

    @property
    def rank(self) -> int:
        """1 for P1 to 4 for P4: the smaller, the worse."""
        return int(self.value[1])


def worst(*severities: Severity) -> Severity:
    """Pick the worst of at least one severity."""
    return min(severities, key=lambda severity: severity.rank)


# Time to respond, from the runbook. P4 is "next business day": policy knows the calendar.
RESPOND_WITHIN: Final = {
    Severity.P1: timedelta(minutes=15),
    Severity.P2: timedelta(hours=1),
    Severity.P3: timedelta(hours=4),
}
