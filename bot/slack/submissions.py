"""Sent forms: checked first, every wrong field named, then taken like any other request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bot.domain.errors import BadCommandError, UnavailableError, UserError
from bot.domain.ids import IncidentId, ServiceName
from bot.domain.incident import TITLE_MAX_CHARS, Status
from bot.domain.request import Asked, Declare, PostUpdate, Request, Resolve
from bot.domain.severity import Severity
from bot.ports import Words
from bot.slack import ids, views
from bot.slack.answers import Origin, origin_of, place_of
from bot.slack.blocks import Block
from bot.slack.fields import element_in
from bot.slack.listening import NOT_RECORDED, Ack, Body, Listening, delivery_key
from bot.slack.stale_updates import StaleUpdates
from bot.slack.views import FIELD_MAX_CHARS, NEXT_MINUTES

UpdateEvery = Mapping[Severity, timedelta]


class WrongFieldsError(Exception):
    """Some fields cannot be taken; `fields` says what to do for each, by block_id."""

    def __init__(self, fields: dict[str, str]) -> None:
        """Keep the words for each field."""
        super().__init__(", ".join(fields))
        self.fields = fields


class _Fields:
    """The values of a form; collects what is wrong with all of them."""

    def __init__(self, view: Mapping[str, Any], words: Words) -> None:
        self._view = view
        self._words = words
        self.wrong: dict[str, str] = {}

    def text(self, name: str, limit: int, *, required: bool = True) -> str:
        """Read one text, its ends trimmed."""
        found = " ".join(str(element_in(self._view, name).get("value") or "").split())
        if required and not found:
            self.wrong[name] = self._words.label("error.empty")
        elif len(found) > limit:
            self.wrong[name] = self._words.label("error.long").format(limit=limit)
        return found

    def choice(self, name: str) -> str:
        """Read one choice; empty when there is none."""
        return str((element_in(self._view, name).get("selected_option") or {}).get("value") or "")

    def severity(self) -> Severity:
        """Read the severity."""
        found = self.choice(views.SEVERITY)
        if found not in set(Severity):
            self.wrong[views.SEVERITY] = self._words.label("error.choice")
            return Severity.P2
        return Severity(found)

    def status(self) -> str:
        """Read the status."""
        found = self.choice(views.STATUS)
        if found not in set(Status):
            self.wrong[views.STATUS] = self._words.label("error.choice")
        return found

    def done(self) -> None:
        """Refuse the form when anything was wrong."""
        if self.wrong:
            raise WrongFieldsError(self.wrong)


def _declare(fields: _Fields, asked: Asked, _: Origin, __: UpdateEvery) -> Request:
    title = fields.text(views.TITLE, TITLE_MAX_CHARS)
    severity, service = fields.severity(), fields.choice(views.SERVICE)
    fields.done()
    return Declare(asked, title, severity, ServiceName(service) if service else None)


def _update(fields: _Fields, asked: Asked, origin: Origin, every: UpdateEvery) -> Request:
    impact, cause, action = (
        fields.text(name, FIELD_MAX_CHARS) for name in (views.IMPACT, views.CAUSE, views.ACTION)
    )
    severity, status, chosen = fields.severity(), fields.status(), fields.choice(views.NEXT)
    fields.done()
    planned = every.get(severity)
    wait = timedelta(minutes=int(chosen)) if chosen in NEXT_MINUTES else planned
    return PostUpdate(
        asked,
        _incident(origin),
        severity,
        status,
        impact,
        cause,
        action,
        next_update_at=None if wait is None else asked.at + wait,
    )


def _resolve(fields: _Fields, asked: Asked, origin: Origin, _: UpdateEvery) -> Request:
    cause = fields.text(views.CAUSE, FIELD_MAX_CHARS, required=False)
    fields.done()
    return Resolve(asked, _incident(origin), cause or None)


def _incident(origin: Origin) -> IncidentId:
    if origin.incident is None:
        raise BadCommandError("This form names no incident. Open it again from the card.")
    return origin.incident


FORMS: Final[Mapping[str, Callable[[_Fields, Asked, Origin, UpdateEvery], Request]]] = {
    ids.DECLARE_FORM: _declare,
    ids.UPDATE_FORM: _update,
    ids.RESOLVE_FORM: _resolve,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Submissions:
    """The listener of every form."""

    listening: Listening
    words: Words
    update_every: UpdateEvery
    stale: StaleUpdates

    async def run(self, ack: Ack, body: Body) -> None:
        """Take a form. What cannot be taken stays open, with the words people typed."""
        view = body.get("view") or {}
        try:
            request = self._request(view, body)
            fresh = await self._fresh(view, body)
            if fresh is not None:
                await ack(response_action="update", view=fresh)
                return
            is_new = await self.listening.intake.receive(delivery_key(body), request)
        except WrongFieldsError as error:
            await ack(response_action="errors", errors=error.fields)
            return
        except UnavailableError:
            errors = {_first_field(view): f"{NOT_RECORDED.what} Send again."}
            await ack(response_action="errors", errors=errors)
            return
        await ack()
        if is_new:
            answer = self.listening.answers(place_of(body))
            await self.listening.intake.handle(delivery_key(body), request, answer)

    def _request(self, view: Mapping[str, Any], body: Body) -> Request:
        asked = self.listening.asked(place_of(body))
        origin = origin_of(view.get("private_metadata"))
        read = FORMS[str(view.get("callback_id"))]
        return read(_Fields(view, self.words), asked, origin, self.update_every)

    async def _fresh(self, view: Mapping[str, Any], body: Body) -> Block | None:
        try:
            return await self.stale.fresh(view, place_of(body))
        except UserError as error:  # closing the form would throw away what was typed
            said = self.words.label("error.over").format(why=error)
            raise WrongFieldsError({_first_field(view): said}) from error


def _first_field(view: Mapping[str, Any]) -> str:
    return next(str(one["block_id"]) for one in view["blocks"] if one["type"] == "input")
