"""Have one image made because a person wants to know whether generation is back."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

import structlog

from bot.domain.answer import AnswerClass, ApiKey, Exchange
from bot.domain.classes import classify
from bot.domain.errors import UnavailableError, UserError
from bot.domain.ids import DeliveryKey, OutboxKey, TriageId
from bot.domain.message import Answer, AnswerKind
from bot.domain.mitigation import MitigationKind, Preview
from bot.domain.money import Canary, budget_day
from bot.domain.observation import cost, happened_and_said, in_time
from bot.domain.replies import Verification
from bot.domain.request import SentImage, VerifyGeneration
from bot.domain.service import Service, find_service
from bot.domain.timeline import EventKind, Evidence, TimelineEvent
from bot.domain.triage import Triage
from bot.ports import Answers, Clock, Ideogram, Keys, Storage, UnitOfWork
from bot.usecases.describe import Context
from bot.usecases.find_triage import the_triage, thread_of
from bot.usecases.offer import Offer

log = structlog.get_logger()

ENDS_WITHIN: Final = timedelta(minutes=2)  # a canary of 55 s, and the offer after it
RECORD_EVERY: Final = timedelta(seconds=5)
NOT_RECORDED: Final = "no result recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyGenerations:
    """Sends one canary per press, and posts what came.

    What was sent is a delivery of its own, which the result closes: who takes that up, because its
    claim ran out, says that none came.

    Attributes:
        limit: The day's budget, USD; people may use all of it.
        holder: Under which this process claims work.
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
    holder: str
    running: set[TriageId] = field(default_factory=set)

    async def __call__(
        self, request: VerifyGeneration, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        """Have one image made by the cheapest call that failed, else the cheapest used one.

        Raises:
            UserError: The triage is not known, one is being made, or there is no key or money.
            UnavailableError: The database does not answer; nothing was sent.
        """
        if request.sent is not None:
            await self._interrupted(request, request.sent, delivery)
            return
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
        sent = SentImage(call, price, self.clock.now())
        under_way = await self._reserve(request, sent, delivery)
        text = f"One {call.upper()} image is being made for ${price:.2f}; the result comes here."
        await answer(Answer(AnswerKind.DONE, text=text))
        said = await self._sent(request, sent, triage, service, key)
        try:
            await self._record(said, sent, under_way)
        except UnavailableError:  # it is paid for, and nobody else will hear it
            await answer(said)
            await self._record_later(said, sent, under_way)

    async def _reserve(
        self, request: VerifyGeneration, sent: SentImage, delivery: DeliveryKey | None
    ) -> DeliveryKey | None:
        """Take the money and close the delivery before anything is sent: it is sent once.

        Returns:
            The delivery that takes its place, claimed for longer than an image takes.
        """
        now, price, day = sent.at, sent.price, budget_day(sent.at)
        async with self.storage() as uow:
            if not await uow.budget.reserve(day, price, limit=self.limit):
                left = max(self.limit - await uow.budget.used(day), Decimal(0))
                raise UserError(f"${left:.2f} of today's budget is left, an image costs ${price}.")
            if delivery is None:
                return None
            await uow.inbox.close(delivery, at=now)
            under_way, until = DeliveryKey(f"{delivery}/sent"), now + ENDS_WITHIN
            await uow.inbox.receive(
                under_way, replace(request, sent=sent), at=now, until=until, holder=self.holder
            )
        return under_way

    async def _sent(
        self,
        request: VerifyGeneration,
        sent: SentImage,
        triage: Triage,
        service: Service,
        key: ApiKey,
    ) -> Verification:
        exchange = await self.ideogram.generate(sent.call, key)
        found, spent = classify(exchange), cost(exchange, sent.price)
        offers = await self._offers(service, triage) if found is AnswerClass.IMAGE else ()
        log.info("generation.verified", triage_id=triage.name, answer=found, spent_usd=str(spent))
        return Verification(
            service=service.name,
            triage_id=triage.id,
            call=sent.call,
            answer=found,
            detail=_detail(found, exchange, key),
            by=request.asked.by,
            at=self.clock.now(),
            spent=spent,
            request_id=exchange.request_id,
            offers=offers,
        )

    async def _offers(self, service: Service, triage: Triage) -> tuple[Preview, ...]:
        context = Context(triage.id, triage.incident_id)
        offers, _ = await self.offer(service, [MitigationKind.DISABLE_FALLBACK], context)
        return offers

    async def _interrupted(
        self, request: VerifyGeneration, sent: SentImage, delivery: DeliveryKey | None
    ) -> None:
        """Say that no result comes; what was reserved counts as spent."""
        async with self.storage() as uow:
            triage = await the_triage(uow, request.triage_id)
        said = Verification(
            service=triage.service,
            triage_id=triage.id,
            call=sent.call,
            answer=None,
            detail="",
            by=request.asked.by,
            at=self.clock.now(),
            spent=sent.price,
        )
        await self._record(said, sent, delivery)
        log.warning("generation.interrupted", triage_id=triage.name, spent_usd=str(sent.price))

    async def _record(
        self, said: Verification, sent: SentImage, delivery: DeliveryKey | None
    ) -> None:
        """Say how it ended, once, and give back what it did not cost."""
        async with self.storage() as uow:
            await uow.budget.release(budget_day(sent.at), sent.price - said.spent)
            await self._post(uow, said)
            if delivery is not None:
                await uow.inbox.close(delivery, at=said.at)

    async def _record_later(
        self, said: Verification, sent: SentImage, delivery: DeliveryKey | None
    ) -> None:
        """Try again while the claim holds; then another process says that none came."""
        while self.clock.now() + 2 * RECORD_EVERY < sent.at + ENDS_WITHIN:
            await self.clock.sleep(RECORD_EVERY)
            with suppress(UnavailableError):
                await self._record(said, sent, delivery)
                return

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
                facts={"answer": said.answer or NOT_RECORDED, "detail": said.detail},
            )
            await uow.timeline.add(event)


def _detail(found: AnswerClass, exchange: Exchange, key: ApiKey) -> str:
    if found is AnswerClass.IMAGE:
        return f"image in {in_time(exchange, paid=True)}"
    return happened_and_said(exchange, key, paid=True)
