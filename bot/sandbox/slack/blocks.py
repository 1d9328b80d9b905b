"""What becomes of blocks once Slack has taken them: ids, elements, the state of inputs."""

import copy
import secrets

from bot.sandbox.slack.model import Json
from bot.sandbox.slack.rules import elements_of

# Per element type: the field of the state, and the field of the element that it starts from.
STATES = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "file_input": ("files", ""),
}


def completed(blocks: list[Json]) -> list[Json]:
    """Return a copy of the blocks with the ids filled in that their author left out."""
    copied = copy.deepcopy(blocks)
    for block in copied:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
        for element in elements_of(block):
            if element.get("type") not in {"image", "plain_text", "mrkdwn"} and _is_control(block):
                element.setdefault("action_id", secrets.token_urlsafe(4)[:5])
    return copied


def _is_control(block: Json) -> bool:
    return block["type"] in {"section", "actions", "input", "card"}


def initial_state(blocks: list[Json]) -> Json:
    """Return `state.values` before anybody touched anything."""
    values: Json = {}
    for block in blocks:
        for element in elements_of(block):
            if element.get("type") in STATES:
                state = _initial(element)
                values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return values


def _initial(element: Json) -> Json:
    key, source = STATES[element["type"]]
    empty: object = [] if key.endswith("s") else None
    return {"type": element["type"], key: element.get(source, empty)}


def find_element(blocks: list[Json], action_id: str, block_id: str | None) -> tuple[Json, Json]:
    """Return the block and the element with an action id.

    Raises:
        LookupError: There is none now.
    """
    for block in blocks:
        if block_id is None or block.get("block_id") == block_id:
            for element in elements_of(block):
                if element.get("action_id") == action_id:
                    return block, element
    raise LookupError(action_id)


def is_empty(state: Json) -> bool:
    """Whether an input was left empty."""
    return not state.get(STATES[state["type"]][0])
