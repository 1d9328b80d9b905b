"""The words people read: fills the templates.

One template per kind of message, one Jinja block per slot. What is put into a slot is a value,
never markup: the slots of Slack's markup escape it, the plain ones leave it, documents neutralise
Markdown. Markup stands in the templates alone.
"""

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, cast, get_args

import jinja2
from jinja2 import meta, nodes

from bot.domain.draft import Seen, UpdateDraft
from bot.domain.errors import Problem
from bot.domain.incident import shortened
from bot.domain.message import Message, Postmortem, TriageCard
from bot.domain.mitigation import Preview
from bot.domain.onset import onset_in
from bot.domain.probe import ProbeResult
from bot.ports import Confirm, Entry, Wording, Words
from bot.rendering.escaping import (
    markdown,
    mrkdwn,
    plain,
    quotes_back,
    unescaped,
)
from bot.rendering.surface import MACROS, Compiled, Surface, environment_of

# Of a confirm dialog: docs.slack.dev, confirmation dialog object, read 2026-11-20.
CONFIRM_TITLE_MAX_CHARS: Final = 100
CONFIRM_TEXT_MAX_CHARS: Final = 300
# docs.slack.dev, header block, read 2026-11-20.
HEADER_MAX_CHARS: Final = 150

_FIRST: Final = ("messages/triage-card.j2", "labels.j2", "confirm.j2", "messages/incident-card.j2")
_GIVEN: Final = frozenset({*MACROS, "message", "preview", "seen", "due", "card", "result", "began"})
_DRAFT_SLOTS: Final = ("title", "impact", "cause", "action")

# Action items are due this long after the draft unless a person writes another date. Our choice.
ACTION_ITEM_DUE_AFTER: Final = timedelta(days=14)


def _shipped() -> Path:
    """Find our templates: in the wheel beside the code, in the repository beside the package."""
    package = Path(str(files("bot")))
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _fitting(text: str, limit: int) -> str:
    """Keep whole lines from the start; the first that does not fit is cut and ends the text."""
    kept = ""
    for line in _lines(text):
        room = limit - len(kept) - len("\n")
        if len(line) > room:
            return f"{kept}\n{shortened(line, room)}" if room > 1 else kept[: limit - 1] + "…"
        kept = f"{kept}\n{line}" if kept else line
    return kept


def _problem(template: str, line: int, what: str) -> Problem:
    fix = "Correct it, or remove it from templates_folder to use ours."
    return Problem(f"Template {template}, line {line}: {what}.", fix)


def _undefined(environment: jinja2.Environment, template: str) -> Iterator[Problem]:
    """Find names, macros and fields of the message that are not there when it is filled."""
    loader = cast("jinja2.BaseLoader", environment.loader)
    tree = environment.parse(loader.get_source(environment, template)[0])
    used = list(tree.find_all(nodes.Name))
    own = {one.name for one in used if one.ctx != "load"}
    own |= {one.name for one in tree.find_all(nodes.Macro)}
    unknown = meta.find_undeclared_variables(tree) - own - _GIVEN - environment.globals.keys()
    lines = {one.name: one.lineno for one in reversed(used)}
    for name in sorted(unknown):
        yield _problem(template, lines[name], f"nothing is called {name}")
    fields = _fields(environment, template)
    for one in tree.find_all(nodes.Getattr):
        name = one.node.name if isinstance(one.node, nodes.Name) else ""
        if name not in own and name in fields and one.attr not in fields[name]:
            yield _problem(template, one.lineno, f"{name} has no {one.attr}")


def _fields(environment: jinja2.Environment, template: str) -> dict[str, set[str]]:
    """List what may stand behind the dot of each name that a template is given."""
    fields = {}
    if not template.startswith("_"):
        for name, file in MACROS.items():
            fields[name] = set(vars(environment.get_template(file).module))
    for kind in get_args(Message):
        names = {one.name: one.default for one in dataclasses.fields(kind)}
        if template == f"messages/{names['kind']}.j2":
            fields["message"] = {*dir(kind), *names}
    return fields


