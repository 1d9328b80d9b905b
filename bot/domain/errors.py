"""Everything that can go wrong, sorted by what happens next.

BotError
  UserError               written for the person, shown as it stands, logged at info
    UnknownIncidentError, UnknownServiceError, BadCommandError, InvalidTransitionError,
    NotAllowedError, StalePressError, AlreadyPressedError
    GuardRefusedError     names the guard and what it found
      UnfinishedError     another mitigation of the same object comes first
  TemporaryError          may pass; `retry_after` is what the other side asked for
    UnavailableError, RateLimitedError
    UnseenError           sent, but the answer was not seen: it may have taken effect
    ConflictError         the object changed since it was read: read again, decide again
  PermanentError          the other side refused; the text says what to do by hand
    ForbiddenError, MissingError, SpendingError
      SignedOutError        waits until somebody sets a new token
  ClaimLostError          somebody else has taken the work over: leave it to them
  ConfigError             start is refused, exit 2, every problem listed
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar


class BotError(Exception):
    """The base of every error that this program raises on purpose."""


class UserError(BotError):
    """A request that cannot be met; the text is written for the person who made it."""


class UnknownIncidentError(UserError):
    """There is no such incident."""


class UnknownServiceError(UserError):
    """No service of that name is configured; the text names the nearest one."""


class BadCommandError(UserError):
    """The words of a command make no sense; the text names the nearest valid ones."""


class InvalidTransitionError(UserError):
    """The incident or mitigation is not in a state from which this is possible."""


class NotAllowedError(UserError):
    """The policy does not let this person do this.

    Attributes:
        allowed: Ids of those who may.
    """

    def __init__(self, message: str, allowed: Sequence[str] = ()) -> None:
        """Keep whom to ask beside the message."""
        super().__init__(message)
        self.allowed = tuple(allowed)


class StalePressError(UserError):
    """The button belongs to something that has changed since it was drawn."""


class AlreadyPressedError(UserError):
    """The button was pressed before; what it does is done once.

    Attributes:
        by: Id of the mitigation that the first press became.
    """

    def __init__(self, message: str, by: str) -> None:
        """Keep which press was first beside the message."""
        super().__init__(message)
        self.by = by


class GuardRefusedError(UserError):
    """A guard found a reason against a mitigation, or could not answer.

    Attributes:
        guard: Name of the guard, for example `paused`.
    """

    def __init__(self, guard: str, found: str) -> None:
        """Keep which guard refused; `found` is what it found, in words for the person."""
        super().__init__(found)
        self.guard = guard


class UnfinishedError(GuardRefusedError):
    """Another mitigation of the same object is still under way.

    Attributes:
        by: Id of that mitigation.
    """

    GUARD: ClassVar = "unfinished"

    def __init__(self, message: str, by: str) -> None:
        """Keep which one is under way beside the message."""
        super().__init__(self.GUARD, message)
        self.by = by


class TemporaryError(BotError):
    """Something that may pass. It says that trying again may help, not that it may be done.

    Attributes:
        retry_after: What the other side asked for; None when it said nothing.
    """

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        """Keep the wish of the other side beside the message."""
        super().__init__(message)
        self.retry_after = retry_after


class UnavailableError(TemporaryError):
    """No answer, or the other side says that it cannot work now. Nothing took effect."""


class RateLimitedError(TemporaryError):
    """The other side asks us to slow down (429). Nothing took effect."""


class UnseenError(TemporaryError):
    """The request went out and its answer was not seen: it may have taken effect."""


class ConflictError(TemporaryError):
    """The object changed between our reading and our writing (409). Nothing took effect."""


class PermanentError(BotError):
    """The other side refused for good; the text says what to do by hand."""


class ForbiddenError(PermanentError):
    """A token, scope or Role of ours is missing; the text says which."""


class SignedOutError(ForbiddenError):
    """A token of ours is not accepted any more; who runs the bot mends it, then all goes on."""


class MissingError(PermanentError):
    """The thing we were told to look at does not exist; the text names it."""


class NoPictureError(PermanentError):
    """A picture's link leads to none, wherever one looks from; the text says how."""


class SpendingError(PermanentError):
    """A request that must be free was not answered by a price quote."""


class ClaimLostError(BotError):
    """Work claimed here was taken over or ended by somebody else; nothing of it was recorded."""


def sentence(text: str) -> str:
    """End a text with a full stop, unless it ends like a sentence already."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the settings, and its cure.

    Attributes:
        message: What is wrong, with the line and key where there is one.
        fix: What to do about it, as an instruction.
    """

    message: str
    fix: str


class ConfigError(BotError):
    """The program cannot start.

    Attributes:
        problems: All of them, in the order of the settings.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Join the problems into a text of one line each."""
        super().__init__("\n".join(f"{problem.message} {problem.fix}" for problem in problems))
        self.problems = tuple(problems)
