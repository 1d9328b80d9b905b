"""Limits of block elements and of what they are composed of (options, confirm dialogs).

Numbers: @slack/types 3.2.0, read 2026-11-20. Option values: 75 there, 150 in slack_sdk; the
stricter one holds here.
"""

from bot.sandbox.slack.model import Json
from bot.sandbox.slack.report import ANY_TEXT, PLAIN, Report
from bot.sandbox.slack.rich_text_rules import check_rich_text

ACTION_ID_MAX = 255
OPTION_MAX = 75
TYPED_MAX = 3000
SELECT_OPTIONS_MAX = 100
STYLES = ("primary", "danger")
INTERACTIVE = "action_id confirm focus_on_load placeholder"
FIELDS: dict[str, type] = {
    "initial_user": str,
    "initial_users": list,
    "initial_conversation": str,
    "initial_conversations": list,
    "initial_channel": str,
    "initial_channels": list,
    "initial_options": list,
    "initial_date": str,
    "initial_time": str,
    "initial_date_time": int,
    "timezone": str,
    "min_value": str,
    "max_value": str,
    "max_selected_items": int,
    "min_query_length": int,
    "filetypes": list,
    "max_files": int,
    "filter": dict,
    "dispatch_action_config": dict,
}
CONVERSATIONS = ("im", "mpim", "public", "private")
FILTERS = "include exclude_external_shared_channels exclude_bot_users"
PICKED = {
    "users_select": "initial_user",
    "multi_users_select": "initial_users max_selected_items",
    "conversations_select": "initial_conversation default_to_current_conversation "
    "response_url_enabled filter",
    "multi_conversations_select": "initial_conversations max_selected_items "
    "default_to_current_conversation filter",
    "channels_select": "initial_channel response_url_enabled",
    "multi_channels_select": "initial_channels max_selected_items",
    "external_select": "initial_option min_query_length",
    "multi_external_select": "initial_options min_query_length max_selected_items",
    "datepicker": "initial_date",
    "timepicker": "initial_time timezone",
    "datetimepicker": "initial_date_time",
    "file_input": "filetypes max_files",
    "rich_text_input": "initial_value dispatch_action_config",
}
TYPED = {
    "plain_text_input": "initial_value multiline min_length max_length dispatch_action_config",
    "number_input": "initial_value is_decimal_allowed min_value max_value dispatch_action_config",
    "email_text_input": "initial_value dispatch_action_config",
    "url_text_input": "initial_value dispatch_action_config",
}
STATIC = {
    "static_select": SELECT_OPTIONS_MAX,
    "multi_static_select": SELECT_OPTIONS_MAX,
    "radio_buttons": 10,
    "checkboxes": 10,
    "overflow": 5,
}


def check_element(report: Report, at: str, element: Json) -> None:
    """Check an element by its type, which is a string."""
    kind = element["type"]
    if kind == "button":
        _button(report, at, element)
    elif kind == "image":
        check_image(report, at, element)
    elif kind in STATIC:
        _choice(report, at, element)
    elif kind in TYPED or kind in PICKED:
        optional = TYPED.get(kind) or PICKED[kind]
        report.keys(at, element, "", f"{INTERACTIVE} {optional}")
        _common(report, at, element)
        _typed(report, at, element)
    else:
        report.add(f"{at}/type", f"unsupported type: {kind}")


def _common(report: Report, at: str, element: Json) -> None:
    report.string(at, element, "action_id", ACTION_ID_MAX)
    report.text(at, element, "placeholder", 150)
    report.booleans(at, element, "focus_on_load")
    report.types(at, element, FIELDS)
    if "confirm" in element:
        _confirm(report, f"{at}/confirm", element["confirm"])


def _confirm(report: Report, at: str, value: object) -> None:
    if not isinstance(value, dict):
        report.add(at, "must be an object")
        return
    report.keys(at, value, "title text confirm deny", "style")
    report.text(at, value, "title", 100)
    report.text(at, value, "text", 300, ANY_TEXT)
    report.text(at, value, "confirm", 30)
    report.text(at, value, "deny", 30)
    report.one_of(at, value, "style", STYLES)


