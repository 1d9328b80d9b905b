"""Modals as pure functions: forms to declare, update and resolve, and a look at the evidence."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bot.domain.draft import Seen
from bot.domain.ids import ServiceName
from bot.domain.incident import TITLE_MAX_CHARS, Status
from bot.domain.message import TriageCard
from bot.domain.press import action_name
from bot.domain.replies import ProviderReport
from bot.domain.severity import Severity
from bot.ports import Words
from bot.slack import blocks, ids
from bot.slack.answers import Origin, Place
from bot.slack.blocks import Block

# Names of the fields; Slack shows an error below the field of that name.
TITLE: Final = "title"
SEVERITY: Final = "severity"
SERVICE: Final = "service"
STATUS: Final = "status"
IMPACT: Final = "impact"
CAUSE: Final = "cause"
ACTION: Final = "action"
NEXT: Final = "next"
UPDATE_FIELDS: Final = (SEVERITY, STATUS, IMPACT, CAUSE, ACTION, NEXT)

# Three such fields fit one section block beside the words of the communication template.
FIELD_MAX_CHARS: Final = 500
PLANNED: Final = "planned"
_COPIED_MAX: Final = blocks.SECTION_TEXT_MAX_CHARS - len("``````")
NEXT_MINUTES: Final = ("15", "30", "60", "240")


def declare_form(
    words: Words, place: Place, services: Sequence[ServiceName], title: str = ""
) -> Block:
    """Make the form that opens an incident by hand."""
    fields = [
        blocks.text_input(
            TITLE,
            words.label("declare.field.title"),
            initial=title,
            hint=words.label("declare.hint.title"),
            placeholder=words.label("declare.placeholder.title"),
            limit=TITLE_MAX_CHARS,
            focus=True,
        ),
        _severity(words, words.label("declare.field.severity"), Severity.P2),
    ]
    if len(services) > 1:
        names = {str(name): str(name) for name in services}
        label = words.label("declare.field.service")
        fields.append(blocks.select_input(SERVICE, label, names, initial=services[0]))
    return _form(words, "declare", ids.DECLARE_FORM, fields, Origin(place.channel, place.thread))


def fingerprint(value: str) -> str:
    """Shorten a field's value so that several fit what a form carries."""
    return hashlib.sha256(value.encode()).hexdigest()[:8]


def update_form(
    words: Words, place: Place, seen: Seen, *, typed: Mapping[str, str] | None = None
) -> Block:
    """Make the form of a status update, prefilled so that it can be sent without typing.

    Args:
        words: For everything said.
        place: Where it was opened.
        seen: The incident and its newest facts.
        typed: What a person changed in an earlier form that the incident has outrun; None for a
            first form.
    """
    incident, draft = seen.incident, words.draft(seen)
    prefilled = {
        SEVERITY: str(incident.severity),
        STATUS: str(incident.status),
        IMPACT: draft.impact,
        CAUSE: draft.cause,
        ACTION: draft.action,
        NEXT: PLANNED,
    }
    fields = _update_fields(words, prefilled | dict(typed or {}))
    about = f"{seen.state_text}\n{incident.title}"
    if typed is not None:
        about = words.label("update.outrun").format(now=seen.state_text)
        for one in fields:  # under its old id an element would keep what stood there
            one["element"]["action_id"] += f"-{fingerprint(seen.state)}"
    marks = {name: fingerprint(" ".join(value.split())) for name, value in prefilled.items()}
    origin = Origin(place.channel, place.thread, incident.id, seen.state, marks)
    shown = [blocks.plain_section(about), *fields]
    title = words.label("update.title").format(incident=incident.name)
    return _form(words, "update", ids.UPDATE_FORM, shown, origin, title=title)


