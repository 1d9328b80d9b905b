"""The state of the workspace: who is there, what was said where, who watches."""

import asyncio
import copy
import mimetypes
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.sandbox.slack.model import Channel, Json, SlackError, User

TS_DECIMALS = 6
TEAM_ID = "T0SANDBOX"
TEAM_DOMAIN = "sandbox"
APP_ID = "A0SANDBOX"
BOT_ID = "B0IDEOGRAM"
BOT_USER_ID = "U0IDEOGRAM"
PEOPLE = (
    ("U0ANA", "ana", "Ana", "Europe/Lisbon"),
    ("U0BEN", "ben", "Ben", "America/New_York"),
    ("U0CHI", "chi", "Chi", "Asia/Tokyo"),
)
CHANNELS = (("C0INCIDENTS", "incidents"), ("C0ONCALL", "on-call"), ("C0OPS", "bot-operations"))


def ts_number(ts: str) -> int:
    """Return a ts as microseconds, so that comparing loses no digit.

    Raises:
        ValueError: It is no number with at most six decimals.
    """
    seconds, _, fraction = ts.partition(".")
    if not seconds.isdecimal() or len(fraction) > TS_DECIMALS or not (fraction or "0").isdecimal():
        raise ValueError(ts)
    return int(seconds) * 1_000_000 + int(fraction.ljust(TS_DECIMALS, "0"))


