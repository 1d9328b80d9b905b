"""The use cases of a mitigation, joined with fakes, for the tests of each."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count

from bot.domain.answer import AnswerClass, ApiKey, SecretText
from bot.domain.diagnosis import Cause
from bot.domain.ids import (
    ChannelId,
    DeliveryKey,
    IncidentId,
    MitigationId,
    ServiceName,
    TriageId,
    UserId,
)
from bot.domain.incident import Incident
from bot.domain.message import Message
from bot.domain.mitigation import MitigationKind, MitigationRun, Preview
from bot.domain.money import Canary
from bot.domain.policy import Policy
from bot.domain.probe import Outcome, ProbeKind, ProbeResult
from bot.domain.request import Press
from bot.domain.service import Service, Target
from bot.domain.thresholds import Thresholds
from bot.domain.triage import Triage
from bot.mitigations import MITIGATIONS
from bot.ports import Answers, Clock, Keys, Lookout, Mitigation, UnitOfWork
from bot.usecases.advance import Advance
from bot.usecases.apply import Apply
from bot.usecases.describe import Context, Describe
from bot.usecases.finish import Finish
from bot.usecases.guard import Guard
from bot.usecases.incident_card import IncidentCards
from bot.usecases.mitigate import ShowMitigations
from bot.usecases.offer import Offer
from bot.usecases.postmortem import PeopleOf, Postmortems
from bot.usecases.press import PressMitigation
from bot.usecases.prove import ProveImage
from bot.usecases.verify import Verify
from bot.usecases.watch import Watch
from bot.usecases.work import Work
from tests.builders import ANA, INCIDENTS, NIGHT, a_result, a_service, an_incident, asked
from tests.fakes.clock import FakeClock
from tests.fakes.cluster import FakeCluster
from tests.fakes.cluster_objects import a_deployment
from tests.fakes.ideogram import FakeIdeogram, an_exchange
from tests.fakes.lookout import a_lookout
from tests.fakes.messenger import FakeMessenger
from tests.fakes.metrics import FakeMetrics
from tests.fakes.network import FakeNetwork
from tests.fakes.storage import FakeStorage
from tests.sayings import a_card

TARGET = Target("default", "ideogram-service", "app")
DELIVERY = DeliveryKey("trigger-1")
HEALTH = "https://app.example.com/health"


class Heard(Answers):
    """Keeps what one person was told."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def __call__(self, message: Message) -> None:
        self.messages.append(message)


class FakeKeys(Keys):
    """Has a key until a test takes it away."""

    def __init__(self) -> None:
        self.key: ApiKey | None = ApiKey(SecretText("k"), "0a1b2c3d", "secret ideogram-secrets")

    async def for_service(self, service: Service) -> tuple[ApiKey | None, str]:
        return self.key, "" if self.key else "no key may be used"


@dataclass
class Declarer:
    """Opens INC-42 for whoever presses."""

    cards: IncidentCards
    declared: int = 0

    async def declare(
        self,
        uow: UnitOfWork,
        *,
        triage_id: TriageId | None,
        service: ServiceName,
        by: UserId,
        at: datetime,
        channel: ChannelId,
    ) -> Incident:
        self.declared += 1
        incident = an_incident(
            id=IncidentId(41 + self.declared), declared_by=by, cause=Cause.OUTAGE, channel=channel
        ).acknowledged(by, at)
        await uow.incidents.save(incident)
        await self.cards.show(uow, incident, at)
        return incident


@dataclass
class World:
    """Everything around a mitigation; `holder` names the process."""

    service: Service = field(default_factory=a_service)
    policy: Policy = field(default_factory=Policy)
    clock: FakeClock = field(default_factory=FakeClock)
    limit: Decimal = field(default_factory=lambda: Decimal(1))
    storage: FakeStorage = field(default_factory=FakeStorage)
    cluster: FakeCluster = field(default_factory=FakeCluster)
    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    limits: Thresholds = field(default_factory=Thresholds)

    triage_id: TriageId | None = None

    def __post_init__(self) -> None:
        self.cluster.add(TARGET, a_deployment())
        self.network = FakeNetwork()
        self.ideogram = FakeIdeogram()
        self.keys = FakeKeys()
        self.messenger = FakeMessenger(self.clock)
        self.begun: list[MitigationId] = []
        self.heard = Heard()
        self.mitigations: dict[MitigationKind, Mitigation] = {
            one.kind: one for one in (make(self.lookout) for make in MITIGATIONS)
        }
        self.cards = IncidentCards(mitigations=self.mitigations)
        self.declarer = Declarer(self.cards)
        self._numbers = count(1)
        self.offer = self._offer()

    @property
    def lookout(self) -> Lookout:
        return a_lookout(
            network=self.network,
            metrics=self.metrics,
            clock=self.clock,
            thresholds=self.limits,
        )

    def new_id(self) -> str:
        return f"{next(self._numbers):06x}abcdef"

    def _offer(self) -> Offer:
        guard = Guard(storage=self.storage, cluster=self.cluster)
        describe = Describe(
            storage=self.storage,
            cluster=self.cluster,
            clock=self.clock,
            guard=guard,
            mitigations=self.mitigations,
            new_id=self.new_id,
        )
        return Offer(
            storage=self.storage, guard=guard, describe=describe, mitigations=self.mitigations
        )

    @property
    def press(self) -> PressMitigation:
        return PressMitigation(
            storage=self.storage,
            clock=self.clock,
            services=[self.service],
            policy=self.policy,
            guard=self.offer.guard,
            offer=self.offer,
            mitigations=self.mitigations,
            declaring=self.declarer,
            cards=self.cards,
            begin=self.begun.append,
            holder="one",
            new_id=self.new_id,
        )

    @property
    def show(self) -> ShowMitigations:
        return ShowMitigations(
            storage=self.storage,
            clock=self.clock,
            services=[self.service],
            offer=self.offer,
            mitigations=self.mitigations,
            new_id=self.new_id,
        )

    def advance(self, holder: str = "one", clock: Clock | None = None) -> Advance:
        clock = clock or self.clock
        finish = Finish(
            storage=self.storage,
            clock=clock,
            offer=self.offer,
            mitigations=self.mitigations,
            postmortems=Postmortems(clock=clock),
            people=PeopleOf(storage=self.storage, messenger=self.messenger),
        )
        prove = ProveImage(
            storage=self.storage,
            clock=clock,
            ideogram=self.ideogram,
            keys=self.keys,
            canary=Canary(),
            limit=self.limit,
        )
        return Advance(
            storage=self.storage,
            clock=clock,
            services=[self.service],
            cards=self.cards,
            apply=Apply(
                cluster=self.cluster, clock=clock, mitigations=self.mitigations, finish=finish
            ),
            watch=Watch(cluster=self.cluster, clock=clock, finish=finish),
            verify=Verify(
                cluster=self.cluster,
                clock=clock,
                mitigations=self.mitigations,
                prove=prove,
                finish=finish,
            ),
            finish=finish,
            holder=holder,
        )

    # Shortcuts.

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
        heard = Heard()
        await self.press(request, delivery, heard)
        return heard.messages

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