def _update_fields(words: Words, shown: Mapping[str, str]) -> list[Block]:
    moving = [Status.INVESTIGATING, Status.MITIGATED]
    statuses = {str(status): words.label(f"status.{status}") for status in moving}
    choices = {PLANNED: words.label("update.next.planned")}
    choices |= {value: words.label(f"update.next.{value}") for value in NEXT_MINUTES}
    return [
        _severity(words, words.label("update.field.severity"), shown[SEVERITY]),
        blocks.select_input(
            STATUS, words.label("update.field.status"), statuses, initial=shown[STATUS]
        ),
        _text(words, IMPACT, shown[IMPACT], hint=words.label("update.hint.impact")),
        _text(words, CAUSE, shown[CAUSE]),
        _text(words, ACTION, shown[ACTION]),
        blocks.select_input(NEXT, words.label("update.field.next"), choices, initial=shown[NEXT]),
    ]


def resolve_form(words: Words, place: Place, seen: Seen) -> Block:
    """Make the form that closes an incident; the root cause may stay empty.

    It says what resolving does not end.
    """
    field = blocks.text_input(
        CAUSE,
        words.label("resolve.field.cause"),
        hint=words.label("resolve.hint.cause"),
        limit=FIELD_MAX_CHARS,
        optional=True,
        focus=True,
    )
    origin = Origin(place.channel, place.thread, seen.incident.id)
    notes = [blocks.plain_section(text) for text in _left_over(words, seen)]
    return _form(words, "resolve", ids.RESOLVE_FORM, [*notes, field], origin)


def _left_over(words: Words, seen: Seen) -> Iterator[str]:
    run = seen.mitigation
    if run is not None and run.is_running:
        yield words.label("resolve.running").format(mitigation=action_name(run))
    if seen.standing:
        names = ", ".join(action_name(one) for one in seen.standing)
        yield words.label("resolve.standing").format(mitigations=names)


def evidence_view(words: Words, card: TriageCard) -> Block:
    """Show each measurement in full, below its name; plain text, since it is what others said."""
    made = [
        block
        for one in words.evidence(card)
        for block in (
            blocks.section(f"*{one.name}* · {one.state}"),
            blocks.plain_section("\n".join(one.lines)),
        )
    ]
    made = made or [blocks.plain_section(words.label("evidence.none"))]
    if (line := words.wording(card).context) != "":
        made = [*made[: blocks.MODAL_BLOCKS_MAX - 1], blocks.context(line)]
    return blocks.modal(
        title=words.label("evidence.title"), blocks=made, close=words.label("form.close")
    )


def report_view(words: Words, card: TriageCard) -> Block:
    """Show what Ideogram's support needs, as text to be copied."""
    sent = tuple(one for one in card.results if one.answered is not None)
    report = ProviderReport(card.triage_id, card.started_at, card.seen_from, sent)
    wording = words.wording(report)
    made = [blocks.section(wording.lead)]
    made += [blocks.section(f"```{text}```") for text in blocks.packed(wording.rows, _COPIED_MAX)]
    return blocks.modal(
        title=words.label("report.title"), blocks=made, close=words.label("form.close")
    )


def _severity(words: Words, label: str, initial: str) -> Block:
    choices = {str(severity): words.label(f"severity.{severity}") for severity in Severity}
    return blocks.select_input(SEVERITY, label, choices, initial=initial)


def _text(words: Words, name: str, initial: str, *, hint: str = "") -> Block:
    label = words.label(f"update.field.{name}")
    return blocks.text_input(
        name, label, initial=initial, hint=hint, limit=FIELD_MAX_CHARS, multiline=True
    )


def _form(
    words: Words,
    name: str,
    callback_id: str,
    fields: Sequence[Block],
    origin: Origin,
    *,
    title: str = "",
) -> Block:
    return blocks.modal(
        title=title or words.label(f"{name}.title"),
        blocks=fields,
        close=words.label("form.cancel"),
        submit=words.label(f"{name}.submit"),
        callback_id=callback_id,
        metadata=origin.encode(),
    )
