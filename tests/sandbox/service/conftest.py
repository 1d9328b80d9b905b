"""The service beside a fast pretend Ideogram, with pods that a test can change."""

import asyncio
import contextlib
import itertools
from dataclasses import dataclass, field, replace

import aiohttp
import pytest

from bot.sandbox.ideogram.server import IdeogramServer
from bot.sandbox.service.limits import Limits
from bot.sandbox.service.server import ServiceServer

FAST = Limits(
    request_seconds=5.0,
    backoff_seconds=0.001,
    jitter_seconds=0.0,
    breaker_failures=1000,
    breaker_seconds=0.05,
    patience_seconds=10.0,
)
_started = itertools.count(1)


@dataclass(frozen=True)
class Pod:
    """What the cluster tells the service about one pod."""

    env: dict[str, str]
    name: str = "ideogram-service-1"
    ready: bool = True
    image: str = "registry.example.com/ideogram-service:2.8.0"
    started_at: float = field(default_factory=lambda: float(next(_started)))


@dataclass
class Cluster:
    """Pods that are there now; replacing them is what a rollout does."""

    pods: list[Pod]

    def roll_out(self, *, image=None, **env):
        self.pods = [
            replace(
                pod,
                env={**pod.env, **env},
                image=image or pod.image,
                started_at=float(next(_started)),
            )
            for pod in self.pods
        ]


@pytest.fixture
async def ideogram():
    async with IdeogramServer(latency_seconds=0.01, slow_seconds=30) as server:
        yield server


@pytest.fixture
def cluster(ideogram):
    env = {"IDEOGRAM_API_KEY": ideogram.key, "IDEOGRAM_MODEL": "V_2_TURBO"}
    return Cluster([Pod(env)])


@pytest.fixture
def serve(ideogram, cluster):
    """Start the service with other limits or users than usual."""

    @contextlib.asynccontextmanager
    async def start(*, users=0, **limits):
        async with ServiceServer(
            ideogram_url=ideogram.url,
            pods=lambda: cluster.pods,
            users=users,
            think_seconds=0.01,
            limits=replace(FAST, **limits),
        ) as server:
            yield server

    return start


@pytest.fixture
async def service(serve):
    async with serve() as server:
        yield server


@pytest.fixture
async def http(service):
    async with aiohttp.ClientSession(service.url) as session:
        yield session


@pytest.fixture
def order(http):
    """Ask for a picture over the wire; answers status and body."""

    async def post(prompt="a blue dot", call="legacy"):
        async with http.post("/images", json={"prompt": prompt, "call": call}) as response:
            return response.status, await response.json()

    return post


@pytest.fixture
def until():
    """Wait until something holds that only the wire can bring about."""

    async def wait(holds):
        async with asyncio.timeout(15):
            while not holds():  # noqa: ASYNC110  servers under test announce nothing
                await asyncio.sleep(0.002)  # noqa: TID251  real sockets know no pretend clock

    return wait
