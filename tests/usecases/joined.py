"""The use cases of a mitigation, joined with fakes."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count

from bot.domain.diagnosis import Cause
from bot.domain.ids import ChannelId, IncidentId, MitigationId, ServiceName, TriageId, UserId
from bot.domain.incident import Incident
from bot.domain.mitigation import MitigationKind
from bot.domain.money import Canary
from bot.domain.policy import Policy
from bot.domain.service import Service, Target
from bot.domain.thresholds import Thresholds
from bot.mitigations import MITIGATIONS
from bot.ports import Clock, Lookout, Mitigation, UnitOfWork
from bot.usecases.advance import Advance
from bot.usecases.apply import Apply
from bot.usecases.describe import Describe
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
from tests.builders import a_service, an_incident
from tests.fakes.clock import FakeClock
from tests.fakes.cluster import FakeCluster
from tests.fakes.cluster_objects import a_deployment
from tests.fakes.ideogram import FakeIdeogram
from tests.fakes.keys import FakeKeys
from tests.fakes.lookout import a_lookout
from tests.fakes.messenger import FakeAnswers, FakeMessenger
from tests.fakes.metrics import FakeMetrics
from tests.fakes.network import FakeNetwork
from tests.fakes.storage import FakeStorage

TARGET = Target("default", "ideogram-service", "app")


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
class Joined:
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
        self.heard = FakeAnswers()
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
