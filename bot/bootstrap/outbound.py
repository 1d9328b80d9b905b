"""Everything that looks outward, joined: clients, keys, probes and mitigations."""

import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from bot.bootstrap.objects import (
    canary_of,
    names_resolvable,
    operations_of,
    own_key,
    resolvers_of,
    services_of,
    status_page_of,
    thresholds_of,
)
from bot.clock import SystemClock
from bot.domain.calm import CALM_FOR
from bot.domain.errors import ConfigError
from bot.domain.mitigation import MitigationKind
from bot.domain.money import Canary
from bot.domain.service import Service
from bot.integrations.cluster import KubernetesCluster
from bot.integrations.http import Http
from bot.integrations.ideogram import IdeogramApi
from bot.integrations.keys import ServiceKeys
from bot.integrations.kube_later import LaterApiServers
from bot.integrations.name_servers import NameServers
from bot.integrations.network import SystemNetwork
from bot.integrations.prometheus import PrometheusApi
from bot.mitigations import MITIGATIONS
from bot.ports import Instruments, Lookout, Mitigation
from bot.probes import PROBES
from bot.rendering.templates import Templates
from bot.settings.config_file import ConfigFile
from bot.settings.load import Settings
from bot.storage.storage import SqlStorage
from bot.usecases.describe import Describe
from bot.usecases.examine import Examine
from bot.usecases.guard import Guard
from bot.usecases.measure import Measure
from bot.usecases.offer import Offer
from bot.usecases.read_usage import ReadUsage
from bot.usecases.sharing import Sharing


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """What every command has: how to look, what to offer, where to remember."""

    settings: Settings
    clock: SystemClock
    services: tuple[Service, ...]
    canary: Canary
    storage: SqlStorage
    words: Templates
    cluster: KubernetesCluster
    ideogram: IdeogramApi
    keys: ServiceKeys
    read_usage: ReadUsage
    lookout: Lookout
    mitigations: dict[MitigationKind, Mitigation]
    examine: Examine
    guard: Guard
    offer: Offer
    seen_from: str
    servers: LaterApiServers
    http: Http

    async def prepare(self) -> None:
        """Read what the first command needs and no module needs, piece by piece."""
        self.storage.prepare()
        await self.prepare_to_measure(self.services)
        for _ in self.words.prepare():
            await self.clock.sleep(timedelta(0))  # whoever asks meanwhile is heard

    async def prepare_to_measure(self, services: Iterable[Service]) -> None:
        """Read what sends requests, or the first probes' times would hold the time it takes."""
        await self.http.prepare()
        if any(one.target is not None for one in services):
            self.servers.prepare()


@asynccontextmanager
async def outbound(settings: Settings) -> AsyncIterator[Outbound]:
    """Open the outward half, and close it in reverse. The database is not opened here.

    Raises:
        ConfigError: A template of the templates folder cannot be used.
    """
    clock = SystemClock()
    words = _words(settings)
    name_servers = NameServers(
        clock=clock,
        host=urlsplit(settings.environment.ideogram_api_url).hostname or "",
        configured=resolvers_of(settings.file),
    )
    if name_servers.configured:  # requests need them, too
        await name_servers.prepare()
    http = Http.open(clock, resolve=name_servers.resolve)
    network = SystemNetwork(
        http=http,
        name_servers=name_servers,
        ways_out=tuple(str(url) for url in settings.file.connectivity_urls),
    )
    servers = LaterApiServers(clock=clock, kubeconfig=settings.environment.kubeconfig)
    try:
        yield _joined(settings, clock, words, network, servers)
    finally:
        await servers.aclose()
        await http.aclose()


def _words(settings: Settings) -> Templates:
    folder = settings.file.templates_folder
    words = Templates(None if folder is None else Path(folder))
    problems = words.problems()
    if problems:
        raise ConfigError(problems)
    return words


