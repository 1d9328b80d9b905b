"""The small families: api, apps, auth, bookmarks, pins, reactions, usergroups, users."""

import re
import secrets
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.sandbox.slack.core import Core
from bot.sandbox.slack.model import Json, SlackError, User
from bot.sandbox.slack.workspace import APP_ID, BOT_ID, TEAM_DOMAIN, TEAM_ID

EMOJI_NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def api_test(_: Core, given: Json) -> Json:
    """Answer without a token; fail with the error that was asked for."""
    if "error" in given:
        raise SlackError(given["error"], extra={"args": given})
    return {"args": given}


def auth_test(core: Core, _: Json) -> Json:
    """Say whose token it is."""
    return {
        "url": core.workspace.url + "/",
        "team": TEAM_DOMAIN,
        "user": core.workspace.bot.name,
        "team_id": TEAM_ID,
        "user_id": core.workspace.bot.id,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def connections_open(core: Core, _: Json) -> Json:
    """Hand out the address of one Socket Mode connection."""
    address = core.workspace.url.replace("http", "ws", 1)
    return {"url": f"{address}/link/?ticket={core.new_link()}&app_id={APP_ID}"}


def users_info(core: Core, given: Json) -> Json:
    """Describe a person."""
    return {"user": described(core, core.workspace.user(given["user"]))}


def described(core: Core, user: User) -> Json:
    """Return a person as Slack describes them."""
    offset = ZoneInfo(user.tz).utcoffset(datetime.fromtimestamp(core.workspace.now(), UTC))
    return {
        "id": user.id,
        "team_id": TEAM_ID,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": False,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": {"real_name": user.real_name, "display_name": user.name, "team": TEAM_ID},
        "is_bot": user.id == core.workspace.bot.id,
    }


def users_list(core: Core, _: Json) -> Json:
    """Describe everybody."""
    everyone = [core.workspace.bot, *core.workspace.users.values()]
    rows = [described(core, user) for user in everyone]
    return {"members": rows, "response_metadata": {"next_cursor": ""}}


def usergroup_users(core: Core, given: Json) -> Json:
    """List the people of a user group."""
    if given["usergroup"] not in core.workspace.usergroups:
        raise SlackError("no_such_subteam")
    return {"users": core.workspace.usergroups[given["usergroup"]]}


def add_reaction(core: Core, given: Json) -> Json:
    """Put an emoji under a message."""
    channel = core.workspace.joined(given["channel"])
    message = core.workspace.message(channel, given["timestamp"])
    if not EMOJI_NAME.fullmatch(given["name"]):
        raise SlackError("invalid_name")
    if not core.workspace.react(channel, message, core.workspace.bot.id, given["name"]):
        raise SlackError("already_reacted")
    return {}


def remove_reaction(core: Core, given: Json) -> Json:
    """Take the bot's emoji away again."""
    channel = core.workspace.joined(given["channel"])
    message = core.workspace.message(channel, given["timestamp"])
    for row in message.get("reactions", []):
        if row["name"] == given["name"] and core.workspace.bot.id in row["users"]:
            row["users"].remove(core.workspace.bot.id)
            row["count"] -= 1
            message["reactions"] = [each for each in message["reactions"] if each["count"]]
            core.workspace.tell("message_changed", channel=channel.id, message=message)
            return {}
    raise SlackError("no_reaction")


def add_pin(core: Core, given: Json) -> Json:
    """Pin a message to its channel."""
    channel = core.workspace.joined(given["channel"])
    message = core.workspace.message(channel, given["timestamp"])
    if message["ts"] in channel.pins:
        raise SlackError("already_pinned")
    channel.pins.append(message["ts"])
    return {}


def add_bookmark(core: Core, given: Json) -> Json:
    """Put a link at a channel's head."""
    channel = core.workspace.joined(given["channel_id"])
    if given["type"] != "link":
        raise SlackError("invalid_bookmark_type")
    if not given.get("link", "").startswith(("http://", "https://")):
        raise SlackError("invalid_link")
    bookmark = {**given, "id": "Bk" + secrets.token_hex(4).upper()}
    channel.bookmarks.append(bookmark)
    return {"bookmark": bookmark}
