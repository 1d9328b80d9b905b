"""Messages as blocks: what is drawn, which buttons it carries, and where they stand.

Layout: header, one sentence with what to do, evidence, at most 3 buttons and a menu of at most 5,
one context line. Buttons keep their places while the text around them changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.domain.diagnosis import Cause, Mode
from bot.domain.ids import IncidentId, ServiceName
from bot.domain.message import (
    Answer,
    AnswerKind,
    IncidentCard,
    Message,
    MitigationOffers,
    MitigationOutcome,
    TriageCard,
    TriageState,
)
from bot.domain.mitigation import Preview, State
from bot.ports import Wording, Words
from bot.slack import blocks, ids
from bot.slack.blocks import Block

BUTTONS_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class Button:
    """Something a person can press: a mitigation, or an action by its name.

    Attributes:
        preview: Of the mitigation that a press would start; None for other actions.
    """

    value: ids.Value
    label: str
    preview: Preview | None = None
    is_primary: bool = False

    def drawn(self, words: Words) -> Block:
        """Draw it as a button."""
        style = "primary" if self.is_primary else None
        value, label = self.value.encode(), words.label(self.label)
        if self.preview is None:
            return blocks.button(label, self.value.do, value, style=style)
        action_id = ids.press_id(self.preview.kind, is_undo=self.preview.undoes is not None)
        ask = words.confirm(self.preview)
        return blocks.button(label, action_id, value, style=style, ask=ask)

    def listed(self, words: Words) -> Block:
        """Draw it as a choice of the menu, which has no dialog of its own.

        A mitigation chosen there is first offered with its button and dialog.
        """
        value = self.value
        if self.preview is not None:
            kind, incident = self.preview.kind, self.preview.incident_id
            value = ids.Value(ids.OFFER, incident=incident, kind=kind)
        return blocks.option(words.label(self.label), value.encode())


@dataclass(frozen=True, slots=True)
class Controls:
    """The buttons of one message.

    Attributes:
        shown: At most three keep a place of their own.
        more: Behind the menu.
        service: Of all of them; None where that does not matter.
    """

    shown: Sequence[Button] = ()
    more: Sequence[Button] = ()
    service: ServiceName | None = None

    def drawn(self, words: Words, revision: int) -> list[Block]:
        """Draw them as one block, or none."""
        listed = [*self.shown[BUTTONS_MAX:], *self.more]
        elements = [one.drawn(words) for one in self.shown[:BUTTONS_MAX]]
        if listed:
            options = [one.listed(words) for one in listed]
            elements.append(blocks.overflow(ids.MORE, options))
        return [blocks.actions(ids.block_id(revision, self.service), elements)] if elements else []


@dataclass(frozen=True, slots=True)
class Drawn:
    """A message ready to be sent."""

    text: str
    blocks: list[Block] = field(default_factory=list)


def draw(
    message: Message, wording: Wording, words: Words, *, revision: int = 1, late: str = ""
) -> Drawn:
    """Draw a message.

    Args:
        message: What is said.
        wording: The same in words.
        words: For the buttons.
        revision: Of the message's state; a press of an older one can be told.
        late: Says how late it is, in Slack markup; such a message keeps only *Run Again*.
    """
    made = [blocks.header(wording.header)] if wording.header else []
    made += blocks.sections([row for row in (wording.lead,) if row])
    made += blocks.sections(wording.rows)
    made = made[: blocks.MESSAGE_BLOCKS_MAX - 2]
    made += (_late_controls(message) if late else controls(message)).drawn(words, revision)
    line = " · ".join(part for part in (late, wording.context) if part)
    made += [blocks.context(line)] if line else []
    text = blocks.truncated_mrkdwn(wording.text, blocks.MESSAGE_TEXT_MAX_CHARS)
    return Drawn(text, made or [blocks.section(text)])


def controls(message: Message) -> Controls:
    """Decide which buttons a message carries."""
    made = Controls()
    match message:
        case TriageCard():
            made = _of_triage(message)
        case IncidentCard():
            made = _of_incident(message)
        case MitigationOutcome(undo=Preview() as undo):
            failed = message.run.state in {State.NO_EFFECT, State.WORSE, State.STUCK}
            made = Controls([_press(undo, is_primary=failed)], service=message.run.service)
        case MitigationOffers():
            presses = [_press(one, is_primary=not at) for at, one in enumerate(message.offers)]
            made = Controls(presses, service=message.service)
        case Answer(answer=AnswerKind.HELP):
            made = Controls([_action(ids.AGAIN, label="button.triage")])
        case _:
            pass  # the others only say something
    return made


def _late_controls(message: Message) -> Controls:
    if not isinstance(message, TriageCard) or message.incident_id is not None:
        return Controls()
    return Controls([_action(ids.AGAIN)], service=message.service)


def _press(preview: Preview, *, is_primary: bool = False) -> Button:
    name = f"button.{'undo.' if preview.undoes else ''}{preview.kind}"
    value = ids.Value(ids.PRESS, preview=preview.id)
    return Button(value, name, preview=preview, is_primary=is_primary)


def _action(
    do: str,
    *,
    card: TriageCard | None = None,
    incident_id: IncidentId | None = None,
    label: str = "",
    is_primary: bool = False,
) -> Button:
    triage = None if card is None else card.triage_id
    value = ids.Value(do, triage=triage, incident=incident_id)
    return Button(value, label or f"button.{do}", is_primary=is_primary)


def _of_triage(card: TriageCard) -> Controls:
    if card.incident_id is not None or card.state in {TriageState.RUNNING, TriageState.SO_FAR}:
        return Controls()
    if card.state is TriageState.INTERRUPTED or card.diagnosis is None:
        return Controls([_action(ids.AGAIN)], service=card.service)
    again = _action(ids.AGAIN)
    evidence = [_action(ids.EVIDENCE, card=card)] if card.triage_id is not None else []
    first = [_press(one, is_primary=True) for one in card.offers[:1]]
    others = [_press(one) for one in card.offers[1:]]
    match card.diagnosis.cause:
        case Cause.HEALTHY if card.mode is Mode.QUICK:
            shown = [*first, _action(ids.FULL), *evidence]
            more = [*others, again]
        case Cause.HEALTHY if first:
            shown, more = [*first, again, *evidence], others
        case Cause.HEALTHY:
            bad = [_action(ids.LOOKS_BAD, card=card)] if evidence else []
            shown, more = [*bad, again, *evidence], others
        case Cause.UNDETERMINED | Cause.OWN_NETWORK if evidence and not first:
            users = [_action(do, card=card) for do in (ids.USERS_FAILING, ids.USERS_FINE)]
            shown = [*users, again]
            more = [_action(ids.DECLARE, card=card), *evidence]
        case Cause.UNDETERMINED:
            shown = [*first, _action(ids.DECLARE, card=card), again]
            more = [*evidence, *others]
        case _:
            shown = [*first, _action(ids.DECLARE, card=card), *evidence]
            more = [*others, again]
    return Controls(shown, more, service=card.service)


def _of_incident(card: IncidentCard) -> Controls:
    incident = card.incident
    one = incident.id
    timeline = _action(ids.TIMELINE, incident_id=one)
    postmortem = _action(ids.POSTMORTEM, incident_id=one)
    if not incident.is_open:
        return Controls([postmortem, timeline], service=incident.service)
    update = _action(ids.UPDATE, incident_id=one, is_primary=card.primary == "update")
    resolve = _action(ids.RESOLVE, incident_id=one, is_primary=card.primary == "resolve")
    presses = [_press(offer, is_primary=offer.kind == card.primary) for offer in card.offers]
    presses = _one_primary(presses)
    leading = [press for press in presses if press.is_primary]
    others = [press for press in presses if not press.is_primary]
    taken = [_action(ids.ACKNOWLEDGE, incident_id=one)]
    if incident.acknowledged_at is None:
        shown = [*leading, *taken, update]
        more = [resolve, *others, timeline]
    else:
        pair = [resolve, update] if resolve.is_primary else [update, resolve]
        shown = [*leading, *pair, *others[: 0 if leading else 1]]
        more = [*others[0 if leading else 1 :], *taken, timeline]
    evidence = ids.Value(ids.EVIDENCE, triage=incident.triage_id)
    seen = [Button(evidence, "button.evidence")] if incident.triage_id is not None else []
    return Controls(shown, [*more, *seen], service=incident.service)


def _one_primary(presses: list[Button]) -> list[Button]:
    # An undo and what ends everything may be of the same kind; only one of them leads.
    leading = [at for at, press in enumerate(presses) if press.is_primary]
    ending = [at for at in leading if presses[at].preview and not _is_undo(presses[at])]
    chosen = (ending or leading)[:1]
    return [
        Button(press.value, press.label, press.preview, is_primary=at in chosen)
        for at, press in enumerate(presses)
    ]


def _is_undo(press: Button) -> bool:
    return press.preview is not None and press.preview.undoes is not None