def _joined(
    settings: Settings,
    clock: SystemClock,
    words: Templates,
    network: SystemNetwork,
    servers: LaterApiServers,
) -> Outbound:
    file, cluster = settings.file, KubernetesCluster(clients=servers)
    canary = canary_of(file)
    ideogram = _ideogram(settings, network.http, canary)
    keys = ServiceKeys(cluster=cluster, own_key=own_key(settings.environment))
    read_usage = ReadUsage(ideogram=ideogram, keys=keys, clock=clock)
    storage = SqlStorage(url=settings.environment.database_url.get_secret_value(), clock=clock)
    metrics = PrometheusApi(http=network.http)
    lookout = _lookout(file, network, metrics, clock)
    mitigations = {one.kind: one for one in (make(lookout) for make in MITIGATIONS)}
    guard = Guard(storage=storage, cluster=cluster)
    describe = Describe(
        storage=storage, cluster=cluster, clock=clock, guard=guard, mitigations=mitigations
    )
    measure = _measure(
        settings=settings,
        clock=clock,
        ideogram=ideogram,
        network=network,
        cluster=cluster,
        keys=keys,
        metrics=metrics,
    )
    return Outbound(
        settings=settings,
        clock=clock,
        services=services_of(file),
        canary=canary,
        storage=storage,
        words=words,
        cluster=cluster,
        ideogram=ideogram,
        keys=keys,
        read_usage=read_usage,
        lookout=lookout,
        mitigations=mitigations,
        examine=_examine(file, measure, storage, clock, read_usage),
        guard=guard,
        offer=Offer(storage=storage, guard=guard, describe=describe, mitigations=mitigations),
        seen_from=socket.gethostname(),
        servers=servers,
        http=network.http,
    )


def _lookout(
    file: ConfigFile, network: SystemNetwork, metrics: PrometheusApi, clock: SystemClock
) -> Lookout:
    within = timedelta(seconds=file.policy.verify_seconds)
    return Lookout(
        network=network,
        metrics=metrics,
        clock=clock,
        thresholds=thresholds_of(file),
        calm_for=min(CALM_FOR, within),
    )


def _examine(
    file: ConfigFile,
    measure: Measure,
    storage: SqlStorage,
    clock: SystemClock,
    read_usage: ReadUsage,
) -> Examine:
    return Examine(
        measure=measure,
        storage=storage,
        clock=clock,
        canary=canary_of(file),
        limit=file.ideogram.daily_probe_budget_usd,
        quote_path=file.ideogram.quote_path,
        read_usage=read_usage,
        operations=operations_of(file),
        billing_url=str(file.ideogram.billing_url),
    )


def _measure(
    *,
    settings: Settings,
    clock: SystemClock,
    ideogram: IdeogramApi,
    network: SystemNetwork,
    cluster: KubernetesCluster,
    keys: ServiceKeys,
    metrics: PrometheusApi,
) -> Measure:
    timeouts = settings.file.ideogram.probe_timeout_seconds
    instruments = Instruments(
        ideogram=ideogram,
        network=network,
        cluster=cluster,
        clock=clock,
        timeout=timedelta(seconds=timeouts.default),
        generate_timeout=timedelta(seconds=timeouts.generate),
        status_page=status_page_of(settings.file),
        metrics=metrics,
        thresholds=thresholds_of(settings.file),
        canary=canary_of(settings.file),
    )
    return Measure(
        sharing=Sharing(clock=clock),
        probes=[make(instruments) for make in PROBES.values()],
        keys=keys,
        clock=clock,
        names_resolvable=names_resolvable(settings.file),
        thresholds=thresholds_of(settings.file),
    )


def _ideogram(settings: Settings, http: Http, canary: Canary) -> IdeogramApi:
    asked = settings.file.ideogram
    return IdeogramApi(
        http=http,
        url=settings.environment.ideogram_api_url,
        quote_path=asked.quote_path,
        image_hosts=tuple(asked.image_hosts),
        canary=canary,
        timeout=timedelta(seconds=asked.probe_timeout_seconds.default),
        generate_timeout=timedelta(seconds=asked.probe_timeout_seconds.generate),
    )
