"""Find out whether it is them or us, and show it while it is being found out."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

import structlog

from bot.domain.beside import Beside
from bot.domain.diagnosis import Cause, Diagnosis, Measurements
from bot.domain.errors import UnavailableError
from bot.domain.ids import DeliveryKey, TriageId
from bot.domain.incident import seen_by
from bot.domain.message import Answer, AnswerKind, NotOffered, TriageCard, TriageState
from bot.domain.mitigation import Preview
from bot.domain.patch import ALREADY, step_by_hand
from bot.domain.probe import ProbeKind
from bot.domain.request import RunTriage
from bot.domain.service import Service, find_service
from bot.domain.timeline import EventKind, Evidence, TimelineEvent, onset_event
from bot.domain.triage import Triage
from bot.ports import Answers, Clock, Storage, UnitOfWork
from bot.usecases.before import with_memory
from bot.usecases.examine import Examine, Examined
from bot.usecases.find_triage import show_triage
from bot.usecases.incident_card import IncidentCards
from bot.usecases.joining import open_beside
from bot.usecases.live_card import CLAIM, LiveCard, Offered, Progress, join_running
from bot.usecases.offer import Offer
from bot.usecases.plan import Plan
from bot.usecases.switched import Results, switched

log = structlog.get_logger()

HEAD_START: Final = timedelta(milliseconds=40)  # the card is posted by then


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTriages:
    """Runs one triage per request and keeps its card up to date.

    Attributes:
        seen_from: Names the place this measures from.
        head_start: Of the card before the probes, which take the processor.
    """

    storage: Storage
    clock: Clock
    services: Sequence[Service]
    examine: Examine
    offer: Offer
    cards: IncidentCards
    seen_from: str
    head_start: timedelta = HEAD_START

    async def __call__(
        self, request: RunTriage, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        """Run a triage.

        Without a database, or where it could not be remembered that it was asked for, it still
        runs, with free probes, and is answered to the person alone.

        Raises:
            UnknownServiceError: There is no such service.
        """
        service = find_service(self.services, request.service)
        try:
            opened = None if delivery is None else await self._open(service, request, delivery)
        except UnavailableError:
            opened = None
        if opened is None:
            await answer(await self._without_database(service, request))
            return
        if isinstance(opened, Triage):
            if opened.is_shown_in(request.asked.channel):
                await answer(self._pointer(opened))
            return
        triage, plan = opened
        await self.clock.sleep(self.head_start)
        await self._measured(triage, service, plan, answer)

    def _pointer(self, running: Triage) -> Answer:
        seconds = round((self.clock.now() - running.started_at).total_seconds())
        text = f"{running.name} has been measuring {running.service} for {seconds} s: see its card."
        return Answer(AnswerKind.DONE, text=text)

    async def _open(
        self, service: Service, request: RunTriage, delivery: DeliveryKey
    ) -> tuple[Triage, Plan] | Triage:
        """Open a triage, or find the one under way that answers what is asked.

        Both in one transaction: of those who ask in the same moment one measures and pays.
        """
        now = self.clock.now()
        async with self.storage() as uow:
            running = await join_running(uow, service.name, request, now)
            if running is not None:
                await uow.inbox.close(delivery, at=now)
                return running
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
            await show_triage(uow, triage, now)
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
            beside=Beside(billing_url=self.examine.billing_url),
        )

    async def _measured(
        self, triage: Triage, service: Service, plan: Plan, answer: Answers
    ) -> None:
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
        make_offers = partial(self._offered, service, triage, progress.results)
        over = asyncio.Event()
        async with asyncio.TaskGroup() as around:
            around.create_task(live.keep(triage, over))
            async with asyncio.TaskGroup() as group:
                group.create_task(live(triage, progress, make_offers))
                examined = await self.examine(service, plan, progress.add)
                progress.finish()
            offers, not_offered = await self._offers(service, triage, examined, progress)
            over.set()
        try:
            await self._close(triage, examined, offers, not_offered)
        except UnavailableError:  # the verdict is paid for, and nobody else will hear it
            await answer(self._forgotten(triage.card, service, examined))

    async def _offers(
        self, service: Service, triage: Triage, examined: Examined, progress: Progress
    ) -> Offered:
        """Keep the buttons that were shown already: they must not change under a finger."""
        cause, results = examined.diagnosis.cause, examined.measurements.results
        seen, shown = switched(results), progress.settled
        if progress.offers is not None and shown is not None and shown.cause is cause:
            offers, not_offered = progress.offers
            return offers, self.offer.with_commands(service, not_offered, seen)
        if cause is Cause.HEALTHY and not seen.holds_back:
            return (), ()
        if not examined.diagnosis.calls_for_a_switch:
            return (), ()
        return await self._offered(service, triage, results, cause)

    async def _offered(
        self, service: Service, triage: Triage, results: Results, cause: Cause
    ) -> Offered:
        offers, not_offered = await self.offer.for_cause(
            service, cause, triage_id=triage.id, seen=switched(results)
        )
        # What is so already needs no line: nobody asked for it.
        return offers, tuple(one for one in not_offered if one.guard != ALREADY)

    async def _close(
        self,
        triage: Triage,
        examined: Examined,
        offers: tuple[Preview, ...],
        not_offered: tuple[NotOffered, ...],
    ) -> None:
        now = self.clock.now()
        async with self.storage() as uow:
            examined = await self.examine.settle(uow, examined)
            card = self._final(triage.card, examined, offers, not_offered)
            card = await with_memory(uow, card, examined, now)
            current = triage.after(await uow.triages.get(triage.id) or triage)
            taken = current.incident_id
            beside = await open_beside(uow, triage.service, taken)
            ended = replace(
                current,
                card=replace(card, incident_id=taken, open_incident=beside),
                ended_at=now,
                reserved=Decimal(0),
            )
            await uow.triages.save(ended, claimed_until=None)
            await show_triage(uow, ended, now)
            await self._note(uow, ended, examined.diagnosis, now)
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
        results, service = examined.measurements.results, find_service(self.services, card.service)
        return replace(
            card,
            state=TriageState.FINAL,
            results=tuple(results.values()),
            pending=(),
            diagnosis=examined.diagnosis,
            duration=examined.duration,
            spent=examined.spent,
            budget_left=examined.budget_left,
            offers=offers,
            not_offered=not_offered,
            fallback_on=switched(results).fallback_on,
            by_hand=step_by_hand(examined.diagnosis, results.values(), service.target),
        )

    async def _note(
        self, uow: UnitOfWork, triage: Triage, diagnosis: Diagnosis, now: datetime
    ) -> None:
        """Tell an incident that people work on already what was found."""
        evidence = Evidence(triage.name, triage.message)
        listed = await uow.incidents.open(triage.service)
        held = [await uow.incidents.get(one.id) for one in listed]  # the whole of each is saved
        for incident in [one for one in held if one.is_open]:
            known = seen_by(incident, triage.card.results)
            if known != incident:
                await uow.incidents.save(known)
                await self.cards.show(uow, known, now)
            if known.onset is not None and known.onset != incident.onset:
                await uow.timeline.add(onset_event(incident.id, known.onset, evidence))
            if incident.triage_id == triage.id:
                continue  # declared from its early verdict, which stands there already
            event = TimelineEvent(
                incident_id=incident.id,
                at=now,
                kind=EventKind.TRIAGED,
                evidence=evidence,
                by=triage.asked_by,
                facts={"cause": diagnosis.cause, "branch": diagnosis.branch},
            )
            await uow.timeline.add(event)

    async def _without_database(self, service: Service, request: RunTriage) -> TriageCard:
        plan = self.examine.plan_without_database(service, None)
        examined = await self.examine(service, plan, lambda _: True)
        card = replace(self._card(service, plan, None), asked_by=request.asked.by)
        return self._forgotten(card, service, examined)

    def _forgotten(self, card: TriageCard, service: Service, examined: Examined) -> TriageCard:
        """Show what was found where nothing can be remembered: without an id, with commands."""
        seen = switched(examined.measurements.results)
        by_hand = self.offer.by_hand(service, examined.diagnosis, seen)
        return self._final(replace(card, triage_id=None), examined, (), by_hand)
