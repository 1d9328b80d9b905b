"""A generation call that the service uses, as one set of measurements shows it."""

from dataclasses import dataclass

from bot.domain.answer import AnswerClass
from bot.domain.probe import ProbeKind


@dataclass(frozen=True, slots=True)
class Attempt:
    """A used call as it was measured.

    Attributes:
        answer: Class of its answer; None when it was not measured.
    """

    kind: ProbeKind
    answer: AnswerClass | None

    @property
    def got_image(self) -> bool:
        """Whether it worked."""
        return self.answer is AnswerClass.IMAGE

    @property
    def failed(self) -> bool:
        """Whether it was measured and did not work."""
        return self.answer is not None and not self.got_image
