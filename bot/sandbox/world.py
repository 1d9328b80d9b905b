"""The pretend world: its servers, the bot beside them, and what a visitor may do to them.

Everything listens on loopback. The bot is the ordinary program with ordinary settings.
"""

import asyncio
import contextlib
import shlex
import signal
import sys
import tempfile
import webbrowser
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

from bot.sandbox.bot_process import PROJECT, BotDidNotStartError, BotProcess
from bot.sandbox.chaos import Chaos
from bot.sandbox.ideogram.server import IdeogramServer
from bot.sandbox.kubernetes.server import KubernetesServer
from bot.sandbox.name_server import NameServer, Resolver
from bot.sandbox.outside import Outside
from bot.sandbox.own_faults import OwnFaults
from bot.sandbox.page import Page
from bot.sandbox.ports import free_port
from bot.sandbox.presses import Presses
from bot.sandbox.prometheus.server import PrometheusServer
from bot.sandbox.service.server import ServiceServer
from bot.sandbox.settings_files import (
    API_HOST,
    DEPLOYMENT,
    NAMESPACE,
    SECRET,
    Addresses,
    Files,
    config_file,
)
from bot.sandbox.slack.server import SlackServer

DEFAULT_PORT: Final = 8765
OWN_PROMETHEUS: Final = "own"  # instead of a URL
Transport = Literal["socket", "http"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast the pretend world goes; tests take shorter times.

    Attributes:
        pod_seconds: From a pod's creation until it is ready.
        latency_seconds: How long Ideogram takes for one image.
        think_seconds: What a pretend user waits between two images.
        scrape_seconds: Between two looks of the pretend Prometheus at the service's metrics.
    """

    pod_seconds: float = 3.0
    latency_seconds: float = 0.4
    think_seconds: float = 1.0
    scrape_seconds: float = 1.0


def _as_it_is(_: dict[str, Any]) -> None:
    """Leave the config file as the sandbox writes it."""


class World:
    """A pretend Slack, Ideogram, Kubernetes, service and Prometheus, the bot, and the page.

    Args:
        folder: Where settings, database and log of the bot are written; created when missing.
        port: Of the page; 0 takes a free one.
        transport: How Slack reaches the bot: Socket Mode, or signed HTTP requests.
        start_bot: Whether to run `python -m bot serve`; without it people talk to an empty room.
        pace: How fast everything goes.
        prometheus_url: Of another Prometheus that scrapes the service than the world's own; None:
            users' requests are unseen.
        amend: Changes the content of `ideogram-bot.yml` before it is written, for a test's world.

    Attributes:
        slack, ideogram, kubernetes, service: The servers.
        name_servers: Two that know the pretend Ideogram's name; asked in this order.
        bot: The child process; None without `start_bot`.
        chaos: What is broken, and the dares.
        prometheus_url: Where the users' requests are seen; None where they are not.
        environment: The bot's settings as environment variables.
        url: Of the page, once entered.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int = DEFAULT_PORT,
        transport: Transport = "socket",
        start_bot: bool = True,
        pace: Pace | None = None,
        prometheus_url: str | None = OWN_PROMETHEUS,
        amend: Callable[[dict[str, Any]], None] = _as_it_is,
    ) -> None:
        pace = pace or Pace()
        self.files = Files(folder)
        self._bot_port = free_port()
        self._transport = transport
        self._start_bot = start_bot
        self.prometheus_url = prometheus_url
        self._amend = amend
        events = f"http://127.0.0.1:{self._bot_port}/slack/events"
        self.slack = SlackServer(events_url=events if transport == "http" else None)
        self.ideogram = IdeogramServer(latency_seconds=pace.latency_seconds)
        self.kubernetes = KubernetesServer(pod_seconds=pace.pod_seconds)
        self.name_servers = [NameServer({API_HOST: "127.0.0.1"}) for _ in range(2)]
        self._pace = pace
        self._page_port = port
        self._stack = contextlib.AsyncExitStack()
        self.environment: dict[str, str] = {}
        self.bot: BotProcess | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            await self._enter(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _enter(self, stack: contextlib.AsyncExitStack) -> None:
        outside = await stack.enter_async_context(Outside())
        await stack.enter_async_context(self.ideogram)
        await stack.enter_async_context(self.kubernetes)
        await stack.enter_async_context(self.slack)
        for one in self.name_servers:
            await stack.enter_async_context(one)
        self.kubernetes.set_secret(SECRET, self._keys())
        self.service = await stack.enter_async_context(
            ServiceServer(
                ideogram_url=self._api_url,
                picture_url=self.ideogram.url,
                resolver=Resolver([one.address for one in self.name_servers]),
                pods=lambda: self.kubernetes.pods(NAMESPACE, DEPLOYMENT),
                think_seconds=self._pace.think_seconds,
            )
        )
        self.ideogram.crowd(lambda: self.service.most_at_once)
        if self.prometheus_url == OWN_PROMETHEUS:
            await self._enter_prometheus(stack)
        self._write_settings(outside.url)
        own_faults = OwnFaults(
            ideogram=self.ideogram,
            kubernetes=self.kubernetes,
            service=self.service,
            outside=outside,
            name_servers=self.name_servers,
        )
        self.chaos = Chaos(
            slack=self.slack,
            ideogram=self.ideogram,
            kubernetes=self.kubernetes,
            service=self.service,
            own=own_faults,
            presses=Presses(self.slack, self.kubernetes),
        )
        await own(stack, self.chaos.script.keep_running())
        # Before the bot: a taken port is said at once, and the page shows the bot starting.
        page = await stack.enter_async_context(Page(self, port=self._page_port))
        self.url = page.url
        if self._start_bot:
            await self._enter_bot(stack)

    @property
    def _api_url(self) -> str:
        """Ideogram by its name."""
        return f"http://{API_HOST}:{urlsplit(self.ideogram.url).port}"

    async def _enter_prometheus(self, stack: contextlib.AsyncExitStack) -> None:
        target = self.service.url.removeprefix("http://")
        scraper = PrometheusServer([target], every_seconds=self._pace.scrape_seconds)
        self.prometheus_url = (await stack.enter_async_context(scraper)).url
        await own(stack, scraper.keep_scraping())

    def _keys(self) -> dict[str, str]:
        """Name the key in use and the one that waits for a rotation; both are accepted."""
        staged = f"{self.ideogram.key[:-6]}staged"
        self.ideogram.add_key(staged)
        return {"api-key": self.ideogram.key, "api-key-next": staged}

    def _write_settings(self, outside: str) -> None:
        addresses = Addresses(
            slack_api=self.slack.api_url,
            ideogram=self.ideogram.url,
            service=self.service.url,
            outside=outside,
            prometheus=self.prometheus_url,
            resolvers=[one.place for one in self.name_servers],
        )
        config = config_file(addresses, sorted(self.slack.users))
        self._amend(config)
        self.files.write(config, self.kubernetes.kubeconfig(user="bot"))
        self.environment = {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "SLACK_API_URL": self.slack.api_url,
            "IDEOGRAM_API_KEY": self.ideogram.key,
            "IDEOGRAM_API_URL": self._api_url,
            "DATABASE_URL": self.files.database_url,
            "KUBECONFIG": str(self.files.kubeconfig.absolute()),
            "HOST": "127.0.0.1",
            "PORT": str(self._bot_port),
            "IDEOGRAM_BOT_CONFIG": str(self.files.config.absolute()),
            "LOG_FORMAT": "json",
        }
        if self._transport == "socket":
            self.environment["SLACK_APP_TOKEN"] = self.slack.app_token
        self.files.write_environment(self.environment)

    async def _enter_bot(self, stack: contextlib.AsyncExitStack) -> None:
        self.bot = BotProcess(self.environment, port=self._bot_port, folder=self.files.folder)
        stack.push_async_callback(self.bot.stop)
        await self.bot.start()
        await own(stack, self.bot.keep_running())


async def own(stack: contextlib.AsyncExitStack, work: Coroutine[object, object, None]) -> None:
    """Run `work` beside the rest until `stack` closes; then cancel it and wait for its end."""
    group = await asyncio.TaskGroup().__aenter__()
    stack.push_async_callback(group.__aexit__, None, None, None)
    stack.callback(group.create_task(work).cancel)


async def run(
    port: int = DEFAULT_PORT, folder: Path | None = None, *, open_browser: bool = False
) -> None:
    """Run the sandbox until it is cancelled (Ctrl+C) or told to end; prints what to do.

    Args:
        port: Of the page.
        folder: Where the bot keeps its settings and database; None: a temporary one, removed after.
        open_browser: Whether to open the page at once.

    Raises:
        BotDidNotStartError: The bot did not start; the text holds its last lines.
        OSError: The port is taken.
    """
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGHUP):  # their default would leave the bot behind
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    with contextlib.ExitStack() as cleanup:
        if folder is None:
            folder = Path(
                cleanup.enter_context(tempfile.TemporaryDirectory(prefix="ideogram-bot-"))
            )
        async with World(folder, port=port) as world:
            _say(_welcome(world))
            if open_browser:
                webbrowser.open(world.url)
            await stopping.wait()


def _welcome(world: World) -> str:
    return f"""
  A pretend world for the Ideogram incident bot: Slack, Ideogram, Kubernetes and
  a service with three users. No network, $0.00, the same program as `serve`.

    Open      {world.url}
    First     press Break Ideogram, then type /ideogram triage in #incidents
    The bot   {world.bot.log_path if world.bot else "is not running"}
    Terminal  (cd {_in_shell(PROJECT)}; set -a; . {_in_shell(world.files.environment.absolute())};
               {_in_shell(Path(sys.executable))} -m bot triage)
    Stop      Ctrl+C
"""


def _in_shell(path: Path) -> str:
    return shlex.quote(str(path))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


__all__ = ["DEFAULT_PORT", "BotDidNotStartError", "Pace", "World", "own", "run"]
