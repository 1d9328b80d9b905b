"""Where rows of the verdict table come about: the sandbox, and what a test puts into it.

A triage here is the one of the command line, with real settings, over real sockets; only the
memory of what other triages measured is fresh each time, as after 20 s.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Self

import yaml
from aiohttp import web

from bot.bootstrap.once import opened, triage_in
from bot.bootstrap.outbound import Outbound
from bot.clock import SystemClock
from bot.domain.diagnosis import Mode
from bot.domain.ids import UserId
from bot.domain.ledger import Anchor
from bot.sandbox.ideogram.server import IdeogramServer
from bot.sandbox.listener import Listener
from bot.sandbox.settings_files import DEPLOYMENT, NAMESPACE
from bot.sandbox.world import Pace, World
from bot.settings.load import load
from bot.terminal import document
from bot.usecases.sharing import Sharing
from tests.prometheus_stand_in import PrometheusStandIn

Json = dict[str, Any]
Amend = Callable[[Json], None]

LEGACY: Final = "/generate"
V3: Final = "/v1/ideogram-v3/generate"
QUOTE: Final = "/v2/image/generate/ideogram-4-5"
JWKS: Final = "/v1/.well-known/jwks.json"
STATUS: Final = "/api/v2/summary.json"
# The pretend users stay away: what they get is what a test tells Prometheus and the health URL.
_PACE: Final = Pace(pod_seconds=0.1, latency_seconds=0.02, think_seconds=1e6)
_SLOW_SECONDS: Final = 0.5
_SETTLED_WITHIN_SECONDS: Final = 30.0
_POLL: Final = timedelta(seconds=0.02)

# Services of the config file beside the first one, by what they differ in.
SERVICES: Final[dict[str, Json]] = {
    "v3-only": {"calls": ["v3"]},
    "legacy-only": {"calls": ["legacy"]},
    "no-metrics": {"prometheus": {"url": None}},
    "out-of-sight": {"prometheus": {"url": None}, "health_url": None},
    "bots-key": {"secret": None},
    "wrong-query": {"prometheus": {"queries": {"outcomes": "sum((up)"}}},
}


def _as_it_is(_: Json) -> None:
    """Leave the config file as the world wrote it."""


@dataclass(frozen=True)
class Found:
    """One triage as `triage --json` prints it."""

    document: Json

    @property
    def diagnosis(self) -> Json:
        """The verdict."""
        found: Json = self.document["diagnosis"]
        return found

    @property
    def verdict(self) -> tuple[str, str | None, str | None, str]:
        """Cause, origin, severity and branch."""
        found = self.diagnosis
        return found["cause"], found["origin"], found["severity"], found["branch"]

    @property
    def summary(self) -> str:
        """What stands on top of the card."""
        return str(self.diagnosis["summary"])

    @property
    def also_seen(self) -> list[str]:
        """The other causes."""
        return [str(one["cause"]) for one in self.diagnosis["also_seen"]]

    def __getattr__(self, name: str) -> Any:
        """Read a field of the diagnosis: evidence, next_steps, would_change and so on."""
        return self.diagnosis[name]

    def probe(self, kind: str) -> Json:
        """Find one result."""
        return next(one for one in self.document["probes"] if one["kind"] == kind)

    def row(self, kind: str) -> tuple[str, str]:
        """Read the row of one probe: outcome and detail."""
        found = self.probe(kind)
        return found["outcome"], found["detail"]


class Health(Listener):
    """The service's health URL.

    Attributes:
        says: The word below `services.ideogram`.
        answer: Takes the place of the document: status and text.
    """

    def __init__(self) -> None:
        """Be healthy."""
        self.says = "healthy"
        self.answer: tuple[int, str] | None = None
        app = web.Application()
        app.router.add_get("/health", self._health)
        super().__init__(app)

    async def __aenter__(self) -> Self:
        """Listen."""
        await super().__aenter__()
        return self

    async def _health(self, _: web.Request) -> web.Response:
        if self.answer is not None:
            return web.Response(status=self.answer[0], text=self.answer[1])
        return web.json_response({"services": {"ideogram": {"status": self.says}}})


@dataclass(frozen=True)
class Bot:
    """The bot's outward half with one set of settings, open over many triages."""

    out: Outbound

    async def triage(self, service: str | None = None, mode: Mode | None = None) -> Found:
        """Run one triage; nothing is remembered of what another measured."""
        measure = replace(self.out.examine.measure, sharing=Sharing(clock=self.out.clock))
        fresh = replace(self.out, examine=replace(self.out.examine, measure=measure))
        shown = await triage_in(fresh, service, mode, lambda _: lambda _: None, remembers=True)
        ((card, steps),) = shown
        return Found(document(card, self.out.words, steps))

    async def recorded(self, usd: str) -> None:
        """Record a balance, as `/ideogram balance set` does."""
        async with self.out.storage() as uow:
            await uow.ledger.add(Anchor(Decimal(usd), self.out.clock.now(), UserId("U0ANA")))


