"""Limits of each block; numbers from @slack/types 3.2.0 and docs.slack.dev, read 2026-11-20.

Blocks the bot has no use for (carousel, container, plan, ...) are known by name and surface only.
"""

from collections.abc import Callable

from bot.sandbox.slack.element_rules import check_element, check_image
from bot.sandbox.slack.model import Json
from bot.sandbox.slack.report import ANY_TEXT, Report
from bot.sandbox.slack.rich_text_rules import check_rich_text, check_table

BLOCK_ID_MAX = 255
INPUT_ELEMENTS = frozenset(
    {
        "plain_text_input",
        "number_input",
        "email_text_input",
        "url_text_input",
        "static_select",
        "multi_static_select",
        "external_select",
        "multi_external_select",
        "users_select",
        "multi_users_select",
        "conversations_select",
        "multi_conversations_select",
        "channels_select",
        "multi_channels_select",
        "checkboxes",
        "radio_buttons",
        "datepicker",
        "timepicker",
        "datetimepicker",
        "file_input",
        "rich_text_input",
    }
)
ACTION_ELEMENTS = frozenset(
    {
        "button",
        "overflow",
        "static_select",
        "multi_static_select",
        "external_select",
        "multi_external_select",
        "users_select",
        "multi_users_select",
        "conversations_select",
        "multi_conversations_select",
        "channels_select",
        "multi_channels_select",
        "checkboxes",
        "radio_buttons",
        "datepicker",
        "timepicker",
        "datetimepicker",
        "rich_text_input",
    }
)
ACCESSORIES = ACTION_ELEMENTS | frozenset(["image"])


def check_block(report: Report, at: str, block: object) -> None:
    """Check one block of a message or a view."""
    if not isinstance(block, dict):
        report.add(at, "must be an object")
        return
    kind = str(block.get("type"))
    if "type" not in block:
        report.add(at, "missing required field: type")
    elif report.surface not in SURFACES.get(kind, ()):
        report.add(f"{at}/type", f"unsupported type: {kind}")
    else:
        report.string(at, block, "block_id", BLOCK_ID_MAX)
        CHECKS.get(kind, _known_by_name)(report, at, block)


def _known_by_name(report: Report, at: str, block: Json) -> None:
    """Accept a block whose inside is not looked at."""


def _elements(report: Report, at: str, block: Json, kinds: frozenset[str], most: int) -> None:
    for index, element in enumerate(report.items(at, block, "elements", most)):
        _element(report, f"{at}/elements/{index}", element, kinds)


def _element(report: Report, at: str, element: object, kinds: frozenset[str]) -> None:
    if report.kind(at, element, kinds) and isinstance(element, dict):
        check_element(report, at, element)


def _section(report: Report, at: str, block: Json) -> None:
    report.keys(at, block, "", "block_id text fields accessory expand")
    if "text" not in block and "fields" not in block:
        report.add(at, "missing required field: text")
    report.text(at, block, "text", 3000, ANY_TEXT)
    for index, field in enumerate(report.items(at, block, "fields", 10)):
        report.text_object(f"{at}/fields/{index}", field, 2000, ANY_TEXT)
    report.booleans(at, block, "expand")
    if "accessory" in block:
        _element(report, f"{at}/accessory", block["accessory"], ACCESSORIES)


def _header(report: Report, at: str, block: Json) -> None:
    report.keys(at, block, "text", "block_id level")
    report.text(at, block, "text", 150)
    if "level" in block and block["level"] not in {1, 2, 3, 4}:
        report.add(f"{at}/level", "must be between 1 and 4")


def _divider(report: Report, at: str, block: Json) -> None:
    report.keys(at, block, "", "block_id")


def _context(report: Report, at: str, block: Json) -> None:
    report.keys(at, block, "elements", "block_id")
    for index, element in enumerate(report.items(at, block, "elements", 10)):
        here = f"{at}/elements/{index}"
        if isinstance(element, dict) and element.get("type") == "image":
            check_image(report, here, element)
        else:
            report.text_object(here, element, 3000, ANY_TEXT)


def _actions(report: Report, at: str, block: Json) -> None:
    report.keys(at, block, "elements", "block_id")
    _elements(report, at, block, ACTION_ELEMENTS, 25)


def _image(report: Report, at: str, block: Json) -> None:
    check_image(report, at, block, "block_id title")
    report.text(at, block, "title", 2000)


def _input(report: Report, at: str, block: Json) -> None:
    report.keys(at, block, "label element", "block_id hint optional dispatch_action")
    report.text(at, block, "label", 2000)
    report.text(at, block, "hint", 2000)
    report.booleans(at, block, "optional dispatch_action")
    if "element" in block:
        _element(report, f"{at}/element", block["element"], INPUT_ELEMENTS)


def _alert(report: Report, at: str, block: Json) -> None:
    report.keys(at, block, "text", "block_id level")
    report.text(at, block, "text", 200, ANY_TEXT)
    report.one_of(at, block, "level", ("default", "info", "warning", "error", "success"))


def _card(report: Report, at: str, block: Json) -> None:
    report.keys(at, block, "", "block_id hero_image icon title subtitle body actions subtext")
    if not block.keys() & {"hero_image", "title", "actions", "body"}:
        report.add(at, "missing required field: title")
    for key, most in (("title", 150), ("subtitle", 150), ("body", 200)):
        report.text(at, block, key, most, ANY_TEXT)
    for index, element in enumerate(report.items(at, block, "actions", 3)):
        _element(report, f"{at}/actions/{index}", element, frozenset(["button"]))


def _markdown(report: Report, at: str, block: Json) -> None:
    report.keys(at, block, "text", "block_id")
    report.string(at, block, "text", 12000)


CHECKS: dict[str, Callable[[Report, str, Json], None]] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "input": _input,
    "alert": _alert,
    "card": _card,
    "markdown": _markdown,
    "table": check_table,
    "rich_text": check_rich_text,
}
SURFACES = {
    "section": ("message", "modal", "home"),
    "header": ("message", "modal", "home"),
    "divider": ("message", "modal", "home"),
    "context": ("message", "modal", "home"),
    "actions": ("message", "modal", "home"),
    "image": ("message", "modal", "home"),
    "input": ("message", "modal", "home"),
    "rich_text": ("message", "modal", "home"),
    "video": ("message", "modal", "home"),
    "card": ("message", "modal", "home"),
    "alert": ("modal",),
    "table": ("message", "home"),
    "data_table": ("message", "home"),
    "data_visualization": ("message",),
    "carousel": ("message", "home"),
    "container": ("message", "home"),
    "markdown": ("message",),
    "plan": ("message",),
    "task_card": ("message",),
    "context_actions": ("message",),
}
