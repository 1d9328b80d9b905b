"""chat.*: what the bot says, changes and takes back."""

from bot.sandbox.slack.core import Core, content
from bot.sandbox.slack.model import Channel, Json, SlackError
from bot.sandbox.slack.rules import TEXT_MAX, UPDATE_TEXT_MAX, check_message
from bot.sandbox.slack.workspace import Workspace


def post_message(core: Core, given: Json) -> Json:
    """Post a message to a conversation the bot is in."""
    channel = core.workspace.joined(given["channel"])
    stored = core.say(channel, given)
    answer = {"channel": channel.id, "ts": stored["ts"], "message": stored}
    if len(given.get("text", "")) > TEXT_MAX:
        answer |= {"warning": "message_truncated"}
    return answer


def update(core: Core, given: Json) -> Json:
    """Change a message of the bot: `text` without `blocks` deletes the blocks."""
    channel, message = _own(core.workspace, given, "cant_update_message")
    if len(given.get("text", "")) > UPDATE_TEXT_MAX:
        raise SlackError("msg_too_long")
    core.rewrite(channel, message, given)
    return {"channel": channel.id, "ts": message["ts"], "text": message["text"], "message": message}


def _own(workspace: Workspace, given: Json, refusal: str) -> tuple[Channel, Json]:
    channel = workspace.channel(given["channel"])
    message = workspace.message(channel, given["ts"])
    if message["user"] != workspace.bot.id:
        raise SlackError(refusal)
    return channel, message


def post_ephemeral(core: Core, given: Json) -> Json:
    """Show a message to one member of a conversation."""
    channel = core.workspace.joined(given["channel"])
    if given["user"] not in channel.members or given["user"] not in core.workspace.users:
        raise SlackError("user_not_in_channel")
    return {"message_ts": whisper(core, channel, given["user"], given)["ts"]}


def whisper(core: Core, channel: Channel, user_id: str, given: Json) -> Json:
    """Check and store a message that one person sees."""
    if len(given.get("text") or "") > TEXT_MAX:
        raise SlackError("msg_too_long")
    check_message(given)
    return core.workspace.whisper(channel, user_id, content(given))


def delete(core: Core, given: Json) -> Json:
    """Delete a message of the bot."""
    channel, message = _own(core.workspace, given, "cant_delete_message")
    core.workspace.delete(channel, message["ts"])
    return {"channel": channel.id, "ts": message["ts"]}


def get_permalink(core: Core, given: Json) -> Json:
    """Return the address of a message, for a reply with its thread."""
    channel = core.workspace.channel(given["channel"])
    message = core.workspace.message(channel, given["message_ts"])
    ts = message["ts"]
    link = f"{core.workspace.url}/archives/{channel.id}/p{ts.replace('.', '')}"
    thread_ts = message.get("thread_ts", ts)
    if thread_ts != ts:
        link += f"?thread_ts={thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}
