"""Presses of buttons and choices of menus become requests, or open a form or a view."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.domain.diagnosis import Mode
from bot.domain.errors import StalePressError
from bot.domain.ids import ServiceName, TriageId
from bot.domain.person import Sight
from bot.domain.request import (
    Acknowledge,
    AskBilling,
    Asked,
    Declare,
    OfferMitigations,
    Press,
    Request,
    RunTriage,
    ShowTimeline,
    TellTriage,
    VerifyGeneration,
    WritePostmortem,
)
from bot.slack import ids
from bot.slack.answers import place_of
from bot.slack.forms import Forms, OpenForm
from bot.slack.listening import Ack, Body, Listening

_STALE: Final = "This button is not known any more. Run /ideogram triage, or /ideogram help."


@dataclass(frozen=True, slots=True)
class _Pressed:
    """One press: by whom, what it means, and for which service the buttons stood."""

    asked: Asked
    value: ids.Value
    service: ServiceName | None


def _press(pressed: _Pressed) -> Press:
    if pressed.value.preview is None:
        raise StalePressError(_STALE)
    return Press(pressed.asked, pressed.value.preview)


def _tell(sight: Sight) -> Callable[[_Pressed], TellTriage]:
    def told(pressed: _Pressed) -> TellTriage:
        return TellTriage(pressed.asked, _triage(pressed), sight)

    return told


def _triage(pressed: _Pressed) -> TriageId:
    if pressed.value.triage is None:
        raise StalePressError(_STALE)
    return pressed.value.triage


def _form(callback_id: str) -> Callable[[_Pressed], OpenForm]:
    return lambda pressed: OpenForm(callback_id, pressed.value.incident)


MEANINGS: Final[Mapping[str, Callable[[_Pressed], Request | OpenForm]]] = {
    ids.PRESS: _press,
    ids.DECLARE: lambda one: Declare(one.asked, service=one.service, triage_id=one.value.triage),
    ids.ACKNOWLEDGE: lambda one: Acknowledge(one.asked, one.value.incident),
    ids.TIMELINE: lambda one: ShowTimeline(one.asked, one.value.incident),
    ids.POSTMORTEM: lambda one: WritePostmortem(one.asked, one.value.incident),
    ids.AGAIN: lambda one: RunTriage(one.asked, one.service),
    ids.FULL: lambda one: RunTriage(one.asked, one.service, Mode.FULL),
    ids.OFFER: lambda one: OfferMitigations(
        one.asked, one.service, one.value.kind, one.value.incident
    ),
    ids.USERS_FAILING: _tell(Sight.FAILING),
    ids.USERS_FINE: _tell(Sight.FINE),
    ids.LOOKS_BAD: _tell(Sight.LOOKS_BAD),
    ids.VERIFY: lambda one: VerifyGeneration(one.asked, _triage(one)),
    ids.BILLING: lambda one: AskBilling(one.asked, _triage(one)),
    ids.REPORT: lambda one: OpenForm(ids.REPORT, triage_id=_triage(one)),
    ids.UPDATE: _form(ids.UPDATE_FORM),
    ids.RESOLVE: _form(ids.RESOLVE_FORM),
    ids.EVIDENCE: lambda one: OpenForm(ids.EVIDENCE, triage_id=one.value.triage),
}


def meaning(action: Mapping[str, Any], asked: Asked) -> Request | OpenForm:
    """Read what a press asks for.

    Args:
        action: One entry of `actions` of Slack's payload.
        asked: Who pressed, where and when.

    Raises:
        StalePressError: The value is none of ours, or of a version that is gone.
    """
    chosen = action.get("selected_option") or action
    value = ids.decode(chosen.get("value"))
    read = None if value is None else MEANINGS.get(value.do)
    if value is None or read is None:
        raise StalePressError(_STALE)
    service = value.service or ids.service_of(action.get("block_id"))
    return read(_Pressed(asked, value, service))


def _is_link(action: Mapping[str, Any]) -> bool:
    """Tell whether the press opened a page: Slack tells us, and there is nothing to do."""
    value = ids.decode(action.get("value"))
    return value is not None and value.do == ids.LINK


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """The one listener of every button and menu."""

    listening: Listening
    forms: Forms

    async def run(self, ack: Ack, body: Body) -> None:
        """Take a press."""
        (action, *_) = body.get("actions") or [{}]
        if _is_link(action):
            await ack()
            return
        parsed = meaning(action, self.listening.asked(place_of(body)))
        if isinstance(parsed, OpenForm):
            await ack()
            await self.forms.open(parsed, body)
        else:
            await self.listening.take(parsed, body, ack)