class Place:
    """One world, in which everything works until a story breaks it.

    Attributes:
        bot: With the settings of the world.
    """

    bot: Bot

    def __init__(self, world: World, prometheus: PrometheusStandIn, health: Health) -> None:
        self.world = world
        self.ideogram = world.ideogram
        self.kubernetes = world.kubernetes
        self.prometheus = prometheus
        self.health = health

    @asynccontextmanager
    async def a_bot(
        self, name: str, amend: Amend = _as_it_is, **environment: str
    ) -> AsyncIterator[Bot]:
        """Open a bot with other settings and a database of its own.

        Args:
            name: Of its files.
            amend: Changes the config file.
            environment: Variables over those of the world; an empty one is unset.
        """
        folder = self.world.files.folder
        config = yaml.safe_load(self.world.files.config.read_text(encoding="utf-8"))
        amend(config)
        (folder / f"{name}.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        own = {
            "IDEOGRAM_BOT_CONFIG": str(folder / f"{name}.yml"),
            "DATABASE_URL": f"sqlite+aiosqlite:///{folder / name}.db",
        }
        settings = load(self.world.environment | own | environment, for_slack=False)
        async with opened(settings) as (out, remembers):
            assert remembers
            yield Bot(out)

    async def triage(self, service: str | None = None, mode: Mode | None = None) -> Found:
        """Run one triage with the settings of the world."""
        return await self.bot.triage(service, mode)

    async def break_(self, fault: str) -> None:
        """Break one thing of the sandbox's menu."""
        await self.world.chaos.break_(fault)

    async def repair(self) -> None:
        """Make everything work, and users get pictures."""
        await self.world.chaos.repair()
        self.kubernetes.stick(stuck=False)
        self.kubernetes.allow_again()
        self.health.says, self.health.answer = "healthy", None
        self.prometheus.forget()
        self.prometheus.sees(success=400)
        await self.settled()

    async def settled(self) -> None:
        """Wait until every pod of the service is ready and of the newest template."""
        await self.until(self._is_settled)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for what the cluster does by itself."""
        async with asyncio.timeout(_SETTLED_WITHIN_SECONDS):
            while not holds():
                await SystemClock().sleep(_POLL)

    def _is_settled(self) -> bool:
        status, wanted = self.deployment["status"], self.deployment["spec"]["replicas"]
        counts = (status.get(one) for one in ("replicas", "updatedReplicas", "availableReplicas"))
        seen = status.get("observedGeneration") == self.deployment["metadata"]["generation"]
        return seen and set(counts) == {wanted}

    @property
    def deployment(self) -> Json:
        """The service's Deployment."""
        return self.kubernetes.deployment(NAMESPACE, DEPLOYMENT)


def _like(first: Json, name: str, changes: Json) -> Json:
    prometheus = first["prometheus"] | changes.get("prometheus", {})
    return first | changes | {"name": name, "prometheus": prometheus}


@asynccontextmanager
async def a_place(folder: Path) -> AsyncIterator[Place]:
    """Open a world without pretend users, in which everything works."""
    async with AsyncExitStack() as stack:
        prometheus = await stack.enter_async_context(PrometheusStandIn())
        health = await stack.enter_async_context(Health())

        def amend(config: Json) -> None:
            config["ideogram"]["daily_probe_budget_usd"] = "1000"
            first = config["services"][0]
            first["health_url"] = f"{health.url}/health"
            config["services"] += [_like(first, name, one) for name, one in SERVICES.items()]

        world = World(
            folder,
            port=0,
            start_bot=False,
            pace=_PACE,
            prometheus_url=prometheus.url,
            amend=amend,
        )
        world.ideogram = IdeogramServer(
            latency_seconds=_PACE.latency_seconds, slow_seconds=_SLOW_SECONDS
        )
        place = Place(await stack.enter_async_context(world), prometheus, health)
        place.bot = await stack.enter_async_context(place.a_bot("usual"))
        yield place
