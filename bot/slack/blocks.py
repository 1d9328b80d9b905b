"""Block Kit as plain dicts, from pure functions that keep Slack's limits.

Nothing is escaped here: words arrive ready. Limits: docs.slack.dev, block kit reference, and npm
@slack/types 3.2.0, read 2026-11-20.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.ports import Confirm

Block = dict[str, Any]

MESSAGE_BLOCKS_MAX: Final = 50
MODAL_BLOCKS_MAX: Final = 100
MESSAGE_TEXT_MAX_CHARS: Final = 4000  # chat.update refuses more
SECTION_TEXT_MAX_CHARS: Final = 3000
HEADER_TEXT_MAX_CHARS: Final = 150
CONTEXT_TEXT_MAX_CHARS: Final = 2000  # of one element, as text objects elsewhere
BUTTON_TEXT_MAX_CHARS: Final = 75
OPTION_TEXT_MAX_CHARS: Final = 75
OVERFLOW_OPTIONS_MAX: Final = 5
SELECT_OPTIONS_MAX: Final = 100
MODAL_TITLE_MAX_CHARS: Final = 24
INPUT_LABEL_MAX_CHARS: Final = 2000
PLACEHOLDER_MAX_CHARS: Final = 150
INPUT_VALUE_MAX_CHARS: Final = 3000

# The start of an entity or of a <link that a cut has left open.
_TORN: Final = re.compile(r"(&[a-z#0-9]{0,5}|<[^<>]*)$")


def truncated(text: str, limit: int) -> str:
    """Cut plain text to `limit` characters, marking the cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def truncated_mrkdwn(text: str, limit: int) -> str:
    """Cut Slack markup to `limit` characters without tearing an entity or a link."""
    if len(text) <= limit:
        return text
    return _TORN.sub("", text[: limit - 1]).rstrip() + "…"


def plain(text: str, limit: int) -> Block:
    """Make a plain text object."""
    return {"type": "plain_text", "text": truncated(text, limit), "emoji": False}


def mrkdwn(text: str, limit: int) -> Block:
    """Make a text object of Slack markup."""
    return {"type": "mrkdwn", "text": truncated_mrkdwn(text, limit)}


def header(text: str) -> Block:
    """Make a headline."""
    return {"type": "header", "text": plain(text, HEADER_TEXT_MAX_CHARS)}


def section(text: str) -> Block:
    """Make a paragraph; `text` must not be empty."""
    return {"type": "section", "text": mrkdwn(text, SECTION_TEXT_MAX_CHARS)}


def plain_section(text: str) -> Block:
    """Make a paragraph in which nothing is markup; `text` must not be empty."""
    return {"type": "section", "text": plain(text, SECTION_TEXT_MAX_CHARS)}


def sections(rows: Sequence[str]) -> list[Block]:
    """Make as few paragraphs of rows as the limit allows, no row torn between two."""
    return [section(text) for text in packed(rows, SECTION_TEXT_MAX_CHARS)]


def packed(rows: Sequence[str], limit: int) -> list[str]:
    """Join rows to as few texts as the limit allows; a row that is longer stands alone."""
    texts: list[str] = []
    for row in rows:
        joined = f"{texts[-1]}\n{row}" if texts else row
        if texts and len(joined) <= limit:
            texts[-1] = joined
        else:
            texts.append(row)
    return texts


def context(text: str) -> Block:
    """Make one small line."""
    return {"type": "context", "elements": [mrkdwn(text, CONTEXT_TEXT_MAX_CHARS)]}


def confirm(words: Confirm) -> Block:
    """Make a confirm dialog; its words keep its limits themselves."""
    return {
        "title": plain(words.title, 100),
        "text": plain(words.text, 300),
        "confirm": plain(words.confirm, 30),
        "deny": plain(words.deny, 30),
    }


