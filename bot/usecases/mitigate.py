"""Show what can be done for a service now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from bot.domain.errors import GuardRefusedError, UserError
from bot.domain.ids import DeliveryKey, OutboxKey
from bot.domain.incident import Incident
from bot.domain.message import MitigationOffers
from bot.domain.mitigation import MitigationKind, MitigationRun, Preview
from bot.domain.patch import ALREADY
from bot.domain.request import OfferMitigations
from bot.domain.service import Service, find_service
from bot.ports import Answers, Clock, Mitigation, Storage, UnitOfWork
from bot.usecases.describe import Context, random_id
from bot.usecases.joining import if_open
from bot.usecases.offer import Offer, Offers

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowMitigations:
    """Posts the offers of a service where they were asked for, or in the incident's thread."""

    storage: Storage
    clock: Clock
    services: Sequence[Service]
    offer: Offer
    mitigations: Mapping[MitigationKind, Mitigation]
    new_id: Callable[[], str] = random_id

    async def __call__(
        self,
        request: OfferMitigations,
        delivery: DeliveryKey | None,
        answer: Answers,  # noqa: ARG002  every use case is called alike
    ) -> None:
        """Offer one kind, or all that are configured.

        Raises:
            UnknownServiceError: There is no such service.
            UnknownIncidentError: There is no such incident.
            UserError: The service has nothing to switch.
            UnavailableError: The database does not answer.
        """
        async with self.storage() as uow:
            incident = await self._incident(uow, request)
            incident_id = await if_open(uow, None if incident is None else incident.id)
        name = request.service if incident is None else incident.service
        service = find_service(self.services, name)
        context = Context(None if incident is None else incident.triage_id, incident_id)
        offers, refused = await self._offers(service, request.mitigation, context)
        if not offers and not refused:
            raise UserError(f"Nothing can be switched for {service.name}: see `switches`.")
        said = MitigationOffers(service.name, offers, refused, incident_id)
        thread = incident if request.incident_id is not None else None
        now = self.clock.now()
        async with self.storage() as uow:
            await uow.outbox.post(
                OutboxKey(f"offers/{delivery or self.new_id()}"),
                request.asked.channel if thread is None else thread.channel,
                said,
                at=now,
                parent=None if thread is None else thread.card,
            )
            if delivery is not None:
                await uow.inbox.close(delivery, at=now)

    async def _incident(self, uow: UnitOfWork, request: OfferMitigations) -> Incident | None:
        """Find the incident named, or the open one of the service."""
        if request.incident_id is not None:
            return await uow.incidents.get(request.incident_id)
        service = find_service(self.services, request.service)
        return next(iter(await uow.incidents.open(service.name)), None)

    async def _offers(
        self, service: Service, wanted: MitigationKind | None, context: Context
    ) -> Offers:
        if wanted is not None:
            return await self.offer(service, [wanted], context)
        offers, refused = await self.offer(service, self.mitigations, context)
        undo = await self._undo(service)
        if undo is not None:
            offers = (undo, *(offer for offer in offers if offer.changes != undo.changes))
        # Asked for everything, nobody wants to read that what is off is off already.
        return offers, tuple(one for one in refused if one.guard != ALREADY or not offers)

    async def _undo(self, service: Service) -> Preview | None:
        """Offer to take back the newest press, also while it is watched or verified.

        What ended a mitigation is not taken back once its incident is resolved: new trouble is
        another incident, and the mitigation itself is offered for that.
        """
        if service.target is None:
            return None
        async with self.storage() as uow:
            in_force = await uow.mitigations.in_force(service.target.key)
            newest = next((run for run in reversed(in_force) if run.undoes is None), None)
            if newest is None or (self.mitigations[newest.kind].ends and await _over(uow, newest)):
                return None
        try:
            return await self.offer.undo(service, newest)
        except GuardRefusedError as error:
            log.info("guard.refused", guard=error.guard, found=str(error))
            return None


async def _over(uow: UnitOfWork, run: MitigationRun) -> bool:
    """Tell whether the incident of a press is resolved."""
    return run.incident_id is not None and not (await uow.incidents.get(run.incident_id)).is_open
