"""Status updates whose form stood open while the incident went on: shown anew before they go."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog

from bot.domain.errors import BotError
from bot.ports import Words
from bot.slack import ids, views
from bot.slack.answers import Place, origin_of
from bot.slack.blocks import Block
from bot.slack.fields import value_in
from bot.slack.forms import Lookup

# Of the 3 s that Slack waits for an answer; the update is recorded in the rest.
READ_WITHIN: Final = timedelta(seconds=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleUpdates:
    """Compares what a form was filled from with what is so now."""

    lookup: Lookup
    words: Words

    async def fresh(self, view: Mapping[str, Any], place: Place) -> Block | None:
        """Make the form anew when the incident went on; None when it may be taken as it is.

        What a person changed in it is kept, the rest is filled in from the newest facts. Not being
        able to look lets it pass: a late update is better than none.
        """
        origin = origin_of(view.get("private_metadata"))
        if view.get("callback_id") != ids.UPDATE_FORM or origin.incident is None:
            return None
        if origin.state is None:
            return None
        try:
            async with asyncio.timeout(READ_WITHIN.total_seconds()):
                seen = await self.lookup.incident(origin.incident)
        except (BotError, TimeoutError) as error:
            log.info("form.not_compared", incident_id=origin.incident, reason=str(error))
            return None
        if seen.state == origin.state:
            return None
        now = {name: value_in(view, name) for name in views.UPDATE_FIELDS}
        typed = {
            name: value
            for name, value in now.items()
            if views.fingerprint(value) != origin.prefilled.get(name)
        }
        return views.update_form(self.words, place, seen, typed=typed)
