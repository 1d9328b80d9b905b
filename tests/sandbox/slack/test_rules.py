"""Broken payloads are refused with Slack's code and a pointer to what is wrong."""

import pytest

from bot.sandbox.slack.model import SlackError
from bot.sandbox.slack.rules import check_message, check_view
from tests.sandbox.slack.conftest import BLOCKS, MODAL


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "x", **more) -> dict:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(**more) -> dict:
    return {"type": "button", "action_id": "go", "text": plain("Go"), **more}


def actions(*elements: dict, **more) -> dict:
    return {"type": "actions", "elements": list(elements), **more}


def options(count: int) -> list[dict]:
    return [{"text": plain(f"{number}"), "value": f"{number}"} for number in range(count)]


def select(**more) -> dict:
    return {"type": "static_select", "action_id": "pick", "options": options(2), **more}


def table(columns: int, text: str = "x", rows: int = 1) -> dict:
    row = [{"type": "raw_text", "text": text} for _ in range(columns)]
    return {"type": "table", "rows": [row] * rows}


def text_input(**more) -> dict:
    element = {"type": "plain_text_input", "action_id": "text", **more}
    return {"type": "input", "label": plain("Title"), "element": element}


def refused(blocks: list) -> SlackError:
    with pytest.raises(SlackError) as found:
        check_message({"text": "x", "blocks": blocks})
    return found.value


def refused_view(**changes) -> SlackError:
    with pytest.raises(SlackError) as found:
        check_view({**MODAL, **changes}, "modal")
    return found.value


CONFIRM = {"title": plain("Sure?"), "text": plain("x"), "confirm": plain("Go"), "deny": plain("No")}
BROKEN_BLOCKS = {
    "51 blocks": ([section()] * 51, "/blocks"),
    "no type": ([{}], "/blocks/0"),
    "no object": (["x"], "/blocks/0"),
    "unknown block": ([{"type": "sektion"}], "/blocks/0/type"),
    "alert outside a modal": ([{"type": "alert", "text": plain("x")}], "/blocks/0/type"),
    "unknown field": ([section(texts=[])], "/blocks/0/texts"),
    "section of 3001": ([section("x" * 3001)], "/blocks/0/text/text"),
    "section without anything": ([{"type": "section"}], "/blocks/0"),
    "section with empty fields": ([{"type": "section", "fields": []}], "/blocks/0/fields"),
    "11 fields": ([{"type": "section", "fields": [mrkdwn("x")] * 11}], "/blocks/0/fields"),
    "field of 2001": (
        [{"type": "section", "fields": [mrkdwn("x" * 2001)]}],
        "/blocks/0/fields/0/text",
    ),
    "text as a bare string": ([{"type": "section", "text": "x"}], "/blocks/0/text"),
    "header of 151": ([{"type": "header", "text": plain("x" * 151)}], "/blocks/0/text/text"),
    "header in mrkdwn": ([{"type": "header", "text": mrkdwn("x")}], "/blocks/0/text/type"),
    "emoji in mrkdwn": (
        [section() | {"text": mrkdwn("x") | {"emoji": True}}],
        "/blocks/0/text/emoji",
    ),
    "11 context elements": (
        [{"type": "context", "elements": [mrkdwn("x")] * 11}],
        "/blocks/0/elements",
    ),
    "26 buttons": (
        [actions(*(button(action_id=f"{number}") for number in range(26)))],
        "/blocks/0/elements",
    ),
    "button text of 76": (
        [actions(button(text=plain("x" * 76)))],
        "/blocks/0/elements/0/text/text",
    ),
    "button value of 2001": ([actions(button(value="x" * 2001))], "/blocks/0/elements/0/value"),
    "empty button value": ([actions(button(value=""))], "/blocks/0/elements/0/value"),
    "button style": ([actions(button(style="warning"))], "/blocks/0/elements/0/style"),
    "button text in mrkdwn": (
        [actions(button(text=mrkdwn("x")))],
        "/blocks/0/elements/0/text/type",
    ),
    "action_id of 256": ([actions(button(action_id="x" * 256))], "/blocks/0/elements/0/action_id"),
    "block_id of 256": ([section(block_id="x" * 256)], "/blocks/0/block_id"),
    "confirm of 301": (
        [actions(button(confirm={**CONFIRM, "text": plain("x" * 301)}))],
        "/blocks/0/elements/0/confirm/text/text",
    ),
    "confirm without deny": (
        [actions(button(confirm={k: v for k, v in CONFIRM.items() if k != "deny"}))],
        "/blocks/0/elements/0/confirm",
    ),
    "101 options": ([actions(select(options=options(101)))], "/blocks/0/elements/0/options"),
    "option text of 76": (
        [actions(select(options=[{"text": plain("x" * 76), "value": "x"}]))],
        "/blocks/0/elements/0/options/0/text/text",
    ),
    "option value of 76": (
        [actions(select(options=[{"text": plain("x"), "value": "x" * 76}]))],
        "/blocks/0/elements/0/options/0/value",
    ),
    "overflow of 6": (
        [actions({"type": "overflow", "action_id": "more", "options": options(6)})],
        "/blocks/0/elements/0/options",
    ),
    "11 radio buttons": (
        [actions({"type": "radio_buttons", "action_id": "one", "options": options(11)})],
        "/blocks/0/elements/0/options",
    ),
    "placeholder of 151": (
        [actions(select(placeholder=plain("x" * 151)))],
        "/blocks/0/elements/0/placeholder/text",
    ),
    "input element among actions": (
        [actions({"type": "plain_text_input", "action_id": "x"})],
        "/blocks/0/elements/0/type",
    ),
    "image without alt_text": (
        [{"type": "image", "image_url": "https://x.test/x.png"}],
        "/blocks/0",
    ),
    "markdown of 12001": ([{"type": "markdown", "text": "x" * 12001}], "/blocks/0/text"),
    "101 table rows": ([table(1, rows=101)], "/blocks/0/rows"),
    "table cell": ([{"type": "table", "rows": [[plain("x")]]}], "/blocks/0/rows/0/0/type"),
    "rich text leaf": (
        [
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "bold"}]}],
            }
        ],
        "/blocks/0/elements/0/elements/0/type",
    ),
}


