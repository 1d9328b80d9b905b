"""The payloads that Slack sends to an app, field by field.

docs.slack.dev, reference/interaction-payloads, read 2026-11-20.
"""

from bot.sandbox.slack.model import Channel, Json, User
from bot.sandbox.slack.workspace import APP_ID, TEAM_DOMAIN, TEAM_ID, is_top_level

VERIFICATION_TOKEN = "sandbox-not-a-secret"  # noqa: S105  deprecated by Slack, checked by nobody


def command(
    channel: Channel, user: User, *, name: str, text: str, response_url: str, trigger_id: str
) -> Json:
    """Return the form fields of a slash command."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text.strip(),
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def interaction(kind: str, user: User, trigger_id: str | None) -> Json:
    """Return what all interactive payloads share."""
    payload: Json = {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": TEAM_ID},
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    return payload if trigger_id is None else {**payload, "trigger_id": trigger_id}


def in_message(channel: Channel, message: Json, response_url: str, state: Json) -> Json:
    """Return the fields that say in which message something was pressed.

    The content of an ephemeral message is not sent: Slack does not keep it.
    """
    is_ephemeral = message.get("is_ephemeral", False)
    container: Json = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": is_ephemeral,
    }
    if not is_top_level(message) or "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    fields: Json = {
        "container": container,
        "channel": {"id": channel.id, "name": channel.name},
        "state": {"values": state},
        "response_url": response_url,
    }
    return fields if is_ephemeral else {**fields, "message": message}


def action(block: Json, element: Json, action_ts: str, chosen: Json) -> Json:
    """Return one entry of `actions`."""
    names = ("type", "action_id", "text", "value", "style", "confirm")
    kept: Json = {key: element[key] for key in names if key in element}
    return {**kept, "block_id": block["block_id"], "action_ts": action_ts, **chosen}


def event(body: Json, event_id: str, at: float) -> Json:
    """Return the outer payload of an Events API event."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "event": body,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(at),
        "authorizations": [],
        "is_ext_shared_channel": False,
    }
