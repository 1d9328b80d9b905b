"""Response URLs: five answers in thirty minutes to one interaction.

docs.slack.dev, interactivity/handling-user-interaction, read 2026-11-20. What an ack carries
(`ack("text")` to a command) goes the same way, without counting.
"""

from bot.sandbox.slack.core import Core, content
from bot.sandbox.slack.methods.chat import whisper
from bot.sandbox.slack.model import Json, SlackError
from bot.sandbox.slack.rules import check_message
from bot.sandbox.slack.tickets import ResponseUrl

FIELDS = frozenset(
    {
        "text",
        "blocks",
        "attachments",
        "response_type",
        "replace_original",
        "delete_original",
        "thread_ts",
        "metadata",
        "mrkdwn",
        "unfurl_links",
        "unfurl_media",
    }
)


class ResponseUrls:
    """Answers to interactions; membership of the bot does not matter here."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def use(self, key: str, body: Json) -> None:
        """Answer through one URL.

        Raises:
            SlackError: expired_url, used_url, invalid_url, and what messages are refused for.
        """
        self.answer(self._core.tickets.use_response_url(key), body)

    def answer(self, url: ResponseUrl, body: Json) -> None:
        """Post, replace or delete, as the body asks.

        Raises:
            SlackError: What messages are refused for; message_not_found.
        """
        unknown = [f"unsupported argument: {key}" for key in body if key not in FIELDS]
        if unknown:
            raise SlackError("invalid_arguments", *unknown)
        if body.get("delete_original"):
            self._delete(url)
        elif body.get("replace_original") and url.ts is not None:
            self._replace(url, body)
        else:
            self._post(url, body)

    def _post(self, url: ResponseUrl, body: Json) -> None:
        channel = self._core.workspace.channel(url.channel_id)
        check_message(body)
        if body.get("response_type") == "in_channel":
            self._core.workspace.post(channel, content(body))
        else:
            whisper(self._core, channel, url.user_id, body)

    def _replace(self, url: ResponseUrl, body: Json) -> None:
        channel = self._core.workspace.channel(url.channel_id)
        self._core.rewrite(channel, self._original(url), body)

    def _delete(self, url: ResponseUrl) -> None:
        workspace = self._core.workspace
        original = self._original(url)
        if original.get("is_ephemeral"):
            del workspace.ephemerals[url.user_id][original["ts"]]
            workspace.tell("ephemeral_deleted", user=url.user_id, ts=original["ts"])
        else:
            workspace.delete(workspace.channel(url.channel_id), original["ts"])

    def _original(self, url: ResponseUrl) -> Json:
        mine = self._core.workspace.ephemerals[url.user_id]
        if url.ts in mine:
            return mine[url.ts]
        channel = self._core.workspace.channel(url.channel_id)
        return self._core.workspace.message(channel, url.ts or "")
