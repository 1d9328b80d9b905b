"""conversations.*: what stands where, and who may read it."""

import base64
import re
from dataclasses import dataclass

from bot.sandbox.slack.core import Core
from bot.sandbox.slack.model import Channel, Json, SlackError
from bot.sandbox.slack.workspace import is_top_level, ts_number

LIMIT_MAX = 999
NAME_MAX = 80
TOPIC_MAX = 250
NAME = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Period:
    """Which messages were asked for, in microseconds; the ends count only when inclusive."""

    oldest: int
    latest: int
    is_inclusive: bool

    def holds(self, message: Json) -> bool:
        """Say whether a message lies in the period."""
        at = ts_number(message["ts"])
        inside = self.oldest < at < self.latest
        return inside or (self.is_inclusive and at in {self.oldest, self.latest})


def history(core: Core, given: Json) -> Json:
    """Return what the channel shows, newest first; replies are not among it."""
    channel = core.workspace.joined(given["channel"])
    period = _period(given)
    found = [row for row in channel.messages.values() if is_top_level(row) and period.holds(row)]
    rows, more = _page(given, [_seen(row, given) for row in reversed(found)])
    return {"messages": rows, "pin_count": len(channel.pins), **more}


def replies(core: Core, given: Json) -> Json:
    """Return a thread: its parent, then the replies of the period, oldest first."""
    channel = core.workspace.joined(given["channel"])
    parent = channel.messages.get(given["ts"])
    if parent is None:
        raise SlackError("thread_not_found")
    root: str = parent.get("thread_ts") or parent["ts"]
    period = _period(given)
    thread = core.workspace.thread(channel, root)
    found = [row for row in thread if row["ts"] == root or period.holds(row)]
    rows, more = _page(given, [_seen(row, given) for row in found])
    return {"messages": rows, **more}


def _period(given: Json) -> Period:
    ends = []
    for key, default in (("oldest", "0"), ("latest", f"{10**12}")):
        try:
            ends.append(ts_number(given.get(key, default)))
        except ValueError as error:
            raise SlackError(f"invalid_ts_{key}") from error
    return Period(ends[0], ends[1], given.get("inclusive", False))


def _seen(message: Json, given: Json) -> Json:
    if given.get("include_all_metadata"):
        return message
    return {key: value for key, value in message.items() if key != "metadata"}


def _page(given: Json, rows: list[Json]) -> tuple[list[Json], Json]:
    """Return one page of rows, and the fields of the answer that lead to the next one."""
    limit = given.get("limit", 100)
    if not 1 <= limit <= LIMIT_MAX:
        raise SlackError("invalid_limit")
    start = _cursor_position(given.get("cursor", ""))
    more = start + limit < len(rows)
    if not more:
        return rows[start : start + limit], {"has_more": False}
    cursor = base64.b64encode(f"next:{start + limit}".encode()).decode()
    return rows[start : start + limit], {
        "has_more": True,
        "response_metadata": {"next_cursor": cursor},
    }


def _cursor_position(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
    except ValueError as error:
        raise SlackError("invalid_cursor") from error


def described(core: Core, channel: Channel) -> Json:
    """Return a conversation as Slack describes it."""
    about: Json = {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_im,
        "is_im": channel.is_im,
        "is_private": channel.is_im,
        "is_archived": channel.is_archived,
        "is_member": core.workspace.bot.id in channel.members,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }
    if channel.is_im:
        about["user"] = next(iter(channel.members - {core.workspace.bot.id}))
    return about


def info(core: Core, given: Json) -> Json:
    """Describe one conversation."""
    return {"channel": described(core, core.workspace.channel(given["channel"]))}


def list_channels(core: Core, given: Json) -> Json:
    """List the conversations of the wanted types."""
    types = given.get("types", "public_channel").split(",")
    wanted = [row for row in core.workspace.channels.values() if _type(row) in types]
    if given.get("exclude_archived"):
        wanted = [row for row in wanted if not row.is_archived]
    rows, more = _page(given, [described(core, row) for row in wanted])
    return {"channels": rows, "response_metadata": {"next_cursor": ""}, **more}


def _type(channel: Channel) -> str:
    return "im" if channel.is_im else "public_channel"


def members(core: Core, given: Json) -> Json:
    """List who is in a conversation."""
    found = sorted(core.workspace.channel(given["channel"]).members)
    return {"members": found, "response_metadata": {"next_cursor": ""}}


def join(core: Core, given: Json) -> Json:
    """Let the bot into a public channel."""
    channel = core.workspace.channel(given["channel"])
    if channel.is_im:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    channel.members.add(core.workspace.bot.id)
    return {"channel": described(core, channel)}


def open_conversation(core: Core, given: Json) -> Json:
    """Open the direct messages with one person."""
    people = [each for each in given.get("users", "").split(",") if each]
    if not people and "channel" not in given:
        raise SlackError("users_list_not_supplied")
    if len(people) > 1:
        raise SlackError("too_many_users")  # group messages are not part of this world
    channel = (
        core.workspace.direct_messages(people[0])
        if people
        else core.workspace.channel(given["channel"])
    )
    return {"channel": described(core, channel) if given.get("return_im") else {"id": channel.id}}


def create(core: Core, given: Json) -> Json:
    """Create a public channel with the bot in it."""
    name = given["name"]
    if len(name) > NAME_MAX:
        raise SlackError("invalid_name_maxlength")
    if not NAME.fullmatch(name) or name != name.lower():
        raise SlackError("invalid_name_specials")
    if any(row.name == name for row in core.workspace.channels.values()):
        raise SlackError("name_taken")
    key = f"C0NEW{len(core.workspace.channels)}"
    channel = Channel(key, name, {core.workspace.bot.id})
    core.workspace.channels[key] = channel
    core.workspace.tell("channel", channel=key, name=name)
    return {"channel": described(core, channel)}


def invite(core: Core, given: Json) -> Json:
    """Bring people into a channel."""
    channel = core.workspace.joined(given["channel"])
    people = given["users"].split(",")
    for user_id in people:
        core.workspace.user(user_id)
    if core.workspace.bot.id in people:
        raise SlackError("cant_invite_self")
    if channel.members.issuperset(people):
        raise SlackError("already_in_channel")
    channel.members.update(people)
    return {"channel": described(core, channel)}


def set_topic(core: Core, given: Json) -> Json:
    """Set a channel's topic."""
    channel = core.workspace.joined(given["channel"])
    if len(given["topic"]) > TOPIC_MAX:
        raise SlackError("too_long")
    channel.topic = given["topic"]
    return {"channel": described(core, channel)}


def archive(core: Core, given: Json) -> Json:
    """Archive a channel."""
    channel = core.workspace.channel(given["channel"])
    if channel.is_archived:
        raise SlackError("already_archived")
    channel.is_archived = True
    return {}
