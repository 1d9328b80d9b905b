"""Checks what is sent to Slack against Slack's limits; others call `check_call` on each payload.

With SLACK_SCHEMAS naming a folder of schemas, payloads are checked against those too.
"""

import functools
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match

Json = Any
# Characters, by the key of a text object's parent; docs.slack.dev, block kit, read 2026-11-20.
ELEMENTS_MAX = {"actions": 25, "context": 10}
VIEW_PARTS = {"title": 24, "submit": 24, "close": 24}


def check_call(method: str, arguments: Mapping[str, Json]) -> None:
    """Check the arguments of one Web API call, or the body posted to a response_url.

    Args:
        method: For example `chat.postMessage`; `response_url` for an answer to one.
        arguments: As Python values, or with blocks, view and metadata as JSON strings.

    Raises:
        AssertionError: Slack would refuse it, or not show it as meant.
    """
    if method in {"auth.test", "apps.connections.open"}:
        return  # Bolt asks these in its own way; nothing of ours is in them
    given = {name: _parsed(name, value) for name, value in arguments.items() if value is not None}
    if method in {"chat.postMessage", "chat.update", "chat.postEphemeral", "response_url"}:
        _check_message(method, given)
    if method.startswith("views."):
        check_view(given["view"])
    schema = _schemas().get("webapi", {}).get("methods", {}).get(method)
    if schema is not None:
        _conforms(schema, given, method)


def _parsed(name: str, value: Json) -> Json:
    is_json = name in {"blocks", "view", "metadata", "files"} and isinstance(value, str)
    return json.loads(value) if is_json else value


def _check_message(method: str, given: Mapping[str, Json]) -> None:
    if method == "response_url" and given.get("delete_original"):
        return
    assert str(given.get("text") or "").strip(), "8: no top-level text"
    assert len(given["text"]) <= 4000, "text is longer than 4,000 characters"
    assert method != "chat.update" or given.get("blocks"), "an update without blocks deletes them"
    blocks = given.get("blocks") or []
    assert len(blocks) <= 50, "more than 50 blocks"
    check_blocks(blocks)
    assert sum(block["type"] == "table" for block in blocks) <= 1, "7: two tables"
    if "blockkit" in _schemas():
        kept = {key: given[key] for key in ("text", "blocks", "metadata") if key in given}
        root = {"$ref": "#/definitions/MessagePayload"}
        _conforms(root | {"definitions": _schemas()["blockkit"]["definitions"]}, kept, method)


def check_view(view: Mapping[str, Json]) -> None:
    """Check a modal.

    Raises:
        AssertionError: Slack would refuse it.
    """
    for part, limit in VIEW_PARTS.items():
        assert len(view.get(part, {}).get("text", "")) <= limit, f"{part} too long"
    has_input = any(block["type"] == "input" for block in view["blocks"])
    assert "submit" in view or not has_input, "9: input blocks and no submit"
    assert 1 <= len(view["blocks"]) <= 100, "no block, or more than 100"
    assert len(view.get("private_metadata", "")) <= 3000, "private_metadata too long"
    assert len(view.get("callback_id", "")) <= 255, "callback_id too long"
    focused = [one for one in _objects(view["blocks"]) if one.get("focus_on_load")]
    assert len(focused) <= 1, "10: focus_on_load twice"
    check_blocks(view["blocks"])
    if "blockkit" in _schemas():
        root = {"$ref": "#/definitions/StrictModal"}
        _conforms(root | {"definitions": _schemas()["blockkit"]["definitions"]}, view, "modal")


def check_blocks(blocks: list[Json]) -> None:
    """Check blocks of a message or a modal.

    Raises:
        AssertionError: Slack would refuse them.
    """
    names = [block["block_id"] for block in blocks if "block_id" in block]
    assert len(names) == len(set(names)), f"3: the same block_id twice in {names}"
    assert all(0 < len(name) <= 255 for name in names), "block_id too long"
    for block in blocks:
        _check_block(block)
        for part in _objects(block):
            _check_part(part)


def _check_block(block: Mapping[str, Json]) -> None:
    kind = block["type"]
    elements = block.get("elements", [])
    if kind == "section":
        assert block.get("text") or block.get("fields"), "a section with neither text nor fields"
        assert block.get("fields") != [], "empty fields"
    if kind in ELEMENTS_MAX:
        assert 1 <= len(elements) <= ELEMENTS_MAX[kind], f"4: {len(elements)} elements in {kind}"
    if kind == "table":
        assert all(len(row) <= 20 for row in block["rows"]), "6: a row of more than 20 cells"
        assert len(json.dumps(block["rows"])) <= 10_000, "7: a table of more than 10,000 characters"
    ids = [one["action_id"] for one in elements if "action_id" in one]
    assert len(ids) == len(set(ids)), f"2: the same action_id twice in {ids}"
    assert sum(one.get("style") == "primary" for one in elements) <= 1, "two primary buttons"
    if kind == "header":
        assert 1 <= len(block["text"]["text"]) <= 150, "header empty or too long"


def _check_part(part: Mapping[str, Json]) -> None:
    if part.get("type") in {"mrkdwn", "plain_text"}:
        assert part["text"].strip(), "1: empty text"
        assert len(part["text"]) <= 3000, "text too long"
    if part.get("type") == "button":
        assert len(part["text"]["text"]) <= 75, "button text too long"
        assert len(part.get("value", "")) <= 2000, "button value too long"
    if "options" in part:
        _check_options(part)
    if "deny" in part:
        limits = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
        assert all(len(part[key]["text"]) <= limit for key, limit in limits.items()), "confirm"
    assert len(part.get("action_id", "x")) <= 255, "action_id too long"


def _check_options(part: Mapping[str, Json]) -> None:
    options = part["options"]
    limit = 5 if part["type"] == "overflow" else 100
    assert 1 <= len(options) <= limit, f"{len(options)} options"
    assert all(len(one["text"]["text"]) <= 75 and len(one["value"]) <= 75 for one in options)
    initial = part.get("initial_option")
    assert initial is None or initial in options, "5: initial_option is not among the options"


def _objects(value: Json) -> Iterator[Mapping[str, Json]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from _objects(inner)


def _conforms(schema: Json, value: Json, what: str) -> None:
    problem = best_match(Draft7Validator(schema).iter_errors(value))
    assert problem is None, f"{what}: {list(problem.absolute_path)}: {problem.message}"


@functools.cache
def _schemas() -> dict[str, Json]:
    folder = os.environ.get("SLACK_SCHEMAS")
    if not folder:
        return {}
    names = {"blockkit": "blockkit.schema.json", "webapi": "webapi.schema.json"}
    return {key: json.loads((Path(folder) / name).read_text()) for key, name in names.items()}
