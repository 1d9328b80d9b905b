"""Close an incident, and draft its postmortem in the same breath."""

from dataclasses import dataclass, replace

import structlog

from bot.domain.errors import InvalidTransitionError
from bot.domain.ids import DeliveryKey, OutboxKey
from bot.domain.incident import Incident, Status
from bot.domain.message import Answer, AnswerKind, Note, NoteKind
from bot.domain.request import Resolve
from bot.domain.timeline import EventKind, Evidence, TimelineEvent
from bot.ports import Answers, Clock, Storage, UnitOfWork
from bot.usecases.incident_card import IncidentCards
from bot.usecases.postmortem import PeopleOf, Postmortems

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveIncident:
    """Resolves incidents. State, timeline, note, card and postmortem are one transaction."""

    storage: Storage
    clock: Clock
    cards: IncidentCards
    postmortems: Postmortems
    people: PeopleOf

    async def __call__(
        self, request: Resolve, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        """Resolve for a person.

        Raises:
            UnknownIncidentError: There is no such incident.
            InvalidTransitionError: It is resolved already.
        """
        people = await self.people(request.incident_id, request.asked.by)
        now = self.clock.now()
        async with self.storage() as uow:
            before = await uow.incidents.get(request.incident_id)
            if not before.is_open:
                raise InvalidTransitionError(f"{before.name} is resolved already.")
            incident = replace(
                before.moved(Status.RESOLVED, now),
                resolved_by=request.asked.by,
                root_cause=request.root_cause or before.root_cause,
                next_update_at=None,
            )
            await uow.incidents.save(incident)
            await self._tell(uow, incident, request)
            await self.postmortems.upload(uow, incident, people)
            if delivery is not None:
                await uow.inbox.close(delivery, at=now)
        log.info("incident.resolved", incident_id=incident.name)
        text = f"{incident.name} is resolved; its postmortem is on its way into the thread."
        await answer(Answer(AnswerKind.DONE, text=text))

    async def _tell(self, uow: UnitOfWork, incident: Incident, request: Resolve) -> None:
        now, by = self.clock.now(), request.asked.by
        note = OutboxKey(f"{incident.name}/resolved/{int(now.timestamp())}")
        await uow.timeline.add(
            TimelineEvent(
                incident.id,
                now,
                EventKind.RESOLVED,
                # The card has its address already; this transaction's postmortem links to it.
                Evidence(incident.name, incident.card),
                by,
                {"root_cause": incident.root_cause or ""},
            )
        )
        await uow.outbox.post(
            note,
            incident.channel,
            Note(NoteKind.RESOLVED, incident.id, by, incident.root_cause or ""),
            at=now,
            parent=incident.card,
        )
        await self.cards.show(uow, incident, now)
