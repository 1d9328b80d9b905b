"""The Slack app manifest: what an admin pastes to create the app, no scope more than is used."""

from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from bot.domain.errors import ConfigError, Problem
from bot.slack.commands import COMMAND

# Each scope with what needs it.
SCOPES: Final = {
    "commands": "the slash command",
    "chat:write": "chat.postMessage, chat.update, chat.postEphemeral",
    "chat:write.public": "the same in public channels that the bot was not invited to",
    "channels:history": "conversations.history and .replies: finds a post whose answer was lost",
    "groups:history": "the same in private channels",
    "files:write": "files.getUploadURLExternal and .completeUploadExternal: the postmortem",
    "users:read": "users.info: names in the postmortem",
}
USAGE: Final = "triage [service] [quick|full] · declare · status · resolve · help"
_LONG: Final = (
    "Answers one question when images stop: is it Ideogram, our account, our network or us? "
    "It measures, says what users get and whose fault it is, and offers the mitigations that fit "
    "and can run. Each one says beforehand exactly what it changes, is pressed once, watched to "
    "its end, verified by its effect and can be undone. Status updates follow the runbook's "
    "template, and the postmortem is drafted from the timeline, every line with its evidence."
)
_EXAMPLE: Final = "For example: --url https://bot.example.com"
_HEADER: Final = (
    "# Slack app manifest: https://api.slack.com/apps, Create New App, From a manifest.\n"
    "# Made by `python -m bot manifest`; with --url it is for HTTP instead of Socket Mode.\n"
)


def manifest(url: str | None = None) -> dict[str, Any]:
    """Make the manifest.

    Args:
        url: Where Slack reaches the bot, for example `https://bot.example.com`; None means
            Socket Mode, which needs no address.

    Raises:
        ConfigError: Slack would not accept this URL.
    """
    endpoint = None if url is None else _public(url).rstrip("/").removesuffix("/slack/events")
    events = {} if endpoint is None else {"url": f"{endpoint}/slack/events"}
    request = {} if endpoint is None else {"request_url": f"{endpoint}/slack/events"}
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "Ideogram Incident Bot",
            "description": "Is it them or us? Triage, safe mitigations, postmortem.",
            "long_description": _LONG,
            "background_color": "#1f2937",
        },
        "features": {
            "bot_user": {"display_name": "ideogram", "always_online": True},
            "slash_commands": [
                {
                    "command": COMMAND,
                    **events,
                    "description": "Is it them or us?",
                    "usage_hint": USAGE,
                    "should_escape": False,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": endpoint is None,
            "token_rotation_enabled": False,
        },
    }


def _public(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise ConfigError([Problem("The URL must start with https:// and name a host.", _EXAMPLE)])
    return url


def manifest_text(url: str | None = None) -> str:
    """Write the manifest as YAML, with a line on what to do with it."""
    return _HEADER + yaml.safe_dump(manifest(url), sort_keys=False, allow_unicode=True, width=100)
