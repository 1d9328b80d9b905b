"""What people do besides commands and clicks: shortcuts, reactions, opening the App Home."""

import secrets

from bot.sandbox.slack import payloads
from bot.sandbox.slack.core import Core
from bot.sandbox.slack.delivery import Transport, deliver, not_sent
from bot.sandbox.slack.model import Delivery, Json


class Gestures:
    """Turns gestures into payloads; reactions and Homes arrive as Events API events."""

    def __init__(self, core: Core, transport: Transport) -> None:
        self._core = core
        self._transport = transport

    async def run_shortcut(self, user_id: str, callback_id: str) -> Delivery:
        """Choose one of the app's global shortcuts."""
        return await self._deliver(self._shortcut("shortcut", user_id, callback_id))

    async def run_message_shortcut(
        self, user_id: str, channel_id: str, ts: str, callback_id: str
    ) -> Delivery:
        """Choose a shortcut from the menu of a message."""
        channel = self._core.workspace.channel(channel_id)
        if ts not in channel.messages:
            return not_sent("message_not_found")
        key = self._core.tickets.response_url(user_id, channel.id, ts)
        return await self._deliver(
            {
                **self._shortcut("message_action", user_id, callback_id),
                "channel": {"id": channel.id, "name": channel.name},
                "message": channel.messages[ts],
                "message_ts": ts,
                "response_url": f"{self._core.workspace.url}/response/{key}",
            }
        )

    def _shortcut(self, kind: str, user_id: str, callback_id: str) -> Json:
        user = self._core.workspace.user(user_id)
        return {
            **payloads.interaction(kind, user, self._core.tickets.trigger(user_id)),
            "callback_id": callback_id,
            "action_ts": self._core.workspace.new_ts(),
        }

    async def react(self, user_id: str, channel_id: str, ts: str, name: str) -> Delivery:
        """Put an emoji under a message."""
        channel = self._core.workspace.channel(channel_id)
        message = channel.messages.get(ts)
        if message is None:
            return not_sent("message_not_found")
        if not self._core.workspace.react(channel, message, user_id, name):
            return not_sent("already_reacted")
        return await self._event(
            {
                "type": "reaction_added",
                "user": user_id,
                "reaction": name,
                "item_user": message["user"],
                "item": {"type": "message", "channel": channel.id, "ts": ts},
            }
        )

    async def open_home(self, user_id: str) -> Delivery:
        """Open the app's Home tab."""
        event: Json = {"type": "app_home_opened", "user": user_id, "tab": "home"}
        event["channel"] = self._core.workspace.direct_messages(user_id).id
        if user_id in self._core.views.homes:
            event["view"] = self._core.views.homes[user_id]
        return await self._event(event)

    async def _event(self, body: Json) -> Delivery:
        body = {**body, "event_ts": self._core.workspace.new_ts()}
        event_id = "Ev" + secrets.token_hex(5).upper()
        return await self._deliver(payloads.event(body, event_id, self._core.workspace.now()))

    async def _deliver(self, payload: Json) -> Delivery:
        return await deliver(self._transport, payload, self._core.limits.ack_seconds)
