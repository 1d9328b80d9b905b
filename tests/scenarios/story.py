"""A story: what people do in the pretend world, and what must hold after it."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Final

import aiohttp

from bot.sandbox.bot_process import COMMAND, BotProcess, child_environment
from bot.sandbox.slack.server import Delivery, SlackServer
from bot.sandbox.world import OWN_PROMETHEUS, Pace, Transport, World
from bot.slack.manifest import SCOPES
from tests.scenarios.seeing import (
    ANA,
    CLOCK,
    PATIENCE_SECONDS,
    POLL,
    Json,
    Onlooker,
    buttons,
    label,
)
from tests.slack_limits import check_call

INCIDENTS: Final = "C0INCIDENTS"
OPERATIONS: Final = "C0OPS"
QUICK: Final = Pace(pod_seconds=0.2, latency_seconds=0.02, think_seconds=0.2, scrape_seconds=0.5)
SLOW_PODS: Final = replace(QUICK, pod_seconds=2.5)


class Story(Onlooker):
    """People in front of one world, and what they do in it.

    Attributes:
        expected: What Slack may refuse and the bot may log as an error in this story; anything
            else fails it.
    """

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.expected: set[str] = set()

    @property
    def bot(self) -> BotProcess:
        """The running bot."""
        assert self.world.bot is not None, "this world has no bot"
        return self.world.bot

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

    async def bot_is_back(self, starts: int) -> None:
        """Wait until the bot was started that often and is ready."""
        await self.until(
            lambda: self.bot.starts >= starts and self.bot.state == "ready", f"start {starts}"
        )

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
