"""What Slack refuses in messages, metadata and views as a whole, beyond single blocks.

One rule is stricter than Slack: blocks without a top-level `text` are refused with `no_text`.
Slack takes them, and then the lock screen and screen readers have nothing to say.
"""

import json

from bot.sandbox.slack.block_rules import check_block
from bot.sandbox.slack.element_rules import ACTION_ID_MAX
from bot.sandbox.slack.model import Json, SlackError
from bot.sandbox.slack.report import Report

MESSAGE_BLOCKS_MAX = 50
VIEW_BLOCKS_MAX = 100
ATTACHMENTS_MAX = 100
TEXT_MAX = 40_000  # longer is cut by chat.postMessage
UPDATE_TEXT_MAX = 4_000  # docs.slack.dev, chat.update, read 2026-11-20
TABLE_TEXT_MAX = 10_000
MARKDOWN_MAX = 12_000
METADATA_MAX_BYTES = 16_384
VIEW_MAX_BYTES = 250_000
VIEW_FIELDS = (
    "blocks callback_id private_metadata external_id clear_on_close notify_on_close "
    "title submit close submit_disabled"
)


def check_message(arguments: Json) -> None:
    """Refuse a message's text, blocks, attachments or metadata as Slack would.

    Raises:
        SlackError: no_text, invalid_blocks, invalid_blocks_format, invalid_attachments,
            too_many_attachments, invalid_metadata_format, metadata_too_large.
    """
    blocks = arguments.get("blocks") or []
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    problems = block_problems(blocks, "message", MESSAGE_BLOCKS_MAX)
    _check_attachments(arguments.get("attachments") or [], problems)
    if problems:
        raise SlackError("invalid_blocks", *problems)
    text = arguments.get("text")
    if not (text and text.strip()) and not arguments.get("markdown_text"):
        raise SlackError("no_text")
    if arguments.get("metadata"):
        check_metadata(arguments["metadata"])


def _check_attachments(attachments: object, problems: list[str]) -> None:
    if not isinstance(attachments, list) or not all(isinstance(row, dict) for row in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > ATTACHMENTS_MAX:
        raise SlackError("too_many_attachments")
    for index, attachment in enumerate(attachments):
        where = f"/attachments/{index}/blocks"
        blocks = attachment.get("blocks") or []
        problems += block_problems(blocks, "message", MESSAGE_BLOCKS_MAX, where)


def check_metadata(metadata: object) -> None:
    """Refuse metadata that is not `{event_type, event_payload}` or too large."""
    if not isinstance(metadata, dict) or metadata.keys() != {"event_type", "event_payload"}:
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata["event_type"], str) or not metadata["event_type"]:
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata["event_payload"], dict):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata).encode()) > METADATA_MAX_BYTES:
        raise SlackError("metadata_too_large")


def block_problems(blocks: list[Json], surface: str, most: int, at: str = "/blocks") -> list[str]:
    """Return what is wrong with a list of blocks, each with a JSON pointer."""
    report = Report(surface)
    holder = {"blocks": blocks}
    for index, block in enumerate(report.items("", holder, "blocks", most, 0)):
        check_block(report, f"{at}/{index}", block)
    if not report.problems:
        _check_together(report, at, blocks)
    return report.problems


def _check_together(report: Report, at: str, blocks: list[Json]) -> None:
    _check_block_ids(report, at, blocks)
    _check_tables(report, at, blocks)
    focused = 0
    for index, block in enumerate(blocks):
        elements = elements_of(block)
        _check_action_ids(report, f"{at}/{index}", elements)
        focused += sum(element.get("focus_on_load") is True for element in elements)
    if focused > 1:
        report.add(at, "only one element can have focus_on_load")
    markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if markdown > MARKDOWN_MAX:
        report.add(at, f"markdown text must be less than {MARKDOWN_MAX + 1} characters together")


def _check_block_ids(report: Report, at: str, blocks: list[Json]) -> None:
    seen = set()
    for index, block in enumerate(blocks):
        key = block.get("block_id")
        if key in seen:
            report.add(f"{at}/{index}/block_id", f"block_id {key} already exists")
        seen |= {key} - {None}


def _check_action_ids(report: Report, at: str, elements: list[Json]) -> None:
    seen = set()
    for element in elements:
        key = element.get("action_id")
        if key in seen:
            report.add(at, f"action_id {key} already exists in this block")
        seen |= {key} - {None}


def _check_tables(report: Report, at: str, blocks: list[Json]) -> None:
    tables = [block for block in blocks if block["type"] == "table"]
    if len(tables) > 1:
        report.add(at, "only_one_table_allowed")
    if sum(_text_size(table["rows"]) for table in tables) > TABLE_TEXT_MAX:
        report.add(at, f"table text must be less than {TABLE_TEXT_MAX + 1} characters")


def _text_size(value: object) -> int:
    """Count the characters of every `text` below a value."""
    if isinstance(value, list):
        return sum(_text_size(each) for each in value)
    if isinstance(value, dict):
        text = value.get("text")
        own = len(text) if isinstance(text, str) else 0
        return own + sum(_text_size(each) for each in value.values() if each is not text)
    return 0


def elements_of(block: Json) -> list[Json]:
    """Return the interactive elements of a block: of its actions, its accessory, its input."""
    found = [block[key] for key in ("accessory", "element") if key in block]
    for key in ("elements", "actions"):
        many = block.get(key)
        found += many if isinstance(many, list) else []
    return [element for element in found if isinstance(element, dict)]


def check_view(view: object, surface: str) -> Json:
    """Return a view that Slack would take as `modal` or `home`.

    Raises:
        SlackError: invalid_arguments with pointers, view_too_large.
    """
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", "must be an object [json-pointer:/view]")
    if len(json.dumps(view).encode()) > VIEW_MAX_BYTES:
        raise SlackError("view_too_large")
    report = Report(surface)
    report.one_of("/view", {"type": view.get("type")}, "type", (surface,))
    report.keys("/view", view, "blocks title" if surface == "modal" else "blocks", VIEW_FIELDS)
    for key in ("title", "submit", "close"):
        report.text("/view", view, key, 24)
    report.strings("/view", view, {"callback_id": ACTION_ID_MAX, "external_id": 255})
    report.string("/view", view, "private_metadata", 3000, 0)
    report.booleans("/view", view, "clear_on_close notify_on_close submit_disabled")
    blocks = report.items("/view", view, "blocks", VIEW_BLOCKS_MAX, 1 if surface == "modal" else 0)
    report.problems += block_problems(blocks, surface, VIEW_BLOCKS_MAX, "/view/blocks")
    if surface == "modal" and "submit" not in view and _has_input(blocks):
        report.add("/view/submit", "missing required field: submit")
    if report.problems:
        raise SlackError("invalid_arguments", *report.problems)
    return view


def _has_input(blocks: list[object]) -> bool:
    return any(isinstance(block, dict) and block.get("type") == "input" for block in blocks)
