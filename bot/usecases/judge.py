"""Hear a person, and judge a triage again from what it measured. No probe runs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import structlog

from bot.domain.diagnose import diagnose
from bot.domain.diagnosis import Diagnosis, Measurements
from bot.domain.errors import BotError, UserError
from bot.domain.ids import DeliveryKey, TriageId, triage_text
from bot.domain.message import Answer, AnswerKind, TriageCard
from bot.domain.observation import ago
from bot.domain.patch import ALREADY, step_by_hand
from bot.domain.person import Sight, Witness
from bot.domain.quality import Comparison, compared
from bot.domain.request import TellTriage
from bot.domain.service import Service, find_service
from bot.domain.thresholds import Thresholds
from bot.domain.timeline import EventKind, Evidence, TimelineEvent
from bot.domain.triage import Triage
from bot.ports import Answers, Clock, Cluster, Storage, UnitOfWork
from bot.usecases.before import the_same_before
from bot.usecases.find_triage import show_triage, the_triage
from bot.usecases.live_card import Offered
from bot.usecases.offer import Offer

log = structlog.get_logger()

# What was measured before says nothing about what a person sees now.
HEARD_WITHIN: Final = timedelta(hours=1)
COMPARE_WITHIN: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeTriages:
    """Adds what a person saw to a finished triage, and shows the verdict that follows.

    Attributes:
        names_resolvable: Whether a host name is among the ways out.
        compare_within: How long the cluster may take to tell earlier deploys.
        thresholds: From where on a measurement is a fault.
    """

    storage: Storage
    clock: Clock
    services: Sequence[Service]
    cluster: Cluster
    offer: Offer
    names_resolvable: bool
    thresholds: Thresholds = field(default_factory=Thresholds)
    compare_within: timedelta = COMPARE_WITHIN

    async def __call__(
        self, request: TellTriage, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        """Take a person's answer; the card changes in place.

        Raises:
            UserError: The triage is not known, still measuring, or too old.
        """
        person = Witness(request.sight, request.asked.by, request.asked.at)
        await self.told(request.triage_id, person, delivery)
        name = triage_text(request.triage_id)
        await answer(Answer(AnswerKind.DONE, text=f"{name} is judged again with what you saw."))

    async def told(
        self, triage_id: TriageId, person: Witness, delivery: DeliveryKey | None = None
    ) -> None:
        """Judge again with what a person saw.

        Raises:
            UserError: As above.
        """
        async with self.storage() as uow:
            before = await self._ended(uow, triage_id)
        service = find_service(self.services, before.service)
        diagnosis = self._judged(before.card, person, service)
        offers, not_offered = await self._offers(service, before, diagnosis)
        bad = person.sight is Sight.LOOKS_BAD
        quality = await self._compared(service) if bad else before.card.beside.quality
        async with self.storage() as uow:
            triage = await self._ended(uow, triage_id)
            cause, now = diagnosis.cause, self.clock.now()
            known = await the_same_before(uow, triage.service, cause, now)
            beside = replace(triage.card.beside, person=person, quality=quality, earlier=known)
            card = replace(
                triage.card,
                diagnosis=diagnosis,
                offers=offers,
                not_offered=not_offered,
                beside=beside,
                by_hand=step_by_hand(diagnosis, triage.card.results, service.target),
            )
            await self._keep(uow, replace(triage, card=card), diagnosis, person)
            if delivery is not None:
                await uow.inbox.close(delivery, at=self.clock.now())
        log.info("triage.judged_again", triage_id=before.name, cause=diagnosis.cause, by=person.by)

    async def _ended(self, uow: UnitOfWork, triage_id: TriageId) -> Triage:
        triage = await the_triage(uow, triage_id)
        if triage.ended_at is None or triage.card.diagnosis is None:
            raise UserError(f"{triage.name} has no verdict yet. Press again when it has.")
        age = self.clock.now() - triage.ended_at
        if age > HEARD_WITHIN:
            raise UserError(f"{triage.name} is {ago(age)} old. Run /ideogram triage again.")
        return triage

    def _judged(self, card: TriageCard, person: Witness, service: Service) -> Diagnosis:
        return diagnose(
            Measurements(
                calls=card.calls,
                mode=card.mode,
                results={one.kind: one for one in card.results},
                names_resolvable=self.names_resolvable,
                person=person,
                balance=card.beside.balance,
                thresholds=self.thresholds,
                billing_owner=service.billing_owner,
            )
        )

    async def _offers(self, service: Service, before: Triage, diagnosis: Diagnosis) -> Offered:
        """Keep the buttons of a cause that stays: they must not change under a finger."""
        card = before.card
        if card.diagnosis is not None and card.diagnosis.cause is diagnosis.cause:
            return card.offers, card.not_offered
        offers, refused = await self.offer.for_cause(service, diagnosis.cause, triage_id=before.id)
        return offers, tuple(one for one in refused if one.guard != ALREADY)

    async def _compared(self, service: Service) -> Comparison:
        if service.target is None:
            return Comparison(why_not="no deployment is configured")
        try:
            async with asyncio.timeout(self.compare_within.total_seconds()):
                deployment = await self.cluster.deployment(service.target)
                revisions = await self.cluster.revisions(service.target, deployment)
        except BotError as error:
            return Comparison(why_not=str(error))
        except TimeoutError:
            return Comparison(why_not="the cluster did not answer in time")
        container = deployment.container(service.target.container)
        if container is None:
            return Comparison(why_not="it is not clear which container is meant")
        return compared(service.generation_env, container, revisions)

    async def _keep(
        self, uow: UnitOfWork, triage: Triage, diagnosis: Diagnosis, person: Witness
    ) -> None:
        await uow.triages.save(triage, claimed_until=None)
        await show_triage(uow, triage, self.clock.now())
        for incident in await uow.incidents.open(triage.service):
            event = TimelineEvent(
                incident_id=incident.id,
                at=person.at,
                kind=EventKind.PERSON_SAW,
                evidence=Evidence(triage.name, triage.message),
                by=person.by,
                facts={"sight": person.sight, "cause": diagnosis.cause},
            )
            await uow.timeline.add(event)
