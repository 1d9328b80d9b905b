"""Does the API host resolve?"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from bot.domain import facts
from bot.domain.observation import took
from bot.domain.probe import Outcome, ProbeKind, ProbeResult
from bot.ports import Instruments, Resolution, Subject


@dataclass(frozen=True, slots=True)
class Dns:
    """Resolves the API host. Facts: `literal`, `addresses`."""

    kind: ClassVar = ProbeKind.DNS
    tools: Instruments

    @property
    def timeout(self) -> timedelta:
        """Bound the resolver."""
        return self.tools.timeout

    async def __call__(self, subject: Subject) -> ProbeResult:
        """Measure once."""
        found = await self._resolve()
        outcome = Outcome.HEALTHY if found.addresses else Outcome.UNHEALTHY
        return ProbeResult(
            kind=self.kind,
            outcome=outcome,
            detail=self._detail(found),
            measured_at=self.tools.clock.now(),
            latency=None if found.literal else found.latency,
            facts={facts.LITERAL: found.literal, facts.ADDRESSES: len(found.addresses)},
        )

    async def _resolve(self) -> Resolution:
        host = self.tools.ideogram.host
        try:
            async with asyncio.timeout(self.timeout.total_seconds()):
                return await self.tools.network.resolve(host)
        except TimeoutError:
            return Resolution((), self.timeout, error=f"no answer in {took(self.timeout)}")

    def _detail(self, found: Resolution) -> str:
        host = self.tools.ideogram.host
        if found.literal:
            return f"{host} is a literal address"
        if not found.addresses:
            return f"{host} does not resolve: {found.error}"
        many = "" if len(found.addresses) == 1 else "es"
        return f"{host}: {len(found.addresses)} address{many} in {took(found.latency)}"
