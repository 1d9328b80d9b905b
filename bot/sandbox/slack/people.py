"""What people do: commands, clicks, words. Modals are in modals.py."""

from dataclasses import replace

from bot.sandbox.slack import payloads
from bot.sandbox.slack.blocks import STATES, find_element, initial_state
from bot.sandbox.slack.core import Core
from bot.sandbox.slack.delivery import Transport, deliver, not_sent
from bot.sandbox.slack.element_rules import options_of
from bot.sandbox.slack.model import Channel, Delivery, Json, SlackError
from bot.sandbox.slack.response_urls import ResponseUrls

COMMAND = "/ideogram"


class People:
    """Turns what a person does into payloads, and the acks into what the person sees."""

    def __init__(self, core: Core, transport: Transport) -> None:
        self._core = core
        self._transport = transport
        self._response_urls = ResponseUrls(core)

    async def run_command(self, user_id: str, channel_id: str, text: str) -> Delivery:
        """Type a slash command; `text` may start with the command's name or leave it out."""
        name, rest = COMMAND, text
        if text.lstrip().startswith("/"):
            name, _, rest = text.strip().partition(" ")
        if name != COMMAND or "commands" not in self._core.scopes:
            return not_sent("unknown_command")
        channel = self._core.workspace.channel(channel_id)
        url = self._core.tickets.response_url(user_id, channel.id)
        payload = payloads.command(
            channel,
            self._core.workspace.user(user_id),
            name=name,
            text=rest,
            response_url=self._response_address(url),
            trigger_id=self._core.tickets.trigger(user_id),
        )
        delivery = await self._deliver(payload)
        return self._show_ack(delivery, user_id, channel)

    def _response_address(self, key: str) -> str:
        return f"{self._core.workspace.url}/response/{key}"

    def _show_ack(self, delivery: Delivery, user_id: str, channel: Channel) -> Delivery:
        """Show the message that a command's ack carried."""
        if not delivery.response:
            return delivery
        # Not counted against the URL that was sent along.
        url = self._core.tickets.response_url(user_id, channel.id)
        try:
            self._response_urls.use(url, delivery.response)
        except SlackError as error:
            return replace(delivery, error=error.code)
        return delivery

    async def click(
        self,
        user_id: str,
        channel_id: str,
        ts: str,
        action_id: str,
        *,
        block_id: str | None = None,
        option: str | None = None,
    ) -> Delivery:
        """Press a button or choose an option in a message as it looks now."""
        channel = self._core.workspace.channel(channel_id)
        message = self._core.workspace.ephemerals[user_id].get(ts) or channel.messages.get(ts)
        if message is None:
            return not_sent("message_not_found")
        blocks = message.get("blocks", [])
        try:
            block, element = find_element(blocks, action_id, block_id)
            chosen = chosen_state(element, option)
        except LookupError:
            return not_sent("no_such_element")
        user = self._core.workspace.user(user_id)
        state = initial_state(blocks)
        if element["type"] in STATES:
            state[block["block_id"]][action_id].update(chosen)
        url = self._core.tickets.response_url(user_id, channel.id, ts)
        payload = {
            **payloads.interaction("block_actions", user, self._core.tickets.trigger(user_id)),
            **payloads.in_message(channel, message, self._response_address(url), state),
            "actions": [payloads.action(block, element, self._core.workspace.new_ts(), chosen)],
        }
        return await self._deliver(payload)

    async def say(
        self, user_id: str, channel_id: str, text: str, thread_ts: str | None = None
    ) -> Delivery:
        """Write a message. The app of this world subscribes to no message events."""
        channel = self._core.workspace.channel(channel_id)
        message: Json = {"text": text}
        if thread_ts:
            message["thread_ts"] = thread_ts
        stored = self._core.workspace.post(channel, message, author=user_id)
        return Delivery(acked=True, seconds=0.0, response=None, error=None, payload=stored)

    async def redeliver(self, delivery: Delivery) -> Delivery:
        """Send the same payload once more, marked as a retry."""
        if not delivery.payload:
            return delivery
        seconds = self._core.limits.ack_seconds
        return await deliver(self._transport, delivery.payload, seconds, retry=1)

    async def _deliver(self, payload: Json) -> Delivery:
        return await deliver(self._transport, payload, self._core.limits.ack_seconds)


def chosen_state(element: Json, option: str | None) -> Json:
    """Return what using an element adds to its action.

    Args:
        element: As the message or view shows it.
        option: The value of an option, or a date, person, text; None for a button.

    Raises:
        LookupError: The element has no such option.
    """
    kind = element["type"]
    if kind == "button":
        return {}
    key = "selected_option" if kind == "overflow" else STATES[kind][0]
    if not key.startswith("selected_option"):
        return {key: option}
    for each in options_of(element):
        if isinstance(each, dict) and each["value"] == option:
            return {key: [each] if key.endswith("s") else each}
    raise LookupError(option)
