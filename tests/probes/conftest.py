"""What every probe test needs: instruments that are fakes, and a subject."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.diagnosis import Mode
from bot.domain.probe import ProbeKind, ProbeResult
from bot.integrations.key_reading import read_key
from bot.ports import Instruments, Subject
from bot.probes import PROBES
from tests.builders import a_service
from tests.fakes.clock import FakeClock
from tests.fakes.cluster import FakeCluster, a_cluster
from tests.fakes.ideogram import FakeIdeogram
from tests.fakes.network import FakeNetwork


@dataclass
class Bench:
    """Fakes, and one way to measure with them."""

    ideogram: FakeIdeogram
    network: FakeNetwork
    cluster: FakeCluster
    clock: FakeClock

    def instruments(self, **changes: Any) -> Instruments:
        made = Instruments(
            ideogram=self.ideogram,
            network=self.network,
            cluster=self.cluster,
            clock=self.clock,
            timeout=timedelta(seconds=10),
        )
        return replace(made, **changes)

    def subject(self, **changes: Any) -> Subject:
        values: dict[str, Any] = {
            "service": a_service(),
            "mode": Mode.FULL,
            "key": read_key("the-services-own-key", "secret ideogram-secrets"),
            "first_picture": asyncio.get_running_loop().create_future(),
        }
        return Subject(**(values | changes))

    async def measure(
        self, kind: ProbeKind, subject: Subject | None = None, **changes: Any
    ) -> ProbeResult:
        probe = PROBES[kind](self.instruments(**changes))
        return await probe(subject or self.subject())


@pytest.fixture
def bench() -> Bench:
    return Bench(FakeIdeogram(), FakeNetwork(), a_cluster(), FakeClock())