@pytest.mark.parametrize(("blocks", "pointer"), BROKEN_BLOCKS.values(), ids=BROKEN_BLOCKS)
def test_broken_blocks_are_refused_where_they_break(blocks: list, pointer: str) -> None:
    error = refused(blocks)

    assert error.code == "invalid_blocks"
    assert any(message.endswith(f"[json-pointer:{pointer}]") for message in error.messages)


# facts of 2026-11: neither Slack's published types nor the SDK's models notice these ten.
UNNOTICED = {
    "1 empty section text": [section("")],
    "2 action_id twice in one block": [actions(button(), button())],
    "3 block_id twice": [section(block_id="a"), section(block_id="a")],
    "4 actions without elements": [actions()],
    "5 initial_option not offered": [actions(select(initial_option=options(3)[2]))],
    "6 table row of 21 cells": [table(21)],
    "7a two tables": [table(1), table(1)],
    "7b table text of 10001": [table(1, "x" * 10001)],
    "10 focus twice": [text_input(focus_on_load=True), text_input(focus_on_load=True)],
}


@pytest.mark.parametrize("blocks", UNNOTICED.values(), ids=UNNOTICED)
def test_the_ten_nothing_catches_are_caught_in_messages(blocks: list) -> None:
    assert refused(blocks).code == "invalid_blocks"


@pytest.mark.parametrize("text", [None, "", "  "], ids=["none", "empty", "blank"])
def test_the_eighth_a_message_without_top_level_text(text: str | None) -> None:
    with pytest.raises(SlackError) as found:
        check_message({"text": text, "blocks": BLOCKS})

    assert found.value.code == "no_text"


def test_the_ninth_a_modal_with_inputs_but_no_submit() -> None:
    view = {key: value for key, value in MODAL.items() if key != "submit"}

    with pytest.raises(SlackError) as found:
        check_view(view, "modal")

    assert found.value.messages == ("missing required field: submit [json-pointer:/view/submit]",)


