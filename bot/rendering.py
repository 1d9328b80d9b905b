"""The words people read: fills the templates, and is the only place that knows Jinja.

One template per kind of message, one Jinja block per slot. What is put into a slot is a value,
never markup: the slots of Slack's markup escape it, the plain ones leave it, documents neutralise
Markdown. Markup stands in the templates alone.
"""

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, cast

import jinja2
from markupsafe import Markup

from bot.domain.draft import Seen, UpdateDraft
from bot.domain.errors import Problem
from bot.domain.incident import shortened
from bot.domain.message import Message, Postmortem
from bot.domain.mitigation import Preview
from bot.domain.press import duration_text
from bot.ports import Confirm, Wording, Words

# Of a confirm dialog: docs.slack.dev, confirmation dialog object, read 2026-11-20.
CONFIRM_TITLE_MAX_CHARS: Final = 100
CONFIRM_TEXT_MAX_CHARS: Final = 300
# docs.slack.dev, header block, read 2026-11-20.
HEADER_MAX_CHARS: Final = 150

_DRAFT_SLOTS: Final = ("title", "impact", "cause", "action")

# Action items are due this long after the draft unless a person writes another date. Our choice.
ACTION_ITEM_DUE_AFTER: Final = timedelta(days=14)

# Control characters, and those that turn the direction of the text around them (a title must not
# rearrange the line it stands in). Right-to-left letters themselves stay.
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_SPACE: Final = re.compile(r"\s+")
_MARKDOWN: Final = re.compile(r"([\\`*\[\]<>|~])|(?<!\w)(_)|(_)(?!\w)|(&)(?=#?\w+;)")
# What would begin a list, a heading or a rule at the start of a line.
_MARKDOWN_START: Final = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+=#]+(?:\s|$)))")


def _shipped() -> Path:
    """Find our templates: in the wheel beside the code, in the repository beside the package."""
    package = Path(str(files("bot")))
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


def _folded(value: str) -> str:
    """Put a value on one line: no value can begin a row of its own."""
    return _SPACE.sub(" ", _UNSEEN.sub("", value))


def _plain(value: object) -> object:
    return _folded(value) if isinstance(value, str) else value


def _mrkdwn(value: object) -> object:
    # Markup is the output of a macro. Autoescape does the escaping of everything else.
    return value if isinstance(value, Markup) else _plain(value)


def _markdown(value: object) -> object:
    return value if isinstance(value, Markup) or not isinstance(value, str) else _neutral(value)


@functools.lru_cache  # a long timeline repeats its words, kinds and people
def _neutral(value: str) -> Markup:
    escaped = _MARKDOWN.sub(lambda found: "\\" + found[0], _folded(value))
    # Macros join the output as Markup; this value must not be escaped as HTML once more.
    return Markup(_MARKDOWN_START.sub(r"\1\\", escaped))  # noqa: S704  it was neutralised


def _web_address(value: str | None) -> str:
    """Let only an http address through that cannot end a Markdown link early."""
    return value if value and re.fullmatch(r"https?://[^\s()<>\[\]\\\"`]+", value) else ""


def _quotes_back(text: str) -> str:
    # Autoescape also escapes quotes. Slack wants only & < > escaped, Markdown none; a value that
    # held `&#39;` itself reads `&amp;#39;` here, so this takes back exactly what was added.
    return text.replace("&#39;", "'").replace("&#34;", '"')


def _environment(
    folders: list[Path], finalize: Callable[[object], object], *, escapes: bool
) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        undefined=jinja2.StrictUndefined,
        autoescape=escapes,  # noqa: S701  the plain slots go where nothing reads markup
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["shortened"] = shortened
    environment.filters["web_address"] = _web_address
    environment.filters["spoken"] = duration_text  # of what people wait for: whole seconds
    return environment


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


@dataclass(frozen=True, slots=True)
class _Surface:
    """The templates as one kind of output sees them."""

    environment: jinja2.Environment

    def slots(self, template: str, names: tuple[str, ...], **values: object) -> dict[str, str]:
        """Fill the named blocks of a template; one that is not there is empty."""
        found = self.environment.get_template(template)
        context = found.new_context({**values, **self._macros()})
        # Running it from the top puts its own macros into the context; blocks alone lack them.
        "".join(found.root_render_func(context))
        return {name: self._block(found, context, name) for name in names}

    def whole(self, template: str, **values: object) -> str:
        """Fill a template from its beginning to its end."""
        return _quotes_back(
            self.environment.get_template(template).render({**values, **self._macros()})
        )

    def _block(self, template: jinja2.Template, context: jinja2.runtime.Context, name: str) -> str:
        block = template.blocks.get(name)
        return "" if block is None else _quotes_back("".join(block(context))).strip()

    def _macros(self) -> Mapping[str, Any]:
        return {
            "m": self.environment.get_template("_macros.j2").module,
            "causes": self.environment.get_template("_causes.j2").module,
            "events": self.environment.get_template("_events.j2").module,
            "past": self.environment.get_template("_past.j2").module,
        }


class Templates(Words):
    """Our templates, with a folder of own ones over them, file by file."""

    def __init__(self, own: Path | None = None) -> None:
        """Prepare the templates; nothing is read yet.

        Args:
            own: Folder whose files replace ours of the same name; None for ours alone.
        """
        folders = [folder for folder in (own, _shipped()) if folder is not None]
        self._mrkdwn = _Surface(_environment(folders, _mrkdwn, escapes=True))
        self._plain = _Surface(_environment(folders, _plain, escapes=False))
        self._markdown = _Surface(_environment(folders, _markdown, escapes=True))

    def problems(self) -> tuple[Problem, ...]:
        """List the templates that cannot be read, for the start."""
        found = []
        for name in self._plain.environment.list_templates(extensions=["j2"]):
            try:
                self._plain.environment.get_template(name)
            except jinja2.TemplateSyntaxError as error:
                found.append(
                    Problem(
                        f"Template {name}, line {error.lineno}: {error.message}.",
                        "Correct it, or remove it from templates_folder to use ours.",
                    )
                )
        return tuple(found)

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
