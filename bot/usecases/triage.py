"""Find out whether it is them or us, and show it while it is being found out."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

import structlog

from bot.domain import facts
from bot.domain.diagnosis import Cause, Diagnosis, Measurements, Mode
from bot.domain.errors import UnavailableError
from bot.domain.health import HealthState
from bot.domain.ids import DeliveryKey, TriageId
from bot.domain.message import Answer, AnswerKind, NotOffered, TriageCard, TriageState
from bot.domain.mitigation import Preview
from bot.domain.patch import ALREADY
from bot.domain.probe import ProbeKind, ProbeResult
from bot.domain.request import RunTriage
from bot.domain.service import Service, find_service
from bot.domain.timeline import EventKind, Evidence, TimelineEvent
from bot.domain.triage import Triage
from bot.ports import Answers, Clock, Storage, UnitOfWork
from bot.usecases.before import the_same_before
from bot.usecases.examine import Examine, Examined, Plan
from bot.usecases.joining import open_beside
from bot.usecases.live_card import CLAIM, LiveCard, Offered, Progress
from bot.usecases.offer import Offer

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTriages:
    """Runs one triage per request and keeps its card up to date.

    Attributes:
        seen_from: Names the place this measures from.
    """

    storage: Storage
    clock: Clock
    services: Sequence[Service]
    examine: Examine
    offer: Offer
    seen_from: str

    async def __call__(
        self, request: RunTriage, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        """Run a triage.

        Without a database it still runs, with free probes, and is answered to the person alone.

        Raises:
            UnknownServiceError: There is no such service.
        """
        service = find_service(self.services, request.service)
        try:
            if await self._joined(service, request, delivery, answer):
                return
            triage, plan = await self._open(service, request, delivery)
        except UnavailableError:
            await answer(await self._without_database(service, request))
            return
        await self._measured(triage, service, plan)

    async def _joined(
        self,
        service: Service,
        request: RunTriage,
        delivery: DeliveryKey | None,
        answer: Answers,
    ) -> bool:
        """Point to the triage of this service that is under way, if it answers what is asked."""
        now = self.clock.now()
        async with self.storage() as uow:
            running = await uow.triages.running(service.name, now)
            if running is None or (running.card.mode, request.mode) == (Mode.QUICK, Mode.FULL):
                return False
            if delivery is not None:
                await uow.inbox.close(delivery, at=now)
        seconds = round((now - running.started_at).total_seconds())
        text = f"{running.name} has been measuring {service.name} for {seconds} s: see its card."
        await answer(Answer(AnswerKind.DONE, text=text))
        return True

    async def _open(
        self, service: Service, request: RunTriage, delivery: DeliveryKey | None
    ) -> tuple[Triage, Plan]:
        now = self.clock.now()
        async with self.storage() as uow:
            plan = await self.examine.plan(uow, service, request.mode)
            triage_id = await uow.triages.next_id()
            triage = Triage(
                id=triage_id,
                service=service.name,
                channel=request.asked.channel,
                started_at=now,
                card=replace(self._card(service, plan, triage_id), asked_by=request.asked.by),
                asked_by=request.asked.by,
                reserved=plan.reserved,
            )
            await uow.triages.save(triage, claimed_until=now + CLAIM)
            await uow.outbox.card(triage.message, triage.channel, triage.card, at=now)
            if delivery is not None:
                await uow.inbox.close(delivery, at=now)
        log.info("triage.started", triage_id=triage.name, service=service.name, mode=plan.mode)
        return triage, plan

    def _card(self, service: Service, plan: Plan, triage_id: TriageId | None) -> TriageCard:
        return TriageCard(
            triage_id=triage_id,
            service=service.name,
            mode=plan.mode,
            state=TriageState.RUNNING,
            started_at=self.clock.now(),
            calls=service.calls,
            pending=tuple(ProbeKind),
            mode_reason=plan.reason,
            cost=plan.price,
            seen_from=self.seen_from,
        )

    async def _measured(self, triage: Triage, service: Service, plan: Plan) -> None:
        progress = Progress(
            blank=Measurements(
                service.calls,
                plan.mode,
                {},
                names_resolvable=self.examine.measure.names_resolvable,
                thresholds=self.examine.measure.thresholds,
                billing_owner=service.billing_owner,
            )
        )
        live = LiveCard(storage=self.storage, clock=self.clock)
        async with asyncio.TaskGroup() as group:
            group.create_task(live(triage, progress, partial(self._offered, service, triage)))
            examined = await self.examine(service, plan, progress.add)
            progress.finish()
        offers, not_offered = await self._offers(service, triage, examined, progress)
        await self._close(triage, plan, examined, offers, not_offered)

    async def _offers(
        self, service: Service, triage: Triage, examined: Examined, progress: Progress
    ) -> Offered:
        """Keep the buttons that were shown already: they must not change under a finger."""
        cause = examined.diagnosis.cause
        if progress.settled is not None and progress.settled.cause is cause:
            return progress.offers
        if cause is Cause.HEALTHY and not fallback_on(examined):
            return (), ()
        if not examined.diagnosis.calls_for_a_switch:
            return (), ()
        return await self._offered(service, triage, cause, seen_limit(examined))

    async def _offered(
        self, service: Service, triage: Triage, cause: Cause, limit: int | None = None
    ) -> Offered:
        offers, not_offered = await self.offer.for_cause(
            service, cause, triage_id=triage.id, inflight_limit=limit
        )
        # What is so already needs no line: nobody asked for it.
        return offers, tuple(one for one in not_offered if one.guard != ALREADY)

    async def _close(
        self,
        triage: Triage,
        plan: Plan,
        examined: Examined,
        offers: tuple[Preview, ...],
        not_offered: tuple[NotOffered, ...],
    ) -> None:
        now = self.clock.now()
        async with self.storage() as uow:
            examined = await self.examine.settle(uow, plan, examined)
            card = self._final(triage.card, examined, offers, not_offered)
            known = await the_same_before(uow, triage.service, examined.diagnosis.cause, now)
            left = examined.measurements.balance
            card = replace(card, beside=replace(card.beside, earlier=known, balance=left))
            stored = await uow.triages.get(triage.id)
            taken = None if stored is None else stored.incident_id
            beside = await open_beside(uow, triage.service, taken)
            ended = replace(
                triage,
                card=replace(card, incident_id=taken, open_incident=beside),
                ended_at=now,
                incident_id=taken,
                reserved=Decimal(0),
            )
            await uow.triages.save(ended, claimed_until=None)
            await uow.outbox.card(ended.message, ended.channel, ended.card, at=now)
            await self._note(uow, ended, examined.diagnosis)
        log.info(
            "triage.finished",
            triage_id=triage.name,
            cause=examined.diagnosis.cause,
            duration_ms=int(examined.duration.total_seconds() * 1000),
            spent_usd=str(examined.spent),
        )

    def _final(
        self,
        card: TriageCard,
        examined: Examined,
        offers: tuple[Preview, ...],
        not_offered: tuple[NotOffered, ...],
    ) -> TriageCard:
        return replace(
            card,
            state=TriageState.FINAL,
            results=tuple(examined.measurements.results.values()),
            pending=(),
            diagnosis=examined.diagnosis,
            duration=examined.duration,
            spent=examined.spent,
            budget_left=examined.budget_left,
            offers=offers,
            not_offered=not_offered,
            fallback_on=fallback_on(examined),
        )

    async def _note(self, uow: UnitOfWork, triage: Triage, diagnosis: Diagnosis) -> None:
        """Put the verdict on the timeline of an incident that people work on already."""
        for incident in await uow.incidents.open(triage.service):
            if incident.triage_id == triage.id:
                continue  # declared from its early verdict, which stands there already
            event = TimelineEvent(
                incident_id=incident.id,
                at=self.clock.now(),
                kind=EventKind.TRIAGED,
                evidence=Evidence(triage.name, triage.message),
                by=triage.asked_by,
                facts={"cause": diagnosis.cause, "branch": diagnosis.branch},
            )
            await uow.timeline.add(event)

    async def _without_database(self, service: Service, request: RunTriage) -> TriageCard:
        plan = self.examine.plan_without_database(service, None)
        examined = await self.examine(service, plan, lambda _: None)
        by_hand = self.offer.by_hand(service, examined.diagnosis, fallback_on=fallback_on(examined))
        card = replace(self._card(service, plan, None), asked_by=request.asked.by)
        return self._final(card, examined, (), by_hand)


def fallback_on(examined: Examined) -> bool | None:
    """Tell whether users get placeholders; None when that was not seen."""
    results = examined.measurements.results
    switch = _fact(results.get(ProbeKind.WORKLOAD), facts.FALLBACK)
    if switch in ("on", "off"):
        return switch == "on"
    state = _fact(results.get(ProbeKind.APP_HEALTH), facts.STATE)
    return None if state is None else state == HealthState.FALLBACK


def seen_limit(examined: Examined) -> int | None:
    """Read the limit of requests in flight that a 429 named; None when none did."""
    limits = [one.facts.get(facts.MAX_INFLIGHT) for one in examined.measurements.results.values()]
    return next((limit for limit in limits if isinstance(limit, int)), None)


def _fact(result: ProbeResult | None, name: str) -> str | float | bool | None:
    return None if result is None else result.facts.get(name)
