"""What every Web API method, delivery and response URL works on."""

import copy
import secrets
from dataclasses import dataclass, field
from typing import Final

from bot.sandbox.slack.blocks import completed
from bot.sandbox.slack.model import Channel, Json, Limits
from bot.sandbox.slack.rules import TEXT_MAX, check_message
from bot.sandbox.slack.tickets import Tickets
from bot.sandbox.slack.views import Views
from bot.sandbox.slack.workspace import Workspace

KEPT: Final = ("text", "metadata", "thread_ts", "attachments", "unfurl_links", "unfurl_media")


@dataclass(slots=True, kw_only=True)
class Core:
    """The parts of one pretend workspace; `links` are the unused Socket Mode tickets."""

    workspace: Workspace
    views: Views
    tickets: Tickets
    limits: Limits
    scopes: frozenset[str]
    links: set[str] = field(default_factory=set)

    def new_link(self) -> str:
        """Issue the ticket of one Socket Mode connection."""
        ticket = secrets.token_urlsafe(24)
        self.links.add(ticket)
        return ticket

    def say(self, channel: Channel, arguments: Json) -> Json:
        """Post a checked message of the bot.

        Raises:
            SlackError: What `check_message` refuses; cannot_reply_to_message.
        """
        check_message(arguments)
        message = content(arguments)
        if arguments.get("reply_broadcast") and arguments.get("thread_ts"):
            message["subtype"] = "thread_broadcast"
        return self.workspace.post(channel, message)

    def rewrite(self, channel: Channel, message: Json, arguments: Json) -> None:
        """Replace what a message says: blocks that are not sent again are gone.

        Metadata stays unless it is sent again (docs.slack.dev, chat.update, read 2026-11-20).
        """
        check_message(arguments)
        new = content(arguments)
        for key in ("blocks", "attachments"):
            message.pop(key, None)
        message.update(new)
        if message.get("metadata") == {}:
            del message["metadata"]
        changed = "ephemeral_changed" if message.get("is_ephemeral") else "message_changed"
        if not message.get("is_ephemeral"):
            edited = {"user": self.workspace.bot.id, "ts": self.workspace.new_ts()}
            message["edited"] = edited
        self.workspace.tell(changed, channel=channel.id, message=message)


def content(arguments: Json) -> Json:
    """Return the stored fields of a message from checked arguments; long text is cut."""
    message: Json = {key: copy.deepcopy(arguments[key]) for key in KEPT if key in arguments}
    message["text"] = (arguments.get("text") or arguments.get("markdown_text") or "")[:TEXT_MAX]
    if arguments.get("blocks"):
        message["blocks"] = completed(arguments["blocks"])
    return message
