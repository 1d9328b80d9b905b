"""Ask the person who can top up the account, once per triage."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from bot.domain.errors import UserError
from bot.domain.ids import DeliveryKey, OutboxKey
from bot.domain.message import Answer, AnswerKind
from bot.domain.replies import BillingRequest
from bot.domain.request import AskBilling
from bot.domain.service import Service, find_service
from bot.domain.traffic import gauge_in
from bot.domain.triage import Triage
from bot.ports import Answers, Clock, Storage, UnitOfWork
from bot.usecases.find_triage import the_triage, thread_of

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskBillingOwner:
    """Mentions the billing owner of a service in the thread.

    Attributes:
        billing_url: Where a person tops up.
    """

    storage: Storage
    clock: Clock
    services: Sequence[Service]
    billing_url: str

    async def __call__(
        self, request: AskBilling, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        """Ask once.

        Raises:
            UserError: Nobody is named, they were asked already, or the triage has no verdict.
        """
        now, by = self.clock.now(), request.asked.by
        async with self.storage() as uow:
            triage = await the_triage(uow, request.triage_id)
            message = self._message(triage, request)
            key = OutboxKey(f"{triage.name}/billing")
            parent = thread_of(triage)
            await uow.outbox.post(key, triage.channel, message, at=now, parent=parent)
            await self._remember(uow, triage, request)
            if delivery is not None:
                await uow.inbox.close(delivery, at=now)
        log.info("billing.asked", triage_id=triage.name, by=by)
        await answer(Answer(AnswerKind.DONE, text="The billing owner is asked, in the thread."))

    def _message(self, triage: Triage, request: AskBilling) -> BillingRequest:
        owner = find_service(self.services, triage.service).billing_owner
        if owner is None:
            raise UserError(
                f"No billing owner is configured for {triage.service}. Put a Slack user id into"
                " contacts.billing_owner of the service in the config file."
                f" Top up here: {self.billing_url}"
            )
        if triage.card.diagnosis is None:
            raise UserError(f"{triage.name} has no verdict yet. Press again when it has.")
        if triage.card.beside.billing_asked_by is not None:
            raise UserError("The billing owner was asked already, in the thread.")
        return BillingRequest(
            service=triage.service,
            triage_id=triage.id,
            diagnosis=triage.card.diagnosis,
            owner=owner,
            by=request.asked.by,
            billing_url=self.billing_url,
            estimate=triage.card.beside.estimate,
            gauge=gauge_in(triage.card.results),
        )

    async def _remember(self, uow: UnitOfWork, triage: Triage, request: AskBilling) -> None:
        if triage.ended_at is None:
            return  # its row belongs to who measures; the message's key keeps it from coming twice
        beside = replace(triage.card.beside, billing_asked_by=request.asked.by)
        asked = replace(triage, card=replace(triage.card, beside=beside))
        await uow.triages.save(asked, claimed_until=None)
