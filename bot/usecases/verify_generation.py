"""Have one image made because a person wants to know whether generation is back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import structlog

from bot.domain.answer import AnswerClass, ApiKey, Exchange
from bot.domain.classes import classify
from bot.domain.errors import UserError
from bot.domain.ids import DeliveryKey, OutboxKey, TriageId
from bot.domain.message import Answer, AnswerKind
from bot.domain.mitigation import MitigationKind, Preview
from bot.domain.money import Canary, budget_day
from bot.domain.observation import cost, happened_and_said, in_time
from bot.domain.replies import Verification
from bot.domain.request import VerifyGeneration
from bot.domain.service import Call, Service, find_service
from bot.domain.timeline import EventKind, Evidence, TimelineEvent
from bot.domain.triage import Triage
from bot.ports import Answers, Clock, Ideogram, Keys, Storage, UnitOfWork
from bot.usecases.describe import Context
from bot.usecases.find_triage import the_triage, thread_of
from bot.usecases.offer import Offer

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyGenerations:
    """Sends one canary per press, and posts what came.

    Attributes:
        limit: The day's budget, USD; people may use all of it.
        running: Triages for which an image is being made by this process.
    """

    storage: Storage
    clock: Clock
    services: Sequence[Service]
    ideogram: Ideogram
    keys: Keys
    canary: Canary
    limit: Decimal
    offer: Offer
    running: set[TriageId] = field(default_factory=set)

    async def __call__(
        self, request: VerifyGeneration, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        """Have one image made by the cheapest call that failed, else the cheapest used one.

        Raises:
            UserError: The triage is not known, one is being made, or there is no key or money.
        """
        if request.triage_id in self.running:
            raise UserError("One image is being made already; its result comes here.")
        self.running.add(request.triage_id)
        try:
            await self._verified(request, delivery, answer)
        finally:
            self.running.discard(request.triage_id)

    async def _verified(
        self, request: VerifyGeneration, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        async with self.storage() as uow:
            triage = await the_triage(uow, request.triage_id)
        service = find_service(self.services, triage.service)
        key, note = await self.keys.for_service(service)
        if key is None:
            raise UserError(f"No image can be asked for: {note}.")
        call = self.canary.to_try(service.calls, triage.card.results)
        price = self.canary.price(call)
        await self._reserve(price, delivery)
        text = f"One {call.upper()} image is being made for ${price:.2f}; the result comes here."
        await answer(Answer(AnswerKind.DONE, text=text))
        await self._sent(request, triage, service, call, key)

    async def _reserve(self, price: Decimal, delivery: DeliveryKey | None) -> None:
        """Take the money and close the delivery before anything is sent: it is sent once."""
        now = self.clock.now()
        async with self.storage() as uow:
            if not await uow.budget.reserve(budget_day(now), price, limit=self.limit):
                left = max(self.limit - await uow.budget.used(budget_day(now)), Decimal(0))
                raise UserError(f"${left:.2f} of today's budget is left, an image costs ${price}.")
            if delivery is not None:
                await uow.inbox.close(delivery, at=now)

    async def _sent(
        self,
        request: VerifyGeneration,
        triage: Triage,
        service: Service,
        call: Call,
        key: ApiKey,
    ) -> None:
        price, day = self.canary.price(call), budget_day(self.clock.now())
        exchange = await self.ideogram.generate(call, key)
        found, spent = classify(exchange), cost(exchange, price)
        offers = await self._offers(service, triage) if found is AnswerClass.IMAGE else ()
        said = Verification(
            service=service.name,
            triage_id=triage.id,
            call=call,
            answer=found,
            detail=_detail(found, exchange, key),
            by=request.asked.by,
            at=self.clock.now(),
            latency=exchange.latency,
            spent=spent,
            request_id=exchange.request_id,
            offers=offers,
        )
        async with self.storage() as uow:
            await uow.budget.release(day, price - spent)
            await self._post(uow, said)
        log.info("generation.verified", triage_id=triage.name, answer=found, spent_usd=str(spent))

    async def _offers(self, service: Service, triage: Triage) -> tuple[Preview, ...]:
        context = Context(triage.id, triage.incident_id)
        offers, _ = await self.offer(service, [MitigationKind.DISABLE_FALLBACK], context)
        return offers

    async def _post(self, uow: UnitOfWork, said: Verification) -> None:
        triage = await the_triage(uow, said.triage_id)
        name = OutboxKey(f"{triage.name}/verify/{int(said.at.timestamp())}")
        await uow.outbox.post(name, triage.channel, said, at=said.at, parent=thread_of(triage))
        for incident in await uow.incidents.open(triage.service):
            event = TimelineEvent(
                incident_id=incident.id,
                at=said.at,
                kind=EventKind.GENERATION_VERIFIED,
                evidence=Evidence(triage.name, name),
                by=said.by,
                facts={"answer": said.answer, "detail": said.detail},
            )
            await uow.timeline.add(event)


def _detail(found: AnswerClass, exchange: Exchange, key: ApiKey) -> str:
    if found is AnswerClass.IMAGE:
        return f"image in {in_time(exchange, paid=True)}"
    return happened_and_said(exchange, key, paid=True)