def _button(report: Report, at: str, element: Json) -> None:
    report.keys(at, element, "text", "action_id value url style confirm accessibility_label")
    report.text(at, element, "text", 75)
    report.strings(at, element, {"value": 2000, "url": 3000, "accessibility_label": 75})
    report.one_of(at, element, "style", STYLES)
    _common(report, at, element)


def check_image(report: Report, at: str, element: Json, optional: str = "") -> None:
    """Check an image element or block: one source, an alternative text."""
    report.keys(at, element, "alt_text", f"image_url slack_file {optional}")
    report.strings(at, element, {"image_url": 3000, "alt_text": 2000})
    if ("image_url" in element) == ("slack_file" in element):
        report.add(at, "must have exactly one of image_url and slack_file")
    if "slack_file" in element and report.is_object(f"{at}/slack_file", element["slack_file"]):
        file = element["slack_file"]
        report.keys(f"{at}/slack_file", file, "" if "url" in file else "id", "url")
        report.types(f"{at}/slack_file", file, {"id": str, "url": str})


def _typed(report: Report, at: str, element: Json) -> None:
    report.booleans(
        at,
        element,
        "multiline is_decimal_allowed response_url_enabled default_to_current_conversation",
    )
    if isinstance(element.get("filter"), dict):
        report.keys(f"{at}/filter", element["filter"], "", FILTERS)
        for each in report.items(f"{at}/filter", element["filter"], "include", 4):
            report.one_of(f"{at}/filter", {"include": each}, "include", CONVERSATIONS)
    for key in ("min_length", "max_length"):
        value = element.get(key, 1)
        if not isinstance(value, int) or not 0 <= value <= TYPED_MAX:
            report.add(f"{at}/{key}", f"must be between 0 and {TYPED_MAX}")
    if element.get("type") == "number_input" and "is_decimal_allowed" not in element:
        report.add(at, "missing required field: is_decimal_allowed")
    if element["type"] in TYPED:
        report.string(at, element, "initial_value", TYPED_MAX, 0)
    elif isinstance(element.get("initial_value"), dict):
        check_rich_text(report, f"{at}/initial_value", element["initial_value"])


def _choice(report: Report, at: str, element: Json) -> None:
    kind = element["type"]
    optional = "options option_groups initial_option initial_options max_selected_items"
    report.keys(at, element, "", f"{INTERACTIVE} {optional}")
    _common(report, at, element)
    if ("options" in element) == ("option_groups" in element):
        report.add(at, "must have exactly one of options and option_groups")
    report.items(at, element, "options", STATIC[kind])
    for index, group in enumerate(report.items(at, element, "option_groups", SELECT_OPTIONS_MAX)):
        here = f"{at}/option_groups/{index}"
        if report.is_object(here, group):
            report.keys(here, group, "label options", "")
            report.text(here, group, "label", OPTION_MAX)
            report.items(here, group, "options", SELECT_OPTIONS_MAX)
    for index, option in enumerate(options_of(element)):
        _option(report, f"{at}/options/{index}", option, kind)
    _initial(report, at, element)


def options_of(element: Json) -> list[object]:
    """Return the options of an element, those of groups included."""
    groups = element.get("option_groups")
    holders = [element, *(groups if isinstance(groups, list) else [])]
    lists = [holder.get("options") for holder in holders if isinstance(holder, dict)]
    return [option for options in lists if isinstance(options, list) for option in options]


def _option(report: Report, at: str, option: object, kind: str) -> None:
    if not isinstance(option, dict):
        report.add(at, "must be an object")
        return
    kinds = ANY_TEXT if kind in {"radio_buttons", "checkboxes"} else PLAIN
    report.keys(
        at, option, "text value", "description url" if kind == "overflow" else "description"
    )
    report.text(at, option, "text", OPTION_MAX, kinds)
    report.text(at, option, "description", OPTION_MAX, kinds)
    report.strings(at, option, {"value": OPTION_MAX, "url": 3000})


def _initial(report: Report, at: str, element: Json) -> None:
    chosen = [("initial_option", element["initial_option"])] if "initial_option" in element else []
    many = element.get("initial_options")
    chosen += [("initial_options", each) for each in (many if isinstance(many, list) else [])]
    for key, option in chosen:
        if option not in options_of(element):
            report.add(f"{at}/{key}", "must match an available option")
