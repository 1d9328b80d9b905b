"""What people do in modals: submit, close, press something inside."""

from dataclasses import replace

from bot.sandbox.slack import payloads
from bot.sandbox.slack.blocks import find_element, is_empty
from bot.sandbox.slack.core import Core
from bot.sandbox.slack.delivery import Transport, deliver, not_sent
from bot.sandbox.slack.model import Delivery, Json, SlackError
from bot.sandbox.slack.people import chosen_state
from bot.sandbox.slack.rules import check_view


class Modals:
    """Turns what a person does in a modal into payloads, and applies what the ack asks for."""

    def __init__(self, core: Core, transport: Transport) -> None:
        self._core = core
        self._transport = transport

    async def submit(self, user_id: str, view_id: str, values: Json | None) -> Delivery:
        """Submit a modal.

        Args:
            user_id: Who.
            view_id: Which of the modals they have open.
            values: block_id to action_id to state; what is left out stays as it was.
        """
        view = self._mine(user_id, view_id)
        if view is None:
            return not_sent("not_found")
        _enter(view, values or {})
        missing = _missing(view)
        if missing:
            return not_sent(f"input_required: {missing}")
        user = self._core.workspace.user(user_id)
        trigger_id = self._core.tickets.trigger(user_id, view_id)
        payload = {
            **payloads.interaction("view_submission", user, trigger_id),
            "view": view,
            "response_urls": [],
        }
        delivery = await self._deliver(payload)
        if not delivery.acked:
            return delivery
        return self._apply(user_id, view_id, delivery)

    def _mine(self, user_id: str, view_id: str) -> Json | None:
        stack = self._core.views.stacks.get(user_id, [])
        return next((view for view in stack if view["id"] == view_id), None)

    def _apply(self, user_id: str, view_id: str, delivery: Delivery) -> Delivery:
        """Do what the ack's `response_action` says; without one the modal closes."""
        answer = delivery.response or {}
        views = self._core.views
        try:
            match answer.get("response_action"):
                case None:
                    views.close(user_id, view_id)
                case "clear":
                    views.clear(user_id)
                case "update":
                    views.update(view_id, check_view(answer.get("view"), "modal"))
                case "push":
                    views.push(user_id, check_view(answer.get("view"), "modal"))
                case "errors":
                    self._show_errors(user_id, view_id, answer.get("errors"))
                case _:
                    _refuse(answer)
        except SlackError as error:
            code = ": ".join([error.code, *error.messages])
            return replace(delivery, error=code)
        return delivery

    def _show_errors(self, user_id: str, view_id: str, errors: object) -> None:
        view = self._core.views.find(view_id)[1]
        inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not inputs.issuperset(errors):
            raise SlackError("invalid_errors", "must name input blocks of the view")
        self._core.workspace.tell("view", user=user_id, view=view, errors=errors)

    async def close(self, user_id: str, view_id: str) -> Delivery:
        """Close a modal without submitting; the bot hears it only when it asked to."""
        view = self._mine(user_id, view_id)
        if view is None:
            return not_sent("not_found")
        is_cleared = view["clear_on_close"]
        if is_cleared:
            self._core.views.clear(user_id)
        else:
            self._core.views.close(user_id, view_id)
        if not view["notify_on_close"]:
            return Delivery(acked=True, seconds=0.0, response=None, error=None, payload={})
        user = self._core.workspace.user(user_id)
        return await self._deliver(
            {
                **payloads.interaction("view_closed", user, None),
                "view": view,
                "is_cleared": is_cleared,
            }
        )

    async def click(
        self,
        user_id: str,
        view_id: str,
        action_id: str,
        *,
        block_id: str | None = None,
        option: str | None = None,
    ) -> Delivery:
        """Press a button or choose an option in a modal or App Home."""
        try:
            owner, view = self._core.views.find(view_id)
            block, element = find_element(view["blocks"], action_id, block_id)
            chosen = chosen_state(element, option)
        except (LookupError, SlackError):
            return not_sent("no_such_element")
        if owner != user_id:
            return not_sent("not_found")
        states = view["state"]["values"].get(block["block_id"], {})
        if action_id in states:
            states[action_id].update(chosen)
        user = self._core.workspace.user(user_id)
        trigger_id = self._core.tickets.trigger(user_id, view_id)
        return await self._deliver(
            {
                **payloads.interaction("block_actions", user, trigger_id),
                "container": {"type": "view", "view_id": view_id},
                "view": view,
                "actions": [payloads.action(block, element, self._core.workspace.new_ts(), chosen)],
            }
        )

    async def _deliver(self, payload: Json) -> Delivery:
        return await deliver(self._transport, payload, self._core.limits.ack_seconds)


def _refuse(answer: Json) -> None:
    raise SlackError("invalid_response_action", str(answer["response_action"]))


def _enter(view: Json, values: Json) -> None:
    """Put what the person typed or chose into the state of the view."""
    for block_id, states in values.items():
        for action_id, state in states.items():
            known = view["state"]["values"].get(block_id, {}).get(action_id)
            if known is not None:
                known.update(state)
                if known.get("value") == "":
                    known["value"] = None  # Slack sends null for an input left empty


def _missing(view: Json) -> str | None:
    """Return the block_id of the first required input that is empty, as Slack's client checks."""
    for block in view["blocks"]:
        if block["type"] == "input" and not block.get("optional"):
            state = view["state"]["values"][block["block_id"]][block["element"]["action_id"]]
            if is_empty(state):
                return str(block["block_id"])
    return None