class Workspace:
    """Everything that is remembered apart from views, triggers and response URLs."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.url = ""
        self.users = {row[0]: User(*row) for row in PEOPLE}
        self.bot = User(BOT_USER_ID, "ideogram", "Ideogram Bot", "UTC")
        everyone = {*self.users, BOT_USER_ID}
        self.channels = {key: Channel(key, name, set(everyone)) for key, name in CHANNELS}
        self.usergroups: dict[str, list[str]] = {"S0ONCALL": ["U0ANA", "U0BEN"]}
        self.ephemerals: dict[str, dict[str, Json]] = {key: {} for key in self.users}
        self.files: dict[str, Json] = {}
        self.contents: dict[str, bytes] = {}
        self.shared_files: set[str] = set()
        self._watchers: list[asyncio.Queue[Json]] = []
        self._last_ts = 0

    def new_ts(self) -> str:
        """Return a ts that no message of this workspace has."""
        self._last_ts = max(self._last_ts + 1, int(self.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[asyncio.Queue[Json]]:
        """Yield a queue of everything that changes from now on."""
        queue: asyncio.Queue[Json] = asyncio.Queue()
        self._watchers.append(queue)
        try:
            yield queue
        finally:
            self._watchers.remove(queue)

    def tell(self, kind: str, **facts: object) -> None:
        """Tell every watcher what changed; `facts` are copied."""
        for queue in self._watchers:
            queue.put_nowait({"type": kind, **copy.deepcopy(facts)})

    def user(self, user_id: str) -> User:
        """Return a person or the bot.

        Raises:
            SlackError: user_not_found.
        """
        found = self.bot if user_id == self.bot.id else self.users.get(user_id)
        if found is None:
            raise SlackError("user_not_found")
        return found

    def channel(self, name: str) -> Channel:
        """Return a conversation by id, by name, or a person's direct messages by user id.

        Raises:
            SlackError: channel_not_found.
        """
        if name in self.channels:
            return self.channels[name]
        if name in self.users:
            return self.direct_messages(name)
        for channel in self.channels.values():
            if not channel.is_im and channel.name == name.removeprefix("#"):
                return channel
        raise SlackError("channel_not_found")

    def direct_messages(self, user_id: str) -> Channel:
        """Return the conversation of the bot with one person, opened when it is new."""
        key = "D" + self.user(user_id).id[1:]
        return self.channels.setdefault(
            key, Channel(key, "directmessage", {user_id, self.bot.id}, is_im=True)
        )

    def joined(self, name: str) -> Channel:
        """Return a conversation the bot may write to.

        Raises:
            SlackError: channel_not_found, not_in_channel, is_archived.
        """
        channel = self.channel(name)
        if self.bot.id not in channel.members:
            raise SlackError("not_in_channel")
        if channel.is_archived:
            raise SlackError("is_archived")
        return channel

    def message(self, channel: Channel, ts: str) -> Json:
        """Return a message as it is stored.

        Raises:
            SlackError: message_not_found.
        """
        if ts not in channel.messages:
            raise SlackError("message_not_found")
        return channel.messages[ts]

    def post(self, channel: Channel, message: Json, *, author: str | None = None) -> Json:
        """Store a message under a new ts and tell the watchers.

        Args:
            channel: Where it appears.
            message: text, and where they are known blocks, metadata, thread_ts, files, subtype.
            author: A person's id; None is the bot.

        Raises:
            SlackError: cannot_reply_to_message when thread_ts names no parent.
        """
        parent = None
        if thread_ts := message.get("thread_ts"):
            parent = channel.messages.get(thread_ts)
            if parent is None or parent.get("thread_ts", thread_ts) != thread_ts:
                raise SlackError("cannot_reply_to_message")
        stored = {**self.signature(author), **message, "ts": self.new_ts()}
        channel.messages[stored["ts"]] = stored
        self.tell("message", channel=channel.id, message=stored)
        if parent is not None:
            self._count_reply(channel, parent, stored)
        return stored

    def signature(self, author: str | None) -> Json:
        """Return the fields that say who wrote a message."""
        who: Json = {"type": "message", "team": TEAM_ID, "user": author or self.bot.id}
        return who if author else {**who, "bot_id": BOT_ID, "app_id": APP_ID}

    def _count_reply(self, channel: Channel, parent: Json, reply: Json) -> None:
        users = parent.setdefault("reply_users", [])
        if reply["user"] not in users:
            users.append(reply["user"])
        parent["thread_ts"] = parent["ts"]
        parent["reply_count"] = parent.get("reply_count", 0) + 1
        parent["reply_users_count"] = len(users)
        parent["latest_reply"] = reply["ts"]
        self.tell("message_changed", channel=channel.id, message=parent)

    def delete(self, channel: Channel, ts: str) -> None:
        """Remove a message; a thread's parent counts one reply less."""
        gone = channel.messages.pop(ts)
        parent = channel.messages.get(gone.get("thread_ts", ""))
        if parent is not None:
            parent["reply_count"] = max(0, parent.get("reply_count", 1) - 1)
        channel.pins = [pin for pin in channel.pins if pin != ts]
        self.tell("message_deleted", channel=channel.id, ts=ts)

    def react(self, channel: Channel, message: Json, user_id: str, name: str) -> bool:
        """Put an emoji under a message; False when this person's is there already."""
        reactions = message.setdefault("reactions", [])
        same = next((row for row in reactions if row["name"] == name), None)
        if same is None:
            same = {"name": name, "users": [], "count": 0}
            reactions.append(same)
        if user_id in same["users"]:
            return False
        same["users"].append(user_id)
        same["count"] += 1
        self.tell("message_changed", channel=channel.id, message=message)
        return True

    def whisper(self, channel: Channel, user_id: str, message: Json) -> Json:
        """Show a message to one person only."""
        stored = {
            **self.signature(None),
            **message,
            "ts": self.new_ts(),
            "channel": channel.id,
            "is_ephemeral": True,
        }
        self.ephemerals[user_id][stored["ts"]] = stored
        self.tell("ephemeral", user=user_id, channel=channel.id, message=stored)
        return stored

    def top_level(self, channel: Channel) -> list[Json]:
        """Return what the channel itself shows, oldest first."""
        return [message for message in channel.messages.values() if is_top_level(message)]

    def thread(self, channel: Channel, ts: str) -> list[Json]:
        """Return a thread, parent first, then the replies, oldest first."""
        replies = [
            message
            for message in channel.messages.values()
            if message.get("thread_ts") == ts and message["ts"] != ts
        ]
        return [channel.messages[ts], *replies] if ts in channel.messages else []

    def new_file(self, name: str, size: int, alt_text: str | None) -> Json:
        """Remember a file that is announced, not yet uploaded or shared."""
        key = "F0" + secrets.token_hex(5).upper()
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        private = f"{self.url}/files-pri/{TEAM_ID}-{key}/{name}"
        created = int(self.now())
        stored: Json = {
            "id": key,
            "created": created,
            "timestamp": created,
            "name": name,
            "title": name,
            "mimetype": kind,
            "filetype": name.rpartition(".")[2] if "." in name else "binary",
            "user": self.bot.id,
            "size": size,
            "mode": "hosted",
            "channels": [],
            "url_private": private,
            "url_private_download": f"{private}?download=1",
            "permalink": f"{self.url}/files/{self.bot.id}/{key}/{name}",
        }
        if alt_text:
            stored["alt_txt"] = alt_text
        self.files[key] = stored
        return stored


def is_top_level(message: Json) -> bool:
    """Say whether a message stands in the channel itself, not only in a thread."""
    in_channel: bool = message.get("thread_ts", message["ts"]) == message["ts"]
    return in_channel or message.get("subtype") == "thread_broadcast"
