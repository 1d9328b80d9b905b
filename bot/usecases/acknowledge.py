"""Take an incident: stops the response clock."""

from dataclasses import dataclass

import structlog

from bot.domain.ids import DeliveryKey, OutboxKey
from bot.domain.message import Answer, AnswerKind, Note, NoteKind
from bot.domain.request import Acknowledge
from bot.domain.timeline import EventKind, Evidence, TimelineEvent
from bot.ports import Answers, Clock, Storage
from bot.usecases.find_incident import the_open_incident
from bot.usecases.incident_card import IncidentCards

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeIncident:
    """Makes a person the owner of an incident."""

    storage: Storage
    clock: Clock
    cards: IncidentCards

    async def __call__(
        self, request: Acknowledge, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        """Let the person take it; taking what one owns already changes nothing.

        Raises:
            UserError: It is not clear which, or it is resolved.
        """
        now, by = self.clock.now(), request.asked.by
        async with self.storage() as uow:
            incident = await the_open_incident(uow, request.incident_id)
            taken = incident.acknowledged(by, now)
            if taken != incident:
                note = OutboxKey(f"{incident.name}/acknowledged/{int(now.timestamp())}")
                await uow.incidents.save(taken)
                await uow.outbox.post(
                    note,
                    taken.channel,
                    Note(NoteKind.ACKNOWLEDGED, taken.id, by),
                    at=now,
                    parent=taken.card,
                )
                evidence = Evidence(taken.name, note)
                await uow.timeline.add(
                    TimelineEvent(taken.id, now, EventKind.ACKNOWLEDGED, evidence, by)
                )
                await self.cards.show(uow, taken, now)
            if delivery is not None:
                await uow.inbox.close(delivery, at=now)
        log.info("incident.acknowledged", incident_id=taken.name)
        await answer(Answer(AnswerKind.DONE, text=f"You have {taken.name}."))
