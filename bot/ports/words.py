"""The words people read, from templates."""

from dataclasses import dataclass
from typing import Protocol

from bot.domain.draft import Seen, UpdateDraft
from bot.domain.message import Message, TriageCard
from bot.domain.mitigation import Preview


@dataclass(frozen=True, slots=True)
class Wording:
    """A message in words. Slots are empty where a message does not use them.

    Attributes:
        text: For notifications and the lock screen; Slack markup, values escaped.
        header: Plain text, at most 150 characters.
        lead: One sentence or paragraph; Slack markup, values escaped.
        rows: Short paragraphs in fixed order; Slack markup, values escaped.
        context: One line; Slack markup, values escaped.
    """

    text: str
    header: str
    lead: str
    rows: tuple[str, ...]
    context: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """A confirm dialog, plain text: title at most 100, text 300, buttons 30 characters."""

    title: str
    text: str
    confirm: str
    deny: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the evidence, plain text.

    Attributes:
        name: Of the probe; `balance` for what our own record says is left.
        state: How it ended, and whether the verdict rests on it.
        lines: What it found, the most telling first.
    """

    name: str
    state: str
    lines: tuple[str, ...]


class Words(Protocol):
    """Fills the templates; total for every valid message."""

    def wording(self, message: Message) -> Wording:
        """Word a message for Slack."""
        ...

    def evidence(self, card: TriageCard) -> tuple[Entry, ...]:
        """Word all that a triage found: its results in their order, then the balance."""
        ...

    def document(self, message: Message) -> str:
        """Word a message as a Markdown document. Only a `Postmortem` has one."""
        ...

    def confirm(self, preview: Preview) -> Confirm:
        """Word the dialog before a mitigation: exactly what will change."""
        ...

    def draft(self, seen: Seen) -> UpdateDraft:
        """Word what a status update is prefilled with, plain text."""
        ...

    def label(self, name: str) -> str:
        """Look up a short text by name: a button, a field, a title (`button.declare`)."""
        ...
