"""Forms that stood open while the incident went on: shown anew, or kept, before they go."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog

from bot.domain.draft import Seen
from bot.domain.errors import PermanentError, TemporaryError
from bot.domain.ids import IncidentId
from bot.ports import Words
from bot.slack import ids, views
from bot.slack.answers import Place, origin_of
from bot.slack.blocks import Block
from bot.slack.fields import value_in
from bot.slack.forms import Lookup

# Of the 3 s that Slack waits for an answer; the update is recorded in the rest.
READ_WITHIN: Final = timedelta(seconds=1)
_ABOUT_AN_INCIDENT: Final = frozenset({ids.UPDATE_FORM, ids.RESOLVE_FORM})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleUpdates:
    """Compares what a form was filled from with what is so now."""

    lookup: Lookup
    words: Words

    async def fresh(self, view: Mapping[str, Any], place: Place) -> Block | None:
        """Make an update's form anew when the incident went on; None when any may be taken.

        What a person changed in it is kept, the rest is filled in from the newest facts. Not being
        able to look lets it pass: a late update is better than none.

        Raises:
            UserError: The incident takes no more, for it is resolved.
        """
        origin, form = origin_of(view.get("private_metadata")), view.get("callback_id")
        if form not in _ABOUT_AN_INCIDENT or origin.incident is None:
            return None
        seen = await self._seen(origin.incident)
        is_newer = seen is not None and origin.state not in (None, seen.state)
        if seen is None or form != ids.UPDATE_FORM or not is_newer:
            return None
        now = {name: value_in(view, name) for name in views.UPDATE_FIELDS}
        typed = {
            name: value
            for name, value in now.items()
            if views.fingerprint(value) != origin.prefilled.get(name)
        }
        return views.update_form(self.words, place, seen, typed=typed)

    async def _seen(self, incident_id: IncidentId) -> Seen | None:
        try:
            async with asyncio.timeout(READ_WITHIN.total_seconds()):
                return await self.lookup.incident(incident_id)
        except (TemporaryError, PermanentError, TimeoutError) as error:
            log.info("form.not_compared", incident_id=incident_id, reason=str(error))
            return None
