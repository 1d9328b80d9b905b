"""Whatever Slack's published types refuse, the pretend Slack refuses too.

Good blocks are damaged in every place and judged by both. The schemas made from @slack/types
stand in the folder that SLACK_SCHEMAS names; without it only our own rules judge.
"""

import copy
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from bot.sandbox.slack.rules import block_problems
from tests.sandbox.slack.test_rules import (
    CONFIRM,
    actions,
    button,
    mrkdwn,
    options,
    plain,
    section,
    select,
    text_input,
)

FOLDER = os.environ.get("SLACK_SCHEMAS")


def rich(*leaves: dict, kind: str = "rich_text_section", **more) -> dict:
    return {"type": kind, "elements": list(leaves), **more}


def labelled(element: dict, **more) -> dict:
    return {"type": "input", "label": plain("x"), "element": element, **more}


WORD = {"type": "text", "text": "x", "style": {"bold": True}}
DATE = {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "x"}
LEAVES = [
    WORD,
    DATE,
    {"type": "link", "url": "https://x.test", "text": "x"},
    {"type": "emoji", "name": "eyes"},
    {"type": "user", "user_id": "U1"},
    {"type": "broadcast", "range": "here"},
]
RICH_TEXT = {
    "type": "rich_text",
    "elements": [
        rich(*LEAVES),
        rich(rich(WORD), kind="rich_text_list", style="bullet", indent=1),
        rich(WORD, kind="rich_text_preformatted", border=1),
        rich(WORD, kind="rich_text_quote"),
    ],
}
GROUP = {"label": plain("x"), "options": options(2)}
PICKERS = [
    {"type": "datepicker", "action_id": "a", "initial_date": "2026-01-01"},
    {"type": "timepicker", "action_id": "b", "initial_time": "12:00", "timezone": "UTC"},
    {"type": "datetimepicker", "action_id": "c", "initial_date_time": 1628633820},
    {"type": "users_select", "action_id": "d", "initial_user": "U1"},
    {"type": "conversations_select", "action_id": "e", "filter": {"include": ["public"]}},
    {"type": "radio_buttons", "action_id": "f", "options": options(2)},
]
GOOD = {
    "header": {"type": "header", "text": plain("x")},
    "section": section(fields=[mrkdwn("x")], accessory=button(confirm=CONFIRM, style="danger")),
    "overflow": section(accessory={"type": "overflow", "action_id": "o", "options": options(2)}),
    "select": section(accessory=select(initial_option=options(1)[0], placeholder=plain("x"))),
    "groups": section(
        accessory={
            "type": "multi_static_select",
            "action_id": "o",
            "option_groups": [GROUP],
            "max_selected_items": 2,
        }
    ),
    "context": {"type": "context", "elements": [mrkdwn("x"), plain("x")]},
    "pickers": actions(*PICKERS, block_id="b"),
    "image": {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "x", "title": plain("x")},
    "text input": text_input(multiline=True, min_length=1, max_length=9, initial_value="x"),
    "number": labelled(
        {"type": "number_input", "action_id": "n", "is_decimal_allowed": False, "min_value": "1"},
        hint=plain("x"),
        optional=True,
    ),
    "checkboxes": labelled(
        {
            "type": "checkboxes",
            "action_id": "c",
            "options": options(2),
            "initial_options": options(1),
        }
    ),
    "markdown": {"type": "markdown", "text": "x"},
    "rich text": RICH_TEXT,
    "table": {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": "x"}, RICH_TEXT]],
        "column_settings": [{"align": "right"}],
    },
    "card": {"type": "card", "title": mrkdwn("x"), "body": mrkdwn("x"), "actions": [button()]},
}


def damaged(value: dict) -> Iterator[tuple[str, dict]]:
    """Yield copies with one place removed, overlong, of a wrong type, or misspelt."""
    for path in places(value):
        for name, wrong in {"long": "x" * 13000, "int": 7, "none": None, "object": {}}.items():
            yield f"{path} {name}", changed(value, path, wrong)
        yield f"{path} removed", changed(value, path, removed=True)
        yield f"{path} misspelt", changed(value, (*path[:-1], "misspelt"), 1)


def places(value: object, at: tuple = ()) -> Iterator[tuple]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, below in inner:
        yield (*at, key)
        if isinstance(below, dict | list):
            yield from places(below, (*at, key))


def changed(value: dict, path: tuple, wrong: object = None, *, removed: bool = False) -> dict:
    made = copy.deepcopy(value)
    holder = made
    for key in path[:-1]:
        holder = holder[key]
    if removed:
        del holder[path[-1]]
    elif isinstance(holder, dict) or isinstance(path[-1], int):
        holder[path[-1]] = wrong
    return made


@pytest.fixture(scope="module")
def types() -> Draft7Validator:
    if FOLDER is None:
        pytest.skip("SLACK_SCHEMAS names no folder of schemas")
    schema = json.loads((Path(FOLDER) / "blockkit.schema.json").read_text())
    roots = {"$ref": "#/definitions/MessagePayload", "definitions": schema["definitions"]}
    return Draft7Validator(roots)


@pytest.mark.parametrize("block", GOOD.values(), ids=GOOD)
def test_a_good_block_passes(block: dict) -> None:
    assert block_problems([block], "message", 50) == []


@pytest.mark.parametrize("block", GOOD.values(), ids=GOOD)
def test_a_good_block_passes_the_types(types: Draft7Validator, block: dict) -> None:
    assert types.is_valid({"blocks": [block]})


@pytest.mark.parametrize("block", GOOD.values(), ids=GOOD)
def test_any_damage_is_judged_and_a_null_anywhere_refused(block: dict) -> None:
    judged = {name: block_problems([each], "message", 50) for name, each in damaged(block)}

    assert [name for name, found in judged.items() if name.endswith("none") and not found] == []


@pytest.mark.parametrize("block", GOOD.values(), ids=GOOD)
def test_damage_that_the_types_notice_is_noticed(types: Draft7Validator, block: dict) -> None:
    unnoticed = [
        name
        for name, broken in damaged(block)
        if not block_problems([broken], "message", 50) and not types.is_valid({"blocks": [broken]})
    ]

    assert unnoticed == []
