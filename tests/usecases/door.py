"""The door for requests, and a use case behind it that does as it was told."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.domain.ids import DeliveryKey
from bot.domain.message import Answer, AnswerKind, Trouble
from bot.domain.request import Asked, Request, ShowHelp
from bot.ports import Answers
from bot.usecases.intake import Intake
from tests.builders import asked
from tests.fakes.clock import FakeClock
from tests.fakes.messenger import FakeAnswers, FakeMessenger
from tests.fakes.storage import FakeStorage

KEY = DeliveryKey("trigger-1")
HELP = Answer(AnswerKind.HELP)


@dataclass
class Handler:
    """A use case that answers, or fails as it was told."""

    errors: list[Exception] = field(default_factory=list)
    before: Callable[[], Awaitable[None]] | None = None
    calls: list[tuple[Request, DeliveryKey | None]] = field(default_factory=list)

    async def __call__(
        self, request: ShowHelp, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        self.calls.append((request, delivery))
        if self.before is not None:
            await self.before()
        if self.errors:
            raise self.errors.pop(0)
        await answer(HELP)


@dataclass
class Door:
    """An intake and everything around it."""

    clock: FakeClock
    storage: FakeStorage
    messenger: FakeMessenger
    handler: Handler
    intake: Intake
    answers: FakeAnswers = field(default_factory=FakeAnswers)

    async def receive(self, who: Asked | None = None) -> bool:
        return await self.intake.receive(KEY, ShowHelp(who or asked()))

    async def handle(self, key: DeliveryKey | None = KEY) -> None:
        await self.intake.handle(key, ShowHelp(asked()), self.answers)

    @property
    def trouble(self) -> Trouble:
        """The one answer, which must be trouble."""
        (said,) = self.answers.said
        assert isinstance(said, Trouble)
        return said
