"""Draft the postmortem from the timeline: every line with its evidence."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from bot.domain.gaps import gaps
from bot.domain.ids import DeliveryKey, IncidentId, OutboxKey, UserId
from bot.domain.incident import Incident, clocks
from bot.domain.message import Answer, AnswerKind, Postmortem
from bot.domain.relief import relief
from bot.domain.request import WritePostmortem
from bot.domain.timeline import TimelineEvent, TimelineLine
from bot.ports import Answers, Clock, Messenger, Storage, UnitOfWork
from bot.usecases.find_incident import the_newest_incident

log = structlog.get_logger()

NAMES_WITHIN: Final = timedelta(seconds=3)  # a slow chat must not hold up a resolve

People = tuple[tuple[UserId, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmortems:
    """Composes postmortems; regenerating makes a new file and touches no old one."""

    clock: Clock

    async def compose(self, uow: UnitOfWork, incident: Incident, people: People) -> Postmortem:
        """Read everything the document says, inside somebody's transaction."""
        now = self.clock.now()
        events = await uow.timeline.of(incident.id)
        runs = tuple(await uow.mitigations.of_incident(incident.id))
        triage = None if incident.triage_id is None else await uow.triages.get(incident.triage_id)
        card = None if triage is None else triage.card
        return Postmortem(
            incident=incident,
            lines=await with_links(uow, events),
            clocks=clocks(incident),
            drafted_at=now,
            diagnosis=None if card is None else card.diagnosis,
            results=() if card is None else card.results,
            mitigations=runs,
            relief=relief(runs),
            people=people,
            gaps=gaps(incident, events, incident.resolved_at or now),
        )

    async def upload(self, uow: UnitOfWork, incident: Incident, people: People) -> OutboxKey:
        """Put the document into the incident's thread, inside somebody's transaction."""
        now = self.clock.now()
        key = OutboxKey(f"{incident.name}/postmortem/{now:%Y%m%d-%H%M%S}")
        document = await self.compose(uow, incident, people)
        await uow.outbox.file(key, incident.channel, document, at=now, parent=incident.card)
        return key


async def with_links(uow: UnitOfWork, events: Sequence[TimelineEvent]) -> tuple[TimelineLine, ...]:
    """Pair events with the addresses of their evidence, as far as they are known."""
    keys = [event.evidence.message for event in events if event.evidence.message is not None]
    links = await uow.outbox.links(keys)
    return tuple(
        TimelineLine(event, links.get(event.evidence.message) if event.evidence.message else None)
        for event in events
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleOf:
    """Looks up the display names of everybody in an incident, best effort."""

    storage: Storage
    messenger: Messenger
    within: timedelta = NAMES_WITHIN

    async def __call__(self, incident_id: IncidentId, *also: UserId) -> People:
        """List ids and names; a person without a name stays an id in the document."""
        async with self.storage() as uow:
            incident = await uow.incidents.get(incident_id)
            events = await uow.timeline.of(incident_id)
        wanted = dict.fromkeys(also)
        wanted |= dict.fromkeys(
            one for one in (incident.owner, incident.declared_by, *(e.by for e in events)) if one
        )
        names = dict.fromkeys(wanted, "")

        async def look_up(user: UserId) -> None:
            names[user] = await self.messenger.name(user) or ""

        try:
            async with asyncio.timeout(self.within.total_seconds()), asyncio.TaskGroup() as group:
                for user in wanted:
                    group.create_task(look_up(user))
        except TimeoutError:
            log.info("names.not_looked_up", incident_id=incident.name)
        return tuple((user, name) for user, name in names.items() if name)


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePostmortems:
    """Uploads a fresh postmortem when a person asks for it."""

    storage: Storage
    clock: Clock
    postmortems: Postmortems
    people: PeopleOf

    async def __call__(
        self, request: WritePostmortem, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        """Write the document of an incident as it is now.

        Raises:
            UnknownIncidentError: There is no such incident.
        """
        incident = await self._find(request.incident_id)
        people = await self.people(incident.id, request.asked.by)
        now = self.clock.now()
        async with self.storage() as uow:
            incident = await uow.incidents.get(incident.id)
            key = await self.postmortems.upload(uow, incident, people)
            if delivery is not None:
                await uow.inbox.close(delivery, at=now)
        log.info("postmortem.written", incident_id=incident.name, key=key)
        text = f"The postmortem of {incident.name} is on its way into its thread."
        await answer(Answer(AnswerKind.DONE, text=text))

    async def _find(self, incident_id: IncidentId | None) -> Incident:
        async with self.storage() as uow:
            return await the_newest_incident(uow, incident_id)
