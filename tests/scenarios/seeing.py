"""What people see of the pretend world, and how they wait for it."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final, TypeVar

from bot.clock import SystemClock
from bot.sandbox.slack.server import SlackServer
from bot.sandbox.world import World

Json = dict[str, Any]
Found = TypeVar("Found")

ANA: Final = "U0ANA"
BEN: Final = "U0BEN"
PATIENCE_SECONDS: Final = 60.0  # on a busy machine; nothing here normally takes that long
POLL: Final = timedelta(seconds=0.05)
SURE_AFTER: Final = 8  # outcomes of one kind in a row: this is what users get now
CLOCK: Final = SystemClock()


def read(message: Json) -> str:
    """Read a message or modal as a person does: its texts, without its buttons."""
    return "\n".join(_texts(message.get("blocks") or [])) or str(message.get("text", ""))


def _texts(blocks: list[Json]) -> Iterator[str]:
    for block in blocks:
        found = block.get("text")
        if isinstance(found, dict):
            yield found["text"]
        if block["type"] == "context":
            yield from (one["text"] for one in block["elements"] if "text" in one)


def buttons(message: Json) -> Iterator[Json]:
    """Find the buttons and menus of a message."""
    for block in message.get("blocks") or []:
        if block["type"] == "actions":
            yield from block["elements"]


def label(element: Json) -> str:
    """Read a button."""
    return str((element.get("text") or {}).get("text", ""))


def is_reply(message: Json) -> bool:
    """Tell whether it stands in a thread below another message."""
    return bool(message.get("thread_ts") not in {None, message["ts"]})


class Onlooker:
    """Somebody in front of one world: what there is to see, and how to wait for it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.slack: SlackServer = world.slack

    @property
    def log(self) -> str:
        """Everything the bot printed."""
        path = self.world.files.folder / "bot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    async def until(self, look: Callable[[], Found], what: str, seconds: float = 0) -> Found:
        """Wait until `look` finds something; fails with what people see instead."""
        try:
            async with asyncio.timeout(seconds or PATIENCE_SECONDS):
                while not (found := look()):
                    await CLOCK.sleep(POLL)
                return found
        except TimeoutError:
            raise AssertionError(f"never seen: {what}\n{self.picture()}") from None

    def picture(self) -> str:
        """Show what people see, and the end of the bot's log."""
        seen = [f"[{one['ts']}] {read(one)} {[*map(label, buttons(one))]}" for one in self.said()]
        whispers = [f"({user}) {read(one)}" for user, one in self._whispers()]
        log = self.log.splitlines()[-15:]
        return "\n".join(["-- Slack:", *seen, "-- only for one:", *whispers, "-- log:", *log])

    def said(self) -> list[Json]:
        """List what the bot said in all channels and threads, oldest first."""
        found = {
            one["ts"]: {
                **one,
                "channel": channel,
            }  # a reply shown in the channel too is one message
            for channel in self.slack.channels
            for top in self.slack.messages(channel)
            for one in self.slack.thread(channel, top["ts"])
            if one.get("user") == self.slack.bot_user_id
        }
        return [found[ts] for ts in sorted(found)]

    def _whispers(self) -> Iterator[tuple[str, Json]]:
        for user in self.slack.users:
            for one in self.slack.ephemerals(user):
                yield user, one

    def button(self, name: str, user: str = ANA) -> tuple[str, Json, Json] | None:
        """Find the newest button of that name: channel, message, button."""
        visible = [*self.said(), *self.slack.ephemerals(user)]
        for message in sorted(visible, key=lambda one: one["ts"], reverse=True):
            for element in buttons(message):
                if label(element) == name:
                    return message["channel"], message, element
        return None

    def form(self, user: str) -> Json | None:
        """Find the form that a person has open."""
        views = self.slack.open_views(user)
        return next((view for view in reversed(views) if view.get("submit")), None)

    def messages(self, *words: str) -> list[Json]:
        """Find the messages of the bot that hold all these words, oldest first."""
        return [one for one in self.said() if all(word in read(one) for word in words)]

    async def sees(self, *words: str, seconds: float = 0) -> Json:
        """Wait for a message of the bot that holds all these words; the newest."""
        found = await self.until(lambda: self.messages(*words), f"message {words}", seconds)
        return found[-1]

    async def hears(self, *words: str, user: str = ANA) -> str:
        """Wait for an answer that only this person sees and that holds all these words."""

        def look() -> list[str]:
            answers = [read(one) for one in self.slack.ephemerals(user)]
            return [text for text in answers if all(word in text for word in words)]

        return (await self.until(look, f"answer {words} for {user}"))[-1]

    async def users_get(self, kind: str) -> None:
        """Wait until users get only this: picture, placeholder or error."""
        in_a_row = 0
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self.world.service.subscribe() as news:
                while in_a_row < SURE_AFTER:
                    in_a_row = in_a_row + 1 if (await news.get())["kind"] == kind else 0
        except TimeoutError:
            raise AssertionError(f"users never got {kind}s only\n{self.picture()}") from None

    def patches(self) -> int:
        """Count the changes that the bot made in the cluster."""
        return len(self.world.chaos.patches())

    def value(self, variable: str) -> str | None:
        """Read a variable of the Deployment's container `app`."""
        template = self.world.kubernetes.deployment("default", "ideogram-service")["spec"]
        containers = template["template"]["spec"]["containers"]
        env = next(one["env"] for one in containers if one["name"] == "app")
        return next((one.get("value") for one in env if one["name"] == variable), None)

    async def file(self, name: str = "postmortem") -> str:
        """Wait for an uploaded file; the newest."""

        def look() -> list[str]:
            shared = [one for message in self.said() for one in message.get("files") or []]
            return [one["id"] for one in shared if name in str(one).lower()]

        found = await self.until(look, f"the file {name}")
        return self.slack.file_content(found[-1]).decode()