BROKEN_VIEWS = {
    "title of 25": ({"title": plain("x" * 25)}, "/view/title/text"),
    "submit of 25": ({"submit": plain("x" * 25)}, "/view/submit/text"),
    "close in mrkdwn": ({"close": mrkdwn("x")}, "/view/close/type"),
    "callback_id of 256": ({"callback_id": "x" * 256}, "/view/callback_id"),
    "private_metadata of 3001": ({"private_metadata": "x" * 3001}, "/view/private_metadata"),
    "101 blocks": ({"blocks": [section()] * 101}, "/blocks"),
    "no blocks": ({"blocks": []}, "/view/blocks"),
    "home": ({"type": "home"}, "/view/type"),
    "unknown field": ({"subtitle": plain("x")}, "/view/subtitle"),
    "table in a modal": ({"blocks": [table(1)]}, "/view/blocks/0/type"),
    "label of 2001": (
        {"blocks": [text_input() | {"label": plain("x" * 2001)}]},
        "/view/blocks/0/label/text",
    ),
    "button as input": (
        {"blocks": [text_input() | {"element": button()}]},
        "/view/blocks/0/element/type",
    ),
    "focus twice": (
        {"blocks": [text_input(focus_on_load=True), text_input(focus_on_load=True)]},
        "/view/blocks",
    ),
    "alert of 201": (
        {"blocks": [{"type": "alert", "text": plain("x" * 201)}]},
        "/view/blocks/0/text/text",
    ),
}


@pytest.mark.parametrize(("changes", "pointer"), BROKEN_VIEWS.values(), ids=BROKEN_VIEWS)
def test_broken_views_are_refused_where_they_break(changes: dict, pointer: str) -> None:
    error = refused_view(**changes)

    assert error.code == "invalid_arguments"
    assert any(message.endswith(f"{pointer}]") for message in error.messages)


def test_a_view_above_250_kilobytes_is_too_large() -> None:
    blocks = [section("x" * 2900, block_id=f"{number}") for number in range(90)]

    assert refused_view(blocks=blocks).code == "view_too_large"


def test_every_limit_holds_to_the_last_character() -> None:
    blocks = [
        {"type": "header", "text": plain("x" * 150)},
        section("x" * 3000, accessory={"type": "image", "image_url": "u", "alt_text": "a"}),
        actions(
            *(button(action_id=f"{n}", text=plain("x" * 75), value="x" * 2000) for n in range(22)),
            {"type": "overflow", "action_id": "more", "options": options(5)},
            select(options=options(100), initial_option=options(100)[99]),
            button(confirm={**CONFIRM, "text": plain("x" * 300)}, style="danger"),
        ),
        {"type": "context", "elements": [mrkdwn("x")] * 10},
        table(20, rows=100, text="x" * 5),
        {"type": "markdown", "text": "x" * 12000},
        *[{"type": "divider"}] * 44,
    ]

    check_message({"text": "x", "blocks": blocks})


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"event_type": "x"}, "invalid_metadata_format"),
        ({"event_type": "", "event_payload": {}}, "invalid_metadata_format"),
        ({"event_type": "x", "event_payload": []}, "invalid_metadata_format"),
        ({"event_type": "x", "event_payload": {"a": "x" * 17000}}, "metadata_too_large"),
    ],
)
def test_metadata_has_a_type_and_an_object_of_limited_size(metadata: dict, code: str) -> None:
    with pytest.raises(SlackError) as found:
        check_message({"text": "x", "metadata": metadata})

    assert found.value.code == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"blocks": "x"}, "invalid_blocks_format"),
        ({"attachments": "x"}, "invalid_attachments"),
        ({"attachments": [{}] * 101}, "too_many_attachments"),
        ({"attachments": [{"blocks": [section("")]}]}, "invalid_blocks"),
    ],
)
def test_lists_must_be_lists_of_limited_length(changes: dict, code: str) -> None:
    with pytest.raises(SlackError) as found:
        check_message({"text": "x", **changes})

    assert found.value.code == code
