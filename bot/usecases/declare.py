"""Open an incident: by hand, from a triage card, or because a mitigation was pressed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import structlog

from bot.domain.draft import Seen
from bot.domain.errors import UserError
from bot.domain.ids import (
    ChannelId,
    DeliveryKey,
    OutboxKey,
    ServiceName,
    TriageId,
    UserId,
    incident_text,
)
from bot.domain.incident import TITLE_MAX_CHARS, Incident, Status, shortened
from bot.domain.message import Answer, AnswerKind, Note, NoteKind
from bot.domain.policy import Policy
from bot.domain.request import Declare
from bot.domain.service import Service, find_service
from bot.domain.severity import Severity
from bot.domain.timeline import EventKind, Evidence, TimelineEvent, onset_event, promise
from bot.domain.triage import Triage
from bot.ports import Answers, Clock, Storage, UnitOfWork, Words
from bot.usecases.incident_card import IncidentCards
from bot.usecases.joining import open_beside
from bot.usecases.live_card import take_over

log = structlog.get_logger()

UNRATED: Final = Severity.P2  # an incident declared without verdict and without a wish


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareIncident:
    """Opens incidents. The declarer owns and has acknowledged it: who opens it has it.

    Attributes:
        incidents_channel: Where people outside the room read.
    """

    storage: Storage
    clock: Clock
    words: Words
    services: Sequence[Service]
    policy: Policy
    cards: IncidentCards
    incidents_channel: ChannelId

    async def __call__(
        self, request: Declare, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        """Open an incident for a person.

        Out of a triage there is one per service. Who fills the form may mean something else, so
        another one is opened, and the answer names those that are open, too.

        Raises:
            UnknownServiceError: There is no such service.
            UserError: The triage is not known, or its service has an open incident already.
        """
        asked = request.asked
        service = find_service(self.services, request.service).name
        async with self.storage() as uow:
            if request.triage_id is not None:
                await self._not_taken(uow, request.triage_id)
            incident = await self._open(
                uow,
                service=service,
                triage=await self._triage(uow, request.triage_id),
                by=asked.by,
                at=self.clock.now(),
                channel=asked.channel,
                title=request.title,
                severity=request.severity,
            )
            beside = await open_beside(uow, incident.service, incident.id)
            if delivery is not None:
                await uow.inbox.close(delivery, at=self.clock.now())
        also = "" if beside is None else f" {incident_text(beside)} is open for {service}, too."
        await answer(Answer(AnswerKind.DONE, text=f"{incident.name} is open, you own it.{also}"))

    async def declare(
        self,
        uow: UnitOfWork,
        *,
        triage_id: TriageId | None,
        service: ServiceName,
        by: UserId,
        at: datetime,
        channel: ChannelId,
    ) -> Incident:
        """Open an incident inside somebody's transaction: the press is the declaration."""
        triage = await self._triage(uow, triage_id)
        return await self._open(uow, service=service, triage=triage, by=by, at=at, channel=channel)

    async def _triage(self, uow: UnitOfWork, triage_id: TriageId | None) -> Triage | None:
        return None if triage_id is None else await uow.triages.get(triage_id)

    async def _not_taken(self, uow: UnitOfWork, triage_id: TriageId) -> None:
        triage = await self._triage(uow, triage_id)
        if triage is None:
            raise UserError("This triage is not known any more. Run /ideogram triage again.")
        for incident in await uow.incidents.open(triage.service):
            raise UserError(f"{incident.name} is open for {triage.service} already.")

    async def _open(
        self,
        uow: UnitOfWork,
        *,
        service: ServiceName,
        triage: Triage | None,
        by: UserId,
        at: datetime,
        channel: ChannelId,
        title: str = "",
        severity: Severity | None = None,
    ) -> Incident:
        diagnosis = None if triage is None else triage.card.diagnosis
        rated = severity or (None if diagnosis is None else diagnosis.severity) or UNRATED
        every = self.policy.update_every.get(rated)
        incident = Incident(
            id=await uow.incidents.next_id(),
            service=service if triage is None else triage.service,
            title=shortened(title, TITLE_MAX_CHARS),
            severity=rated,
            status=Status.INVESTIGATING,
            channel=channel if triage is None else triage.channel,
            declared_at=at,
            declared_by=by,
            started_at=at if triage is None else triage.started_at,
            cause=None if diagnosis is None else diagnosis.cause,
            origin=None if diagnosis is None else diagnosis.origin,
            triage_id=None if triage is None else triage.id,
            next_update_at=None if every is None else at + every,
            onset=None if triage is None else triage.card.onset,
        ).acknowledged(by, at)
        incident = self._worded(incident, triage)
        await uow.incidents.save(incident)
        await self._tell(uow, incident, triage)
        log.info("incident.declared", incident_id=incident.name, severity=incident.severity)
        return incident

    def _worded(self, incident: Incident, triage: Triage | None) -> Incident:
        diagnosis = None if triage is None else triage.card.diagnosis
        results = () if triage is None else triage.card.results
        draft = self.words.draft(Seen(incident, diagnosis, results))
        return replace(
            incident,
            title=incident.title or shortened(draft.title, TITLE_MAX_CHARS),
            impact=draft.impact,
            cause_text=draft.cause,
            action=draft.action,
        )

    async def _tell(self, uow: UnitOfWork, incident: Incident, triage: Triage | None) -> None:
        for event in self._events(incident, triage):
            await uow.timeline.add(event)
        await self.cards.show(uow, incident, incident.declared_at)
        if triage is not None:
            await take_over(uow, triage, incident.id, incident.declared_at)
        if incident.channel != self.incidents_channel:
            await uow.outbox.post(
                OutboxKey(f"{incident.name}/declared"),
                self.incidents_channel,
                Note(NoteKind.DECLARED, incident.id, incident.declared_by, incident.title),
                at=incident.declared_at,
            )

    def _events(self, incident: Incident, triage: Triage | None) -> list[TimelineEvent]:
        own = Evidence(incident.name, incident.card)

        def event(kind: EventKind, at: datetime, evidence: Evidence, **facts: str) -> TimelineEvent:
            return TimelineEvent(incident.id, at, kind, evidence, incident.declared_by, facts)

        events = []
        if triage is not None:
            found = triage.card.diagnosis
            facts = {} if found is None else {"cause": str(found.cause), "branch": found.branch}
            seen = Evidence(triage.name, triage.message)
            at = triage.ended_at or incident.declared_at
            if incident.onset is not None:
                events.append(onset_event(incident.id, incident.onset, seen))
            events.append(event(EventKind.TRIAGED, at, seen, **facts))
        at = incident.declared_at
        severity = str(incident.severity)
        return [
            *events,
            event(
                EventKind.DECLARED,
                at,
                own,
                title=incident.title,
                severity=severity,
                **promise(incident.next_update_at),
            ),
            event(EventKind.ACKNOWLEDGED, at, own),
        ]
