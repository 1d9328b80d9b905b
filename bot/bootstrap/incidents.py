"""The use cases joined: what handles each request, and what ticks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.bootstrap.money import about_money, recovering
from bot.bootstrap.objects import policy_of
from bot.bootstrap.outbound import Outbound
from bot.domain import request as asks
from bot.domain.ids import ChannelId, MitigationId
from bot.domain.policy import Policy
from bot.ports import Messenger
from bot.settings.config_file import SlackSettings
from bot.usecases.acknowledge import AcknowledgeIncident
from bot.usecases.advance import Advance
from bot.usecases.apply import Apply
from bot.usecases.ask_billing import AskBillingOwner
from bot.usecases.declare import DeclareIncident
from bot.usecases.deliver import Deliver
from bot.usecases.finish import Finish
from bot.usecases.incident_card import IncidentCards
from bot.usecases.intake import Handler, Intake
from bot.usecases.interrupted import CloseInterrupted
from bot.usecases.judge import JudgeTriages
from bot.usecases.mitigate import ShowMitigations
from bot.usecases.postmortem import PeopleOf, Postmortems, WritePostmortems
from bot.usecases.press import PressMitigation
from bot.usecases.prove import ProveImage
from bot.usecases.quality import AskAboutQuality
from bot.usecases.recover import Recover
from bot.usecases.resolve import ResolveIncident
from bot.usecases.show import ShowCommands, ShowOpenIncidents, ShowTimelines
from bot.usecases.triage import RunTriages
from bot.usecases.triage_all import TriageEverything
from bot.usecases.update import PostUpdates
from bot.usecases.verify import Verify
from bot.usecases.verify_generation import VerifyGenerations
from bot.usecases.watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidents:
    """Everything that happens inside."""

    intake: Intake
    deliver: Deliver
    advance: Advance
    interrupted: CloseInterrupted
    recover: Recover
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Joins the use cases with the outward half and the chat.

    Attributes:
        begin: Starts the work on a press in the background.
        holder: Names this process in claims.
    """

    out: Outbound
    messenger: Messenger
    slack: SlackSettings
    holder: str
    begin: Callable[[MitigationId], None]

    def __call__(self) -> Incidents:
        """Build every use case once."""
        out = self.out
        # Whoever asked must hear of it somewhere.
        operations = self.slack.operations_channel or self.slack.incidents_channel
        cards = IncidentCards(mitigations=out.mitigations)
        policy = policy_of(out.settings.file.policy)
        return Incidents(
            intake=Intake(
                storage=out.storage,
                messenger=self.messenger,
                clock=out.clock,
                holder=self.holder,
                handlers=self._handlers(cards, policy),
            ),
            deliver=Deliver(
                storage=out.storage,
                messenger=self.messenger,
                clock=out.clock,
                holder=self.holder,
                operations=ChannelId(operations),
            ),
            advance=self._advance(cards),
            interrupted=CloseInterrupted(storage=out.storage, clock=out.clock),
            recover=recovering(out, cards),
            policy=policy,
        )

    def _handlers(self, cards: IncidentCards, policy: Policy) -> Mapping[type, Handler]:
        out, storage, clock = self.out, self.out.storage, self.out.clock
        channel = ChannelId(self.slack.incidents_channel)
        people = PeopleOf(storage=storage, messenger=self.messenger)
        postmortems = Postmortems(clock=clock)
        declare = DeclareIncident(
            storage=storage,
            clock=clock,
            words=out.words,
            services=out.services,
            policy=policy,
            cards=cards,
            incidents_channel=channel,
        )
        return {
            **self._triages(cards),
            **about_money(out),
            asks.Declare: declare,
            asks.Acknowledge: AcknowledgeIncident(storage=storage, clock=clock, cards=cards),
            asks.PostUpdate: PostUpdates(
                storage=storage, clock=clock, cards=cards, incidents_channel=channel
            ),
            asks.Resolve: ResolveIncident(
                storage=storage, clock=clock, cards=cards, postmortems=postmortems, people=people
            ),
            asks.Press: self._press(cards, policy, declare),
            asks.OfferMitigations: ShowMitigations(
                storage=storage,
                clock=clock,
                services=out.services,
                offer=out.offer,
                mitigations=out.mitigations,
            ),
            asks.WritePostmortem: WritePostmortems(
                storage=storage, clock=clock, postmortems=postmortems, people=people
            ),
            asks.ShowStatus: ShowOpenIncidents(storage=storage),
            asks.ShowTimeline: ShowTimelines(storage=storage),
            asks.ShowHelp: ShowCommands(services=out.services),
        }

    def _triages(self, cards: IncidentCards) -> Mapping[type, Handler]:
        """Join what finds out, and what is asked about it afterwards."""
        out = self.out
        triages = RunTriages(
            storage=out.storage,
            clock=out.clock,
            services=out.services,
            examine=out.examine,
            offer=out.offer,
            cards=cards,
            seen_from=out.seen_from,
        )
        judge = JudgeTriages(
            storage=out.storage,
            clock=out.clock,
            services=out.services,
            cluster=out.cluster,
            offer=out.offer,
            names_resolvable=out.examine.measure.names_resolvable,
            thresholds=out.examine.measure.thresholds,
        )
        return {
            asks.RunTriage: triages,
            asks.TriageAll: TriageEverything(
                storage=out.storage,
                clock=out.clock,
                services=out.services,
                examine=out.examine,
                seen_from=out.seen_from,
            ),
            asks.TellTriage: judge,
            asks.AskQuality: self._quality(triages, judge),
            asks.VerifyGeneration: VerifyGenerations(
                storage=out.storage,
                clock=out.clock,
                services=out.services,
                ideogram=out.ideogram,
                keys=out.keys,
                canary=out.canary,
                limit=out.settings.file.ideogram.daily_probe_budget_usd,
                offer=out.offer,
                holder=self.holder,
            ),
            asks.AskBilling: AskBillingOwner(
                storage=out.storage,
                clock=out.clock,
                services=out.services,
                billing_url=str(out.settings.file.ideogram.billing_url),
            ),
        }

    def _quality(self, triages: RunTriages, judge: JudgeTriages) -> AskAboutQuality:
        out = self.out
        return AskAboutQuality(
            storage=out.storage, services=out.services, triages=triages, judge=judge
        )

    def _press(
        self, cards: IncidentCards, policy: Policy, declare: DeclareIncident
    ) -> PressMitigation:
        out = self.out
        return PressMitigation(
            storage=out.storage,
            clock=out.clock,
            services=out.services,
            policy=policy,
            guard=out.guard,
            offer=out.offer,
            mitigations=out.mitigations,
            declaring=declare,
            cards=cards,
            begin=self.begin,
            holder=self.holder,
        )

    def _advance(self, cards: IncidentCards) -> Advance:
        out, clock = self.out, self.out.clock
        settings = out.settings.file.policy
        finish = Finish(
            storage=out.storage,
            clock=clock,
            offer=out.offer,
            mitigations=out.mitigations,
            postmortems=Postmortems(clock=clock),
            people=PeopleOf(storage=out.storage, messenger=self.messenger),
        )
        prove = ProveImage(
            storage=out.storage,
            clock=clock,
            ideogram=out.ideogram,
            keys=out.keys,
            canary=out.canary,
            limit=out.settings.file.ideogram.daily_probe_budget_usd,
        )
        return Advance(
            storage=out.storage,
            clock=clock,
            services=out.services,
            cards=cards,
            apply=Apply(
                cluster=out.cluster, clock=clock, mitigations=out.mitigations, finish=finish
            ),
            watch=Watch(cluster=out.cluster, clock=clock, finish=finish),
            verify=Verify(
                cluster=out.cluster,
                clock=clock,
                mitigations=out.mitigations,
                prove=prove,
                finish=finish,
                within=timedelta(seconds=settings.verify_seconds),
            ),
            finish=finish,
            holder=self.holder,
        )
