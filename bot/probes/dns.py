"""Does the API host resolve, for requests and by each name server?"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from bot.domain import facts
from bot.domain.observation import took
from bot.domain.probe import Outcome, ProbeKind, ProbeResult
from bot.domain.resolution import Resolution, failing, remarks, told, trouble
from bot.ports import Instruments, Subject

Each = Mapping[str, Resolution]


@dataclass(frozen=True, slots=True)
class Dns:
    """Resolves the API host as requests do, and asks every name server beside that.

    Only the way of requests decides the outcome. Facts: `literal`, `addresses`, `resolvers`,
    `resolvers_failing`, `trouble`.
    """

    kind: ClassVar = ProbeKind.DNS
    tools: Instruments

    @property
    def timeout(self) -> timedelta:
        """Bound the resolvers; all are asked at the same time."""
        return self.tools.timeout

    async def __call__(self, subject: Subject) -> ProbeResult:
        """Measure once."""
        host, network = self.tools.ideogram.host, self.tools.network
        async with asyncio.TaskGroup() as group:
            resolving = group.create_task(self._resolve())
            asking = group.create_task(network.ask_resolvers(host, within=self.timeout))
        way, each = resolving.result(), asking.result()
        return ProbeResult(
            kind=self.kind,
            outcome=Outcome.HEALTHY if way.addresses else Outcome.UNHEALTHY,
            detail=self._detail(way, each),
            measured_at=self.tools.clock.now(),
            latency=None if way.literal else way.latency,
            facts=_facts(way, each),
            excerpt=told(each),
        )

    async def _resolve(self) -> Resolution:
        host = self.tools.ideogram.host
        try:
            async with asyncio.timeout(self.timeout.total_seconds()):
                return await self.tools.network.resolve(host)
        except TimeoutError:
            return Resolution((), self.timeout, error=f"no answer in {took(self.timeout)}")

    def _detail(self, way: Resolution, each: Each) -> str:
        host = self.tools.ideogram.host
        if way.literal:
            return f"{host} is a literal address"
        many = "" if len(way.addresses) == 1 else "es"
        resolved = f"{host}: {len(way.addresses)} address{many} in {took(way.latency)}"
        found = resolved if way.addresses else f"{host} does not resolve: {way.error}"
        remark = remarks(way, each)
        return f"{found}, {remark}" if remark else found


def _facts(way: Resolution, each: Each) -> dict[str, str | int | bool]:
    found: dict[str, str | int | bool] = {
        facts.LITERAL: way.literal,
        facts.ADDRESSES: len(way.addresses),
        facts.RESOLVERS: len(each),
        facts.RESOLVERS_FAILING: len(failing(way, each)),
    }
    hurts = trouble(way, each)
    return found if hurts is None else found | {facts.TROUBLE: hurts}
