"""Answer questions: what is open, what happened, what the bot can do. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.ids import DeliveryKey
from bot.domain.message import Answer, AnswerKind
from bot.domain.request import ShowHelp, ShowStatus, ShowTimeline
from bot.domain.service import Service
from bot.ports import Answers, Storage
from bot.usecases.find_incident import the_newest_incident
from bot.usecases.postmortem import with_links


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowOpenIncidents:
    """Lists the open incidents."""

    storage: Storage

    async def __call__(
        self, request: ShowStatus, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        """Answer with every open incident, newest first."""
        async with self.storage() as uow:
            incidents = tuple(await uow.incidents.open())
        await answer(Answer(AnswerKind.STATUS, incidents=incidents))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTimelines:
    """Shows the timeline of an incident."""

    storage: Storage

    async def __call__(
        self, request: ShowTimeline, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        """Answer with every line, oldest first.

        Raises:
            UnknownIncidentError: There is no such incident.
        """
        async with self.storage() as uow:
            incident = await the_newest_incident(uow, request.incident_id)
            lines = await with_links(uow, await uow.timeline.of(incident.id))
        await answer(Answer(AnswerKind.TIMELINE, incidents=(incident,), lines=lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCommands:
    """Says what the bot can do."""

    services: Sequence[Service]

    async def __call__(
        self, request: ShowHelp, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        """Answer with every command."""
        names = tuple(service.name for service in self.services)
        await answer(Answer(AnswerKind.HELP, services=names))
