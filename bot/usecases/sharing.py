"""Measure once what several triages ask at the same time: the provider, and our own way out.

Paid cost and requests then grow with keys, not with services (diagnosis.md section 1). Who asks
again for the same service wants a new look, so a service never gets its own result twice.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

from bot.domain import facts
from bot.domain.ids import ServiceName
from bot.domain.probe import CANARIES, CANARY_OF, ProbeKind, ProbeResult
from bot.ports import Clock, Subject

REUSED_FOR: Final = timedelta(seconds=20)
_PER_PROCESS: Final = frozenset(
    {ProbeKind.DNS, ProbeKind.REACHABILITY, ProbeKind.STATUS_PAGE, ProbeKind.CONNECTIVITY}
)
_PER_KEY: Final = CANARIES | {ProbeKind.AUTH, ProbeKind.DOWNLOAD}

Scope = tuple[ProbeKind, str]


@dataclass(slots=True)
class _Measured:
    """A measurement under way or done; None as its result means that it was cut off."""

    service: ServiceName
    result: asyncio.Future[ProbeResult | None]
    ended_at: timedelta | None = None


@dataclass(slots=True, kw_only=True)
class Sharing:
    """Results of the last seconds, by what they depend on: the API and the key."""

    clock: Clock
    _measured: dict[Scope, _Measured] = field(default_factory=dict, init=False)

    async def __call__(
        self, kind: ProbeKind, subject: Subject, measure: Callable[[], Awaitable[ProbeResult]]
    ) -> ProbeResult:
        """Take a fresh result over, join a measurement under way, or measure."""
        scope = _scope(kind, subject)
        if scope is None:
            return await measure()
        # Of those who waited for one that was cut off, one measures anew and the others join it.
        while (known := self._fresh(scope, subject.service.name)) is not None:
            if await _has_own_picture(kind, subject):
                break
            result = await asyncio.shield(known.result)
            if result is not None:
                mine = _may_be_reused(result, subject)
                return _reused(result, subject) if mine else await measure()
        return await self._measure(scope, subject.service.name, measure)

    def _fresh(self, scope: Scope, service: ServiceName) -> _Measured | None:
        known = self._measured.get(scope)
        if known is None or known.ended_at is None:
            return known
        if known.service == service:
            return None
        return known if self.clock.monotonic() - known.ended_at <= REUSED_FOR else None

    async def _measure(
        self, scope: Scope, service: ServiceName, measure: Callable[[], Awaitable[ProbeResult]]
    ) -> ProbeResult:
        mine = _Measured(service, asyncio.get_running_loop().create_future())
        self._measured[scope] = mine
        result = None
        try:
            result = await measure()
        finally:
            mine.ended_at = self.clock.monotonic()
            mine.result.set_result(result)
            if result is None:
                self._measured.pop(scope, None)  # cut off, or not paid for
        return result


def _scope(kind: ProbeKind, subject: Subject) -> Scope | None:
    if kind in _PER_PROCESS:
        return (kind, "")
    if kind in _PER_KEY and subject.key is not None:
        return (kind, subject.key.fingerprint)
    return None


async def _has_own_picture(kind: ProbeKind, subject: Subject) -> bool:
    """Tell whether there is a picture that nobody else looks at: a canary of ours made it."""
    return kind is ProbeKind.DOWNLOAD and await asyncio.shield(subject.first_picture) is not None


def _may_be_reused(result: ProbeResult, subject: Subject) -> bool:
    """Tell whether another's result says something of this service.

    One that was not measured does not, nor the picture of a call that this service does not use.
    """
    used = {CANARY_OF[call].value for call in subject.service.calls}
    canary = result.facts.get(facts.CANARY)
    return result.ran and (canary is None or canary in used)


def _reused(result: ProbeResult, subject: Subject) -> ProbeResult:
    """Adapt a result to who asks now: it costs nothing more, and the key is told of anew."""
    known = dict(result.facts)
    if facts.KEY_SOURCE in known and subject.key is not None:
        known[facts.KEY_SOURCE] = subject.key.source
    known.pop(facts.KEY_NOTE, None)
    if result.kind is ProbeKind.AUTH and subject.key_note:
        known[facts.KEY_NOTE] = subject.key_note
    return replace(result, cost=Decimal(0), facts=known | {facts.SHARED: True})
