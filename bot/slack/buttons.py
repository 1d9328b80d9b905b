"""Buttons as values: what each means, and how it is drawn; at most 3 and a menu of at most 5."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.domain.ids import IncidentId, ServiceName
from bot.domain.message import TriageCard
from bot.domain.mitigation import Preview
from bot.ports import Words
from bot.slack import blocks, ids
from bot.slack.blocks import Block

BUTTONS_MAX: Final = 3
LABEL_MAX_CHARS: Final = 20  # cards.md section 1


@dataclass(frozen=True, slots=True)
class Button:
    """Something a person can press: a mitigation, or an action by its name.

    Attributes:
        preview: Of the mitigation that a press would start; None for other actions.
        url: Of the page that a press opens; empty for all others.
        name: Stands in the label, where several buttons do the same for different things.
        number: Tells those apart within one block; 0 for all others.
    """

    value: ids.Value
    label: str
    preview: Preview | None = None
    is_primary: bool = False
    url: str = ""
    name: str = ""
    number: int = 0

    def drawn(self, words: Words) -> Block:
        """Draw it as a button."""
        style = "primary" if self.is_primary else None
        value, label = self.value.encode(), self._said(words, LABEL_MAX_CHARS)
        if self.preview is None:
            # Letters: an id may hold no digit (`ids.ANY_ACTION`).
            suffix = "-" + "x" * self.number if self.number else ""
            action_id = f"{self.value.do}{suffix}"
            return blocks.button(label, action_id, value, style=style, url=self.url)
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
        return blocks.option(self._said(words, blocks.OPTION_TEXT_MAX_CHARS), value.encode())

    def _said(self, words: Words, limit: int) -> str:
        label = words.label(self.label)
        if not self.name:
            return label
        return blocks.truncated(f"{label} {self.name}", limit)


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


def press(preview: Preview, *, is_primary: bool = False) -> Button:
    """Make the button of a mitigation."""
    name = f"button.{'undo.' if preview.undoes else ''}{preview.kind}"
    value = ids.Value(ids.PRESS, preview=preview.id)
    return Button(value, name, preview=preview, is_primary=is_primary)


def action(
    do: str,
    *,
    card: TriageCard | None = None,
    incident_id: IncidentId | None = None,
    label: str = "",
    is_primary: bool = False,
) -> Button:
    """Make the button of another action, with the ids it needs."""
    triage = None if card is None else card.triage_id
    value = ids.Value(do, triage=triage, incident=incident_id)
    return Button(value, label or f"button.{do}", is_primary=is_primary)
