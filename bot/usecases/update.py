"""Tell people outside the room, in the words of the communication template."""

from dataclasses import dataclass, replace
from typing import Final

import structlog

from bot.domain.errors import BadCommandError, InvalidTransitionError
from bot.domain.ids import ChannelId, DeliveryKey, OutboxKey
from bot.domain.incident import Incident, Status
from bot.domain.message import Answer, AnswerKind, StatusUpdate
from bot.domain.request import PostUpdate
from bot.domain.timeline import EventKind, Evidence, TimelineEvent, promise
from bot.ports import Answers, Clock, Storage, UnitOfWork
from bot.usecases.incident_card import IncidentCards

log = structlog.get_logger()

FIELD_MAX_CHARS: Final = 500  # three of them fit one section block beside the template's words


@dataclass(frozen=True, slots=True, kw_only=True)
class PostUpdates:
    """Sends status updates to the incident's thread and to the incidents channel."""

    storage: Storage
    clock: Clock
    cards: IncidentCards
    incidents_channel: ChannelId

    async def __call__(
        self, request: PostUpdate, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        """Send one update with the person's words.

        Raises:
            UserError: No such incident or status, or it is resolved.
        """
        now = self.clock.now()
        async with self.storage() as uow:
            before = await uow.incidents.get(request.incident_id)
            incident = self._changed(before, request)
            update = StatusUpdate(
                incident_id=incident.id,
                severity=incident.severity,
                status=incident.status,
                impact=incident.impact,
                cause=incident.cause_text,
                action=incident.action,
                next_update_at=incident.next_update_at,
                owner=incident.owner,
                number=incident.updates,
                by=request.asked.by,
            )
            await uow.incidents.save(incident)
            await self._post(uow, incident, update)
            await self._note(uow, before, incident, update)
            await self.cards.show(uow, incident, now)
            if delivery is not None:
                await uow.inbox.close(delivery, at=now)
        log.info("update.posted", incident_id=incident.name, number=update.number)
        text = f"Update {update.number} of {incident.name} is on its way."
        await answer(Answer(AnswerKind.DONE, text=text))

    def _changed(self, incident: Incident, request: PostUpdate) -> Incident:
        if not incident.is_open:
            # The form stood open meanwhile; sending it must not bring the incident back.
            raise InvalidTransitionError(f"{incident.name} is resolved: the update was not sent.")
        if request.status not in set(Status):
            raise BadCommandError(f"“{request.status[:40]}” is no status of an incident.")
        if request.status == Status.RESOLVED:
            raise BadCommandError(f"Press Resolve to close {incident.name}.")
        moved = incident.moved(Status(request.status), self.clock.now())
        return replace(
            moved,
            severity=request.severity,
            impact=request.impact,
            cause_text=request.cause,
            action=request.action,
            next_update_at=request.next_update_at,
            updates=incident.updates + 1,
        )

    async def _post(self, uow: UnitOfWork, incident: Incident, update: StatusUpdate) -> None:
        """Post into the thread, and where the public reads: once where both are one channel."""
        now = self.clock.now()
        same = incident.channel == self.incidents_channel
        await uow.outbox.post(
            update_key(incident),
            incident.channel,
            update,
            at=now,
            parent=incident.card,
            broadcast=same,
        )
        if not same:
            public = OutboxKey(f"{update_key(incident)}/public")
            await uow.outbox.post(public, self.incidents_channel, update, at=now)

    async def _note(
        self, uow: UnitOfWork, before: Incident, incident: Incident, update: StatusUpdate
    ) -> None:
        now = self.clock.now()
        evidence = Evidence(f"{incident.name}/update/{update.number}", update_key(incident))
        rated = "" if before.severity is update.severity else f"now {update.severity}"
        said = {"status": str(update.status), "severity": rated, "impact": update.impact}
        kinds = [(EventKind.UPDATE_POSTED, said | promise(update.next_update_at))]
        if before.status is not incident.status:
            kinds.append((EventKind.STATUS_CHANGED, {"status": str(incident.status)}))
        for kind, facts in kinds:
            await uow.timeline.add(
                TimelineEvent(incident.id, now, kind, evidence, update.by, facts)
            )


def update_key(incident: Incident) -> OutboxKey:
    """Name the newest update of an incident in the outbox."""
    return OutboxKey(f"{incident.name}/update/{incident.updates}")