def button(
    label: str,
    action_id: str,
    value: str,
    *,
    style: str | None = None,
    ask: Confirm | None = None,
    url: str = "",
) -> Block:
    """Make a button; `ask` puts a confirm dialog before it, `url` opens a page."""
    made: Block = {
        "type": "button",
        "action_id": action_id,
        "text": plain(label, BUTTON_TEXT_MAX_CHARS),
        "value": value,
    }
    if style is not None:
        made["style"] = style
    if url:
        made["url"] = url
    if ask is not None:
        made["confirm"] = confirm(ask)
    return made


def option(label: str, value: str) -> Block:
    """Make one choice of a menu."""
    return {"text": plain(label, OPTION_TEXT_MAX_CHARS), "value": value}


def overflow(action_id: str, options: Sequence[Block]) -> Block:
    """Make the menu for what has no place as a button; at most 5 choices are kept."""
    return {
        "type": "overflow",
        "action_id": action_id,
        "options": list(options[:OVERFLOW_OPTIONS_MAX]),
    }


def actions(block_id: str, elements: Sequence[Block]) -> Block:
    """Make a row of buttons and menus; there must be at least one."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def text_input(
    block_id: str,
    label: str,
    *,
    initial: str = "",
    hint: str = "",
    placeholder: str = "",
    limit: int,
    optional: bool = False,
    multiline: bool = False,
    focus: bool = False,
) -> Block:
    """Make a field for text; the element's action_id is the block's id.

    Args:
        block_id: Also names the field in `state.values`.
        label: Above the field.
        initial: What it is prefilled with.
        hint: A rule, below the field.
        placeholder: An example, in the empty field.
        limit: Characters that Slack lets a person type, at most 3000.
        optional: Whether it may stay empty.
        multiline: Whether it has several lines.
        focus: Whether the cursor starts here; one field of a form only.
    """
    element: Block = {
        "type": "plain_text_input",
        "action_id": block_id,
        "max_length": min(limit, INPUT_VALUE_MAX_CHARS),
        "multiline": multiline,
        "focus_on_load": focus,
    }
    if initial:
        element["initial_value"] = truncated(initial, element["max_length"])
    if placeholder:
        element["placeholder"] = plain(placeholder, PLACEHOLDER_MAX_CHARS)
    return _input(block_id, label, element, hint=hint, optional=optional)


def select_input(
    block_id: str, label: str, choices: Mapping[str, str], *, initial: str | None = None
) -> Block:
    """Make a field with one choice.

    Args:
        block_id: Also names the field in `state.values`.
        label: Above the field.
        choices: Labels by value, in order; at most 100 are kept.
        initial: A value among the choices; anything else chooses nothing.
    """
    options = {
        value: option(text, value) for value, text in list(choices.items())[:SELECT_OPTIONS_MAX]
    }
    element: Block = {
        "type": "static_select",
        "action_id": block_id,
        "options": list(options.values()),
    }
    if initial in options:
        element["initial_option"] = options[initial]
    return _input(block_id, label, element)


def _input(
    block_id: str, label: str, element: Block, *, hint: str = "", optional: bool = False
) -> Block:
    made: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, INPUT_LABEL_MAX_CHARS),
        "element": element,
        "optional": optional,
    }
    if hint:
        made["hint"] = plain(hint, INPUT_LABEL_MAX_CHARS)
    return made


def modal(
    *, title: str, blocks: Sequence[Block], close: str, submit: str | None = None,
    callback_id: str = "", metadata: str = "",
) -> Block:  # fmt: skip
    """Make a modal; with `submit` it is a form."""
    made: Block = {
        "type": "modal",
        "title": plain(title, MODAL_TITLE_MAX_CHARS),
        "close": plain(close, MODAL_TITLE_MAX_CHARS),
        "blocks": list(blocks[:MODAL_BLOCKS_MAX]),
    }
    if submit is not None:
        made["submit"] = plain(submit, MODAL_TITLE_MAX_CHARS)
        made["callback_id"] = callback_id
        made["private_metadata"] = metadata
    return made
