"""What is done with a mitigation, step by step, for the tests of its use cases."""

from datetime import datetime

from bot.domain.answer import AnswerClass
from bot.domain.ids import DeliveryKey, TriageId, UserId
from bot.domain.message import Message
from bot.domain.mitigation import MitigationKind, MitigationRun, Preview
from bot.domain.probe import Outcome, ProbeKind, ProbeResult
from bot.domain.request import Press
from bot.domain.triage import Triage
from bot.usecases.describe import Context
from bot.usecases.work import Work
from tests.builders import ANA, INCIDENTS, NIGHT, a_result, asked
from tests.fakes.ideogram import an_exchange
from tests.fakes.messenger import FakeAnswers
from tests.sayings import a_card
from tests.usecases.joined import TARGET, Joined

DELIVERY = DeliveryKey("trigger-1")
HEALTH = "https://app.example.com/health"


class World(Joined):
    """Everything around a mitigation, with shortcuts to where a test begins."""

    async def found_legacy_down(self) -> None:
        """Remember a triage in which one of two calls failed; what is offered stands on it."""
        works = a_result(ProbeKind.GENERATE_V3, answer=AnswerClass.IMAGE)
        failed = a_result(
            ProbeKind.GENERATE_LEGACY, Outcome.UNHEALTHY, answer=AnswerClass.SERVER_ERROR
        )
        await self.found(works, failed)

    async def found(self, *results: ProbeResult) -> None:
        """Remember a triage that saw this; what is offered stands on it."""
        self.triage_id = TriageId(118)
        card = a_card(results=results)
        found = Triage(
            self.triage_id, self.service.name, INCIDENTS, NIGHT, card, ended_at=self.clock.now()
        )
        async with self.storage() as uow:
            await uow.triages.save(found, claimed_until=None)

    async def offered(self, kind: MitigationKind = MitigationKind.ENABLE_FALLBACK) -> Preview:
        offers, refused = await self.offer(self.service, [kind], Context(self.triage_id))
        assert offers, refused
        return offers[0]

    async def press_on(
        self,
        preview: Preview,
        by: UserId = ANA,
        at: datetime | None = None,
        delivery: DeliveryKey | None = DELIVERY,
    ) -> list[Message]:
        request = Press(asked(by=by, at=at or self.clock.now()), preview.id)
        heard = FakeAnswers()
        await self.press(request, delivery, heard)
        return heard.said

    async def pressed(self, kind: MitigationKind = MitigationKind.ENABLE_FALLBACK) -> MitigationRun:
        assert await self.press_on(await self.offered(kind)) == []
        return self.storage.runs[-1]

    async def through(self, kind: MitigationKind = MitigationKind.ENABLE_FALLBACK) -> MitigationRun:
        """Press and let the rollout go well, to the result."""
        run = await self.pressed(kind)
        return await self.to_the_end(run)

    async def to_the_end(self, run: MitigationRun) -> MitigationRun:
        self.cluster.will_roll(TARGET)
        await self.advance().start(run.id)
        return self.newest(run)

    def work_on(self, run: MitigationRun, epoch: int = 1) -> Work:
        return Work(
            storage=self.storage,
            clock=self.clock,
            cards=self.cards,
            run=self.newest(run),
            epoch=epoch,
            kept_at=self.clock.now(),
        )

    async def to_watching(self, run: MitigationRun) -> None:
        """Apply it, and stop there."""
        await self.advance().apply(self.work_on(run), self.service)

    async def watch_only(self, run: MitigationRun) -> None:
        """Watch what was applied, and stop there."""
        await self.advance().watch(self.work_on(run), self.service)

    def newest(self, run: MitigationRun) -> MitigationRun:
        return self.storage.tables.presses[run.id].run

    def health_says(self, word: str) -> None:
        self.network.pages[HEALTH] = an_exchange(200, {"services": {"ideogram": word}})

    @property
    def real_patches(self) -> int:
        """How many patches were sent for good, refused ones included."""
        return sum(not one.dry_run for one in self.cluster.sent)

    def value(self, name: str = "IDEOGRAM_FALLBACK") -> str | None:
        one = self.cluster._objects[TARGET.key].deployment.container("app")  # noqa: SLF001  look
        assert one is not None
        variable = one.variable(name)
        return None if variable is None else variable.value

    def generation(self) -> int:
        return self.cluster._objects[TARGET.key].deployment.generation  # noqa: SLF001  look

    def message(self, key: str) -> Message:
        return next(one.message for one in self.storage.sendings if one.key == key)


__all__ = ["DELIVERY", "HEALTH", "TARGET", "World"]