class Templates(Words):
    """Our templates, with a folder of own ones over them, file by file."""

    def __init__(self, own: Path | None = None) -> None:
        """Prepare the templates; nothing is read yet.

        Args:
            own: Folder whose files replace ours of the same name; None for ours alone.
        """
        folders = [folder for folder in (own, _shipped()) if folder is not None]
        self._has_own = own is not None
        compiled = Compiled()
        self._mrkdwn = Surface(environment_of(folders, compiled, mrkdwn), quotes_back)
        self._plain = Surface(environment_of(folders, compiled, plain), unescaped)
        self._markdown = Surface(environment_of(folders, compiled, markdown), quotes_back)

    def problems(self) -> tuple[Problem, ...]:
        """List the templates that cannot be read, or name what nobody gives them, for the start.

        Ours alone are known to fit: the tests read them. Reading all takes half a second.
        """
        if not self._has_own:
            return ()
        found: list[Problem] = []
        environment = self._plain.environment
        names = environment.list_templates(extensions=["j2"])
        for name in names:
            try:
                environment.get_template(name)
            except jinja2.TemplateSyntaxError as error:
                found.append(_problem(name, error.lineno, str(error.message)))
        if not found:
            for name in names:
                found += _undefined(environment, name)
        return tuple(found)

    def compile(self) -> None:
        """Read every template, so that it is compiled and kept."""
        environment = self._plain.environment
        for name in environment.list_templates(extensions=["j2"]):
            environment.get_template(name)

    def prepare(self) -> Iterator[str]:
        """Read what the first minute of an incident needs, one template at a time."""
        for name in (*MACROS.values(), *_FIRST):
            for surface in (self._mrkdwn, self._plain):
                surface.environment.get_template(name)
            yield name

    def wording(self, message: Message) -> Wording:
        """Word a message for Slack."""
        template = f"messages/{message.kind}.j2"
        names = ("text", "lead", "rows", "context")
        slots = self._mrkdwn.slots(template, names, message=message)
        header = self._plain.slots(template, ("header",), message=message)["header"]
        return Wording(
            text=" ".join(slots["text"].split()),
            header=shortened(header, HEADER_MAX_CHARS),
            lead="\n".join(" ".join(line.split()) for line in _lines(slots["lead"])),
            rows=_lines(slots["rows"]),
            context=" ".join(slots["context"].split()),
        )

    def evidence(self, card: TriageCard) -> tuple[Entry, ...]:
        """Word all that a triage found: its results in their order, then the balance."""
        balance = [] if card.beside.estimate is None else [None]
        return tuple(self._entry(card, result) for result in (*card.results, *balance))

    def _entry(self, card: TriageCard, result: ProbeResult | None) -> Entry:
        began = None if result is None else onset_in([result])
        values = {"card": card, "result": result, "began": began}
        slots = self._plain.slots("evidence.j2", ("name", "state", "text"), **values)
        return Entry(slots["name"], slots["state"], _lines(slots["text"]))

    def document(self, message: Message) -> str:
        """Word a postmortem as a Markdown document.

        Raises:
            TypeError: The message is of another kind: a mistake of ours.
        """
        if not isinstance(message, Postmortem):
            raise TypeError(f"A {message.kind} has no document.")
        due = message.drafted_at + ACTION_ITEM_DUE_AFTER
        return self._markdown.whole("postmortem.md.j2", message=message, due=due)

    def confirm(self, preview: Preview) -> Confirm:
        """Word the dialog before a mitigation."""
        names = ("title", "text", "confirm", "deny")
        slots = self._plain.slots("confirm.j2", names, preview=preview)
        return Confirm(
            title=shortened(slots["title"], CONFIRM_TITLE_MAX_CHARS),
            text=_fitting(slots["text"], CONFIRM_TEXT_MAX_CHARS),
            confirm=slots["confirm"],
            deny=slots["deny"],
        )

    def draft(self, seen: Seen) -> UpdateDraft:
        """Word what a status update is prefilled with."""
        slots = self._plain.slots("draft.j2", _DRAFT_SLOTS, seen=seen)
        return UpdateDraft(**{name: " ".join(text.split()) for name, text in slots.items()})

    def label(self, name: str) -> str:
        """Look up a short text by name.

        Raises:
            KeyError: There is none of that name: a mistake of ours.
        """
        module = cast("Any", self._plain.environment.get_template("labels.j2").module)
        return str(module.labels[name])
