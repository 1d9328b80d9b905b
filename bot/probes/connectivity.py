"""Is there a way out of our own network?"""

import asyncio
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from bot.domain import facts
from bot.domain.answer import Exchange, Failure, Phase
from bot.domain.observation import happened
from bot.domain.probe import Outcome, ProbeKind, ProbeResult
from bot.ports import Instruments, Subject


@dataclass(frozen=True, slots=True)
class Connectivity:
    """Asks every configured way out at once: any answer from any of them is healthy.

    Facts: `names_resolved` (absent when no host name is among them), `ways_out`.
    """

    kind: ClassVar = ProbeKind.CONNECTIVITY
    tools: Instruments

    @property
    def timeout(self) -> timedelta:
        """Bound each request; they run side by side."""
        return self.tools.timeout

    async def __call__(self, subject: Subject) -> ProbeResult:
        """Measure once."""
        seen = await self._ask_all()
        now = self.tools.clock.now()
        if not seen:
            detail = "no connectivity_urls are configured"
            return ProbeResult(self.kind, Outcome.UNKNOWN, detail, now, ran=False)
        answers = [one for one in seen.values() if one.status is not None]
        return ProbeResult(
            kind=self.kind,
            outcome=Outcome.HEALTHY if answers else Outcome.UNHEALTHY,
            detail=_detail(seen, len(answers)),
            measured_at=now,
            latency=min((one.latency for one in answers), default=None),
            facts={facts.WAYS_OUT: len(answers), **_names(seen)},
        )

    async def _ask_all(self) -> Mapping[str, Exchange]:
        network = self.tools.network
        async with asyncio.TaskGroup() as group:
            asked = {
                url: group.create_task(network.get(url, timeout=self.timeout))
                for url in network.ways_out
            }
        return {url: task.result() for url, task in asked.items()}


def _detail(seen: Mapping[str, Exchange], answers: int) -> str:
    if answers:
        return f"{answers} of {len(seen)} ways out answer"
    each = (f"{urlsplit(url).hostname} {happened(one)}" for url, one in seen.items())
    return f"no way out: {', '.join(each)}"


def _names(seen: Mapping[str, Exchange]) -> Mapping[str, bool]:
    named = [one for url, one in seen.items() if not _is_address(urlsplit(url).hostname or "")]
    return {facts.NAMES_RESOLVED: any(_is_resolved(one) for one in named)} if named else {}


def _is_resolved(one: Exchange) -> bool:
    return one.failure is not Failure.DNS and one.phase is not Phase.DNS


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
