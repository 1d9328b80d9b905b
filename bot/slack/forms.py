"""Opening a form or a view: at once, outside the inbox, because its ticket lasts three seconds."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.draft import Seen
from bot.domain.errors import UnavailableError, UserError
from bot.domain.ids import IncidentId, ServiceName, TriageId
from bot.domain.message import TriageCard
from bot.ports import Words
from bot.slack import ids, views
from bot.slack.answers import Place, place_of
from bot.slack.blocks import Block
from bot.slack.refusals import translated

# Of the 3 s that a trigger_id lives; the rest is for Slack's answer.
READ_WITHIN: Final = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A wish to see a form, or the evidence of a triage.

    Attributes:
        form: A callback_id, `ids.EVIDENCE` or `ids.REPORT`.
        incident_id: None means the only open one.
        title: What the form to declare is prefilled with.
    """

    form: str
    incident_id: IncidentId | None = None
    title: str = ""
    triage_id: TriageId | None = None


class Lookup(Protocol):
    """What forms read; `usecases.lookup` provides it."""

    async def incident(self, incident_id: IncidentId | None) -> Seen:
        """Read an open incident; None means the only one."""
        ...

    async def triage(self, triage_id: TriageId) -> TriageCard:
        """Read what a triage measured."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """Opens modals."""

    client: AsyncWebClient
    lookup: Lookup
    words: Words
    services: Sequence[ServiceName]

    async def open(self, wish: OpenForm, body: Mapping[str, Any]) -> None:
        """Open what is wished for.

        Raises:
            UserError: There is nothing to show, or it is not clear which is meant.
            BotError: The database or Slack does not answer.
        """
        try:
            async with asyncio.timeout(READ_WITHIN.total_seconds()):
                view = await self._view(wish, place_of(body))
        except TimeoutError as error:
            raise UnavailableError("The database did not answer in time for a form.") from error
        with translated("views.open"):
            await self.client.views_open(trigger_id=str(body.get("trigger_id") or ""), view=view)

    async def _view(self, wish: OpenForm, place: Place) -> Block:
        if wish.form == ids.DECLARE_FORM:
            return views.declare_form(self.words, place, self.services, wish.title)
        if wish.form in (ids.EVIDENCE, ids.REPORT):
            if wish.triage_id is None:
                raise UserError("This triage was not remembered; run /ideogram triage again.")
            card = await self.lookup.triage(wish.triage_id)
            make = views.evidence_view if wish.form == ids.EVIDENCE else views.report_view
            return make(self.words, card)
        seen = await self.lookup.incident(wish.incident_id)
        if wish.form == ids.RESOLVE_FORM:
            return views.resolve_form(self.words, place, seen)
        return views.update_form(self.words, place, seen)
