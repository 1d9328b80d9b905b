"""The bot as a long-running program: start and stop order."""

import asyncio
import os
import secrets
import signal
import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import aiohttp
import structlog

from bot import log as logging
from bot.bootstrap.incidents import Incidents, Join
from bot.bootstrap.objects import credentials_of, secrets_of
from bot.bootstrap.outbound import Outbound, outbound
from bot.domain.errors import ConfigError, Problem, UnavailableError
from bot.jobs import Jobs, Tick
from bot.settings.load import Settings
from bot.slack.edge import Speaking, Ways, ways_in
from bot.slack.messenger import http_session
from bot.usecases.boundary import survives
from bot.usecases.lookup import Lookup
from bot.web.server import HttpServer

log = structlog.get_logger()

# Together below the 10 s after SIGTERM that the design promises.
DRAIN_REQUESTS: Final = timedelta(seconds=2)
DRAIN_JOBS: Final = timedelta(seconds=2)
RECONNECT_AFTER: Final = timedelta(seconds=3)
CONNECT_AGAIN: Final = timedelta(seconds=10)  # after a refusal; Slack limits how often one may ask
LOOK_AGAIN: Final = timedelta(milliseconds=100)  # while everything comes to its end
READY_WITHIN: Final = timedelta(seconds=1)
RECOVERIES_AT_ONCE: Final = 8  # a canary may take a minute; each tick sends what is due by then
MITIGATIONS_AT_ONCE: Final = 16  # a run takes minutes; each tick takes up what is abandoned by then


async def run(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT.

    Raises:
        ConfigError: A template is unusable, or the port is taken.
    """
    logging.configure(settings.environment.log_format, secrets_of(settings.environment))
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as stack:
        out = await stack.enter_async_context(outbound(settings))
        session = await stack.enter_async_context(http_session())
        jobs = await stack.enter_async_context(Jobs())
        await _bot(out, session, jobs).run(stopping)


@dataclass(slots=True, kw_only=True)
class Bot:
    """The running parts, in the order in which they start."""

    out: Outbound
    incidents: Incidents
    jobs: Jobs
    http: HttpServer
    ways: Ways
    _remembers: bool = field(default=False, init=False)
    _is_prepared: bool = field(default=False, init=False)
    _connect_from: datetime | None = field(default=None, init=False)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    async def run(self, stopping: asyncio.Event) -> None:
        """Start everything, wait, and stop in reverse."""
        self.http.unready = self.unready
        try:
            await self.http.start()
        except OSError as error:
            raise ConfigError([_port_taken(self.http, error)]) from error
        self._stopping = stopping
        self.jobs.loop("start", self._start_when_possible)
        await stopping.wait()
        log.info("bot.stopping")
        await self._stop()
        log.info("bot.stopped")

    async def _start_when_possible(self) -> None:
        """Open the database, then connect to Slack; each is tried until it answers.

        Whoever is told that the bot is ready gets an answer at once, so everything is read before.
        Slack does not wait for the database: people hear that nothing is recorded, and a triage
        runs.
        """
        if not self._stopping.is_set():
            if not self._remembers:
                await self._open_storage()
            if not self._is_prepared:
                await survives("prepare.failed", self.out.prepare())
                self._is_prepared = True
            if self._connect_from is None or self._connect_from <= self.out.clock.now():
                await self._connect()
        await self._pause()

    async def _pause(self) -> None:
        """Wait for the next look; a stop does not wait for it."""
        if self._stopping.is_set():
            await self.out.clock.sleep(LOOK_AGAIN)
            return
        try:
            async with asyncio.timeout(RECONNECT_AFTER.total_seconds()):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _open_storage(self) -> None:
        try:
            await self.out.storage.open()
        except UnavailableError:
            return
        self._remembers = True
        self.jobs.loop("deliver", self._deliver)
        self.jobs.tick(
            [
                Tick("intake", timedelta(seconds=5), self.incidents.intake.sweep),
                Tick(
                    "mitigations",
                    timedelta(seconds=2),
                    self.incidents.advance.tick,
                    MITIGATIONS_AT_ONCE,
                ),
                Tick("triages", timedelta(seconds=10), self.incidents.interrupted),
                Tick(
                    "recoveries", timedelta(seconds=15), self.incidents.recover, RECOVERIES_AT_ONCE
                ),
            ]
        )
        log.info("bot.started", services=[one.name for one in self.out.services])

    async def _connect(self) -> None:
        if self.ways.socket is None or await self.ways.socket.is_connected():
            return
        try:
            await self.ways.socket.start()
        except UnavailableError as error:
            log.warning("slack.away", reason=str(error))
            wait = max(error.retry_after or CONNECT_AGAIN, CONNECT_AGAIN)
            self._connect_from = self.out.clock.now() + wait

    async def _deliver(self) -> None:
        await self.out.storage.wait_for_outbox(timedelta(seconds=1))
        await self.incidents.deliver()

    async def unready(self) -> str:
        """Say what is not ready; empty when all is."""
        if why := await self._database_away():
            return why
        if not self._is_prepared:
            return "starting"
        if self.ways.socket is not None and not await self.ways.socket.is_connected():
            return "Slack's Socket Mode is not connected"
        return ""

    async def _database_away(self) -> str:
        try:
            async with asyncio.timeout(READY_WITHIN.total_seconds()), self.out.storage():
                return ""
        except UnavailableError as error:
            return str(error)
        except TimeoutError:
            return "the database does not answer"

    async def _stop(self) -> None:
        if self.ways.socket is not None:
            await self.ways.socket.stop()
        await self.http.stop()
        await self.ways.listening.drain(DRAIN_REQUESTS)
        await self.jobs.stop(DRAIN_JOBS)
        try:
            await self.incidents.intake.hand_back()
            await self.incidents.deliver.hand_back()
            await self.incidents.advance.hand_back()
        except UnavailableError as error:
            log.warning("claims.not_handed_back", reason=str(error))  # they run out by themselves
        await self.out.storage.close()


def _bot(out: Outbound, session: aiohttp.ClientSession, jobs: Jobs) -> Bot:
    environment, slack = out.settings.environment, out.settings.file.slack
    if slack is None:
        raise ConfigError([Problem("Slack is not configured.", "Set its tokens and channel.")])
    speaking = Speaking(
        credentials=credentials_of(environment),
        api_url=environment.slack_api_url,
        session=session,
        words=out.words,
        clock=out.clock,
    )
    messenger = speaking.messenger()
    incidents = Join(
        out=out,
        messenger=messenger,
        slack=slack,
        holder=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}",
        begin=lambda one: jobs.begin("mitigation", partial(incidents.advance.start, one)),
    )()
    ways = ways_in(
        speaking,
        messenger,
        incidents.intake,
        Lookup(storage=out.storage, mitigations=out.mitigations),
        out.services,
        update_every=incidents.policy.update_every,
    )
    http = HttpServer(
        host=environment.host, port=environment.port, unready=_starting, slack=ways.endpoint
    )
    return Bot(out=out, incidents=incidents, jobs=jobs, http=http, ways=ways)


async def _starting() -> str:
    return "starting"


def _port_taken(http: HttpServer, error: OSError) -> Problem:
    return Problem(
        f"Port {http.port} cannot be used: {error.strerror or error}.",
        "Set PORT to a free one, or stop what listens there.",
    )
