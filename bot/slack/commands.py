"""`/ideogram`: its words become a request, or a form that opens at once."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.domain.diagnosis import Mode
from bot.domain.errors import BadCommandError, UnknownIncidentError
from bot.domain.ids import IncidentId, parse_incident
from bot.domain.ledger import parse_amount
from bot.domain.mitigation import MitigationKind
from bot.domain.request import (
    Acknowledge,
    AllowQuotes,
    Asked,
    AskQuality,
    OfferMitigations,
    Request,
    RunTriage,
    SetBalance,
    ShowBalance,
    ShowHelp,
    ShowStatus,
    ShowTimeline,
    TriageAll,
    WritePostmortem,
)
from bot.domain.service import Service, find_service
from bot.slack import ids
from bot.slack.answers import place_of
from bot.slack.forms import Forms, OpenForm
from bot.slack.listening import Ack, Body, Listening

COMMAND: Final = "/ideogram"
_WORDS_SHOWN: Final = 60  # characters of what somebody typed that are repeated


@dataclass(frozen=True, slots=True)
class _Typed:
    """The words after a subcommand."""

    asked: Asked
    words: tuple[str, ...]
    services: Sequence[Service]

    @property
    def rest(self) -> str:
        """Join the words again."""
        return " ".join(self.words)

    def incident(self) -> IncidentId | None:
        """Read the one optional incident."""
        if len(self.words) > 1:
            raise BadCommandError(f"One incident at a time, please: “{self._shown}” are several.")
        return parse_incident(self.words[0]) if self.words else None

    @property
    def _shown(self) -> str:
        return self.rest[:_WORDS_SHOWN]


def parse(text: str, asked: Asked, services: Sequence[Service]) -> Request | OpenForm:
    """Read what somebody typed after the command.

    Raises:
        UserError: It makes no sense; the text names the nearest that does.
    """
    first, *rest = text.split() or ["help"]
    read = SUBCOMMANDS.get(first.lower())
    if read is None:
        raise BadCommandError(_nearest(first))
    return read(_Typed(asked, tuple(rest), services))


def _nearest(word: str) -> str:
    near = difflib.get_close_matches(word.lower(), SUBCOMMANDS, n=1, cutoff=0.5)
    if near:
        return f"“{word[:_WORDS_SHOWN]}”? Did you mean {COMMAND} {near[0]}?"
    return f"“{word[:_WORDS_SHOWN]}” is no command. {COMMAND} help lists them all."


def _triage(typed: _Typed) -> RunTriage | TriageAll:
    modes = [word.lower() for word in typed.words if word.lower() in set(Mode)]
    names = [word for word in typed.words if word.lower() not in set(Mode)]
    if len(modes) > 1 or len(names) > 1:
        raise BadCommandError(f"Write {COMMAND} triage [service|all] [quick|full].")
    mode = Mode(modes[0]) if modes else None
    if names and names[0].lower() == "all":
        return TriageAll(typed.asked, mode)
    service = find_service(typed.services, names[0] if names else None)
    return RunTriage(typed.asked, service.name, mode)


def _quality(typed: _Typed) -> AskQuality:
    if len(typed.words) > 1:
        raise BadCommandError(f"Write {COMMAND} quality [service].")
    service = find_service(typed.services, typed.words[0] if typed.words else None)
    return AskQuality(typed.asked, service.name)


def _mitigate(typed: _Typed) -> OfferMitigations:
    service, kind, incident = None, None, None
    for word in typed.words:
        if word.lower() in set(MitigationKind):
            kind = MitigationKind(word.lower())
        elif (found := _incident_or_none(word)) is not None:
            incident = found
        else:
            service = find_service(typed.services, word).name
    return OfferMitigations(typed.asked, service, kind, incident)


def _balance(typed: _Typed) -> ShowBalance | SetBalance | AllowQuotes:
    match [word.lower() for word in typed.words]:
        case []:
            return ShowBalance(typed.asked)
        case ["set", amount]:
            return SetBalance(typed.asked, parse_amount(amount))
        case ["quote", "on"]:
            return AllowQuotes(typed.asked)
        case ["set"]:
            raise BadCommandError(f"Add the balance in dollars: {COMMAND} balance set 42.10")
        case _:
            raise BadCommandError(
                f"Write {COMMAND} balance, {COMMAND} balance set 42.10, or {COMMAND} balance quote"
                " on."
            )


def _incident_or_none(word: str) -> IncidentId | None:
    try:
        return parse_incident(word)
    except UnknownIncidentError:
        return None


SUBCOMMANDS: Final[Mapping[str, Callable[[_Typed], Request | OpenForm]]] = {
    "help": lambda typed: ShowHelp(typed.asked),
    "triage": _triage,
    "quality": _quality,
    "balance": _balance,
    "declare": lambda typed: OpenForm(ids.DECLARE_FORM, title=typed.rest),
    "acknowledge": lambda typed: Acknowledge(typed.asked, typed.incident()),
    "update": lambda typed: OpenForm(ids.UPDATE_FORM, typed.incident()),
    "status": lambda typed: ShowStatus(typed.asked),
    "mitigate": _mitigate,
    "timeline": lambda typed: ShowTimeline(typed.asked, typed.incident()),
    "resolve": lambda typed: OpenForm(ids.RESOLVE_FORM, typed.incident()),
    "postmortem": lambda typed: WritePostmortem(typed.asked, typed.incident()),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """The listener of the one slash command."""

    listening: Listening
    forms: Forms
    services: Sequence[Service]

    async def run(self, ack: Ack, body: Body) -> None:
        """Take a command."""
        asked = self.listening.asked(place_of(body))
        parsed = parse(str(body.get("text") or ""), asked, self.services)
        if isinstance(parsed, OpenForm):
            await ack()
            await self.forms.open(parsed, body)
        else:
            await self.listening.take(parsed, body, ack)
