"""A night: the use cases around an incident, joined with fakes, from triage to postmortem."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.answer import AnswerClass
from bot.domain.diagnosis import Mode
from bot.domain.ids import ChannelId
from bot.domain.incident import Incident
from bot.domain.message import TriageCard
from bot.domain.money import Canary
from bot.domain.probe import CANARIES, Outcome, ProbeKind, ProbeResult
from bot.domain.request import Declare, RunTriage
from bot.ports import Probe, Subject
from bot.rendering.templates import Templates
from bot.usecases.acknowledge import AcknowledgeIncident
from bot.usecases.ask_billing import AskBillingOwner
from bot.usecases.declare import DeclareIncident
from bot.usecases.examine import Examine
from bot.usecases.interrupted import CloseInterrupted
from bot.usecases.judge import JudgeTriages
from bot.usecases.measure import Measure
from bot.usecases.postmortem import PeopleOf, Postmortems, WritePostmortems
from bot.usecases.quality import AskAboutQuality
from bot.usecases.read_usage import ReadUsage
from bot.usecases.resolve import ResolveIncident
from bot.usecases.sharing import Sharing
from bot.usecases.show import ShowCommands, ShowOpenIncidents, ShowTimelines
from bot.usecases.triage import RunTriages
from bot.usecases.triage_all import TriageEverything
from bot.usecases.update import PostUpdates
from bot.usecases.verify_generation import VerifyGenerations
from tests.builders import INCIDENTS, a_result, asked
from tests.fakes.messenger import FakeMessenger
from tests.usecases.pressing import DELIVERY, World

WORDS = Templates()
QUOTE_PATH = "/v2/image/generate/ideogram-4-5"
OPERATIONS = ChannelId("C0OPERATIONS")


async def until(condition: Callable[[], object]) -> None:
    """Let the others run until something has happened."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  what is waited for has no event of its own
            await asyncio.sleep(0.01)  # noqa: TID251  the loop's clock, not ours


class FakeProbe(Probe):
    """Answers as told; a canary gets an image unless told otherwise."""

    def __init__(self, kind: ProbeKind) -> None:
        self._kind = kind
        answer = AnswerClass.IMAGE if kind in CANARIES else None
        self.result: ProbeResult = a_result(kind, answer=answer, answered=True)
        self.error: Exception | None = None
        self.waits_for: asyncio.Event | None = None
        self.subjects: list[Subject] = []
        self.within = timedelta(seconds=10)

    @property
    def kind(self) -> ProbeKind:
        return self._kind

    @property
    def timeout(self) -> timedelta:
        return self.within

    async def __call__(self, subject: Subject) -> ProbeResult:
        self.subjects.append(subject)
        if self.waits_for is not None:
            await self.waits_for.wait()
        if self.error is not None:
            raise self.error
        return self.result


@dataclass
class Night(World):
    """Everything between the command and the postmortem."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.probes = {kind: FakeProbe(kind) for kind in ProbeKind}
        self.messenger = FakeMessenger(self.clock)
        self.people = PeopleOf(storage=self.storage, messenger=self.messenger)
        self.postmortems = Postmortems(clock=self.clock)
        around = {"storage": self.storage, "clock": self.clock}
        self.measure = Measure(
            probes=list(self.probes.values()),
            keys=self.keys,
            clock=self.clock,
            sharing=Sharing(clock=self.clock),
            names_resolvable=True,
        )
        self.examine = Examine(
            **around,
            measure=self.measure,
            canary=Canary(),
            limit=self.limit,
            quote_path=QUOTE_PATH,
            read_usage=ReadUsage(ideogram=self.ideogram, keys=self.keys, clock=self.clock),
            operations=OPERATIONS,
        )
        self.triage = RunTriages(
            **around,
            services=[self.service],
            examine=self.examine,
            offer=self.offer,
            cards=self.cards,
            seen_from="prod-eu",
            head_start=timedelta(0),
        )
        self.triage_all = TriageEverything(
            **around, services=[self.service], examine=self.examine, seen_from="prod-eu"
        )
        self.judge = JudgeTriages(
            **around,
            services=[self.service],
            cluster=self.cluster,
            offer=self.offer,
            names_resolvable=True,
        )
        self.quality = AskAboutQuality(
            storage=self.storage, services=[self.service], triages=self.triage, judge=self.judge
        )
        self.verify_generation = VerifyGenerations(
            **around,
            services=[self.service],
            ideogram=self.ideogram,
            keys=self.keys,
            canary=Canary(),
            limit=self.limit,
            offer=self.offer,
            holder="one",
        )
        self.ask_billing = AskBillingOwner(
            **around, services=[self.service], billing_url="https://ideogram.ai/platform"
        )
        self.interrupted = CloseInterrupted(**around)
        self.declare = DeclareIncident(
            **around,
            words=WORDS,
            services=[self.service],
            policy=self.policy,
            cards=self.cards,
            incidents_channel=INCIDENTS,
        )
        self.acknowledge = AcknowledgeIncident(**around, cards=self.cards)
        self.update = PostUpdates(**around, cards=self.cards, incidents_channel=INCIDENTS)
        self.resolve = ResolveIncident(
            **around, cards=self.cards, postmortems=self.postmortems, people=self.people
        )
        self.write = WritePostmortems(**around, postmortems=self.postmortems, people=self.people)
        self.status = ShowOpenIncidents(storage=self.storage)
        self.timeline = ShowTimelines(storage=self.storage)
        self.help = ShowCommands(services=[self.service])

    def break_ideogram(self, status: int = 503) -> None:
        for kind in CANARIES:
            self.probes[kind].result = a_result(
                kind,
                Outcome.UNHEALTHY,
                detail=f"{status} in 0.4 s",
                status=status,
                answer=AnswerClass.SERVER_ERROR,
                answered=True,
            )

    async def triaged(self, mode: Mode | None = None, **asking: object) -> TriageCard:
        await self.triage(RunTriage(asked(**asking), mode=mode), DELIVERY, self.heard)
        return self.storage.triages[-1].card

    async def declared(self, **wishes: object) -> Incident:
        await self.declare(Declare(asked(), **wishes), DELIVERY, self.heard)
        return self.storage.incidents[-1]

    async def at_night(self) -> Incident:
        """Declare an incident from a triage that found an outage."""
        self.break_ideogram()
        card = await self.triaged()
        return await self.declared(triage_id=card.triage_id)


__all__ = ["DELIVERY", "WORDS", "FakeProbe", "Night", "until"]
