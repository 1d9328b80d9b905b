"""What is said while a mitigation is in force."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.domain.ids import UserId
from bot.domain.mitigation import MitigationRun, Preview
from bot.domain.recovery import Recovery


@dataclass(frozen=True, slots=True)
class IdeogramIsBack:
    """Said once: images come again, and users still do without.

    Attributes:
        person: Whose phone rings: the owner of the incident, else who pressed.
        offer: What ends the mitigation; None when it cannot run.
        why_not: Why it cannot, in words.
        by_hand: The equivalent command; None where there is none.
    """

    run: MitigationRun
    recovery: Recovery
    person: UserId
    offer: Preview | None = None
    why_not: str = ""
    by_hand: str | None = None
    kind: Literal["ideogram-is-back"] = "ideogram-is-back"
    version: int = 1


@dataclass(frozen=True, slots=True)
class StillInForce:
    """A reminder that users still do without.

    Attributes:
        recovery: With this reminder counted.
        at: When it was written.
    """

    run: MitigationRun
    recovery: Recovery
    person: UserId
    at: datetime
    kind: Literal["still-in-force"] = "still-in-force"
    version: int = 1
