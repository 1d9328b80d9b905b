"""A story: what people do in the pretend world, and how they wait for what they then see."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, TypeVar

import aiohttp

from bot.clock import SystemClock
from bot.sandbox.bot_process import COMMAND, BotProcess, child_environment
from bot.sandbox.slack.server import Delivery, SlackServer
from bot.sandbox.world import OWN_PROMETHEUS, Pace, Transport, World
from bot.slack.manifest import SCOPES
from tests.slack_limits import check_call

Json = dict[str, Any]
Found = TypeVar("Found")

ANA: Final = "U0ANA"
BEN: Final = "U0BEN"
INCIDENTS: Final = "C0INCIDENTS"
ONCALL: Final = "C0ONCALL"
OPERATIONS: Final = "C0OPS"
QUICK: Final = Pace(pod_seconds=0.2, latency_seconds=0.02, think_seconds=0.2, scrape_seconds=0.5)
SLOW_PODS: Final = replace(QUICK, pod_seconds=2.5)
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


class Story:
    """People in front of one world, and what they see of it.

    Attributes:
        expected: What Slack may refuse and the bot may log as an error in this story; anything
            else fails it.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.slack: SlackServer = world.slack
        self.expected: set[str] = set()

    @property
    def bot(self) -> BotProcess:
        """The running bot."""
        assert self.world.bot is not None, "this world has no bot"
        return self.world.bot

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

    # What people do.

    async def run(self, text: str, *, user: str = ANA, channel: str = INCIDENTS) -> Delivery:
        """Type `/ideogram <text>`; it must be taken."""
        done = await self.slack.run_command(user, channel, text)
        assert (done.acked, done.error) == (True, None), f"/ideogram {text}: {done.error}"
        return done

    async def press(self, name: str, *, user: str = ANA, seconds: float = 0) -> Delivery:
        """Press the newest button of that name, once there is one; it must be taken."""
        channel, message, button = await self.until(
            lambda: self.button(name, user), f"the button {name}", seconds
        )
        done = await self.slack.click(user, channel, message["ts"], button["action_id"])
        assert (done.acked, done.error) == (True, None), f"{name}: {done.error}"
        return done

    async def choose(self, name: str, *, user: str = ANA) -> Delivery:
        """Choose this from the newest menu that has it; it must be taken."""
        channel, ts, menu, value = await self.until(
            lambda: self._option(name), f"in a menu: {name}"
        )
        done = await self.slack.click(user, channel, ts, menu, option=value)
        assert (done.acked, done.error) == (True, None), f"{name}: {done.error}"
        return done

    def _option(self, name: str) -> tuple[str, str, str, str] | None:
        for message in reversed(self.said()):
            for menu in buttons(message):
                for option in menu.get("options", []):
                    if label(option) == name:
                        return message["channel"], message["ts"], menu["action_id"], option["value"]
        return None

    async def fill(self, *, user: str = ANA, **typed: str) -> Delivery:
        """Fill the fields of the form that is open, and send it; it must be taken."""
        form = await self.until(lambda: self.form(user), "a form")
        values = {name: {name: {"value": text}} for name, text in typed.items()}
        done = await self.slack.submit_view(user, form["id"], values)
        assert (done.acked, done.error) == (True, None), f"form: {done.error}"
        return done

    @asynccontextmanager
    async def started_bot(self, *, ready: bool = True) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run the bot in a world that was opened without it.

        Args:
            ready: Wait until it says it is; else until it listens, to Slack too.
        """
        url = f"http://127.0.0.1:{self.world.environment['PORT']}/{'readyz' if ready else 'livez'}"
        with (self.world.files.folder / "bot.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *COMMAND,
                cwd=self.world.files.folder,
                env=child_environment(self.world.environment),
                stdout=log,
                stderr=log,
            )
        try:
            await self._answers(url)
            if self.slack.events_url is None:
                await self.until(lambda: self.slack.connections, "the bot's socket")
            yield process
        finally:
            with suppress(ProcessLookupError):  # it ended by itself; the log says why
                process.terminate()
            await process.wait()

    async def _answers(self, url: str) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.get(url) as answer:
                        if answer.status == HTTPStatus.OK:
                            return
                except aiohttp.ClientError:
                    pass
                await CLOCK.sleep(POLL)

    # What people see.

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

    async def bot_is_back(self, starts: int) -> None:
        """Wait until the bot was started that often and is ready."""
        await self.until(
            lambda: self.bot.starts >= starts and self.bot.state == "ready", f"start {starts}"
        )

    # What must hold after every story.

    def check(self) -> None:
        """Check every payload against Slack's limits, and that nothing broke on the way."""
        for call in self.slack.calls:
            check_call(call.method, call.arguments)
        for _, whisper in self._whispers():
            check_call("response_url", {key: whisper.get(key) for key in ("text", "blocks")})
        refused = {call.error for call in self.slack.calls if call.error}
        assert refused <= self.expected, f"Slack refused: {refused - self.expected}"
        assert "Traceback" not in self.log, self.picture()
        errors = re.findall(r'.*"event": "([a-z._]+)", "level": "error".*', self.log)
        assert set(errors) <= self.expected, self.picture()


@asynccontextmanager
async def a_story(
    folder: Path,
    *,
    transport: Transport = "socket",
    pace: Pace = QUICK,
    amend: Callable[[Json], None] = lambda _: None,
    start_bot: bool = True,
    prometheus_url: str | None = OWN_PROMETHEUS,
) -> AsyncIterator[Story]:
    """Open a world with the bot in it; its Slack grants the scopes of the manifest only."""

    def amended(config: Json) -> None:
        config["policy"]["verify_seconds"] = 30
        amend(config)

    world = World(
        folder,
        port=0,
        transport=transport,
        pace=pace,
        amend=amended,
        start_bot=start_bot,
        prometheus_url=prometheus_url,
    )
    world.slack = SlackServer(events_url=world.slack.events_url, scopes=frozenset(SCOPES))
    async with world:
        story = Story(world)
        yield story
        story.check()
