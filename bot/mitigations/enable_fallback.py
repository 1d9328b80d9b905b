"""Give users placeholders instead of errors."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar, Final

from bot.domain.calm import FALLEN_FOR, fewer_failures
from bot.domain.diagnosis import Cause
from bot.domain.health import HealthState
from bot.domain.mitigation import Effect, EffectState, EnvChange, MitigationKind, MitigationRun
from bot.domain.patch import changed
from bot.domain.service import Service, SwitchName
from bot.domain.switching import NO_HEALTH, NO_PATH, judged, switch_of
from bot.domain.workload import Container, Deployment
from bot.ports import Lookout

HEALTH_TIMEOUT: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class EnableFallback:
    """Sets the fallback switch on; effective when health says that fallback is active.

    Or when the share of users' requests that fail falls: not every health document tells.

    Health that is down does not make it worse: Ideogram may be, and that is why it was pressed.
    """

    kind: ClassVar = MitigationKind.ENABLE_FALLBACK
    inverse: ClassVar = MitigationKind.DISABLE_FALLBACK
    helps: ClassVar[Mapping[Cause, int]] = {
        Cause.UNREACHABLE: 1,
        Cause.AUTH: 1,
        Cause.CREDITS_EXHAUSTED: 2,
        Cause.OUTAGE: 1,
        Cause.TIMEOUT: 1,
        Cause.SLOW: 1,
        # Beyond the table: a picture that nobody can fetch is an error for its user too.
        Cause.DOWNLOAD: 1,
    }
    ends: ClassVar = False
    needs_image: ClassVar = False
    lookout: Lookout

    def is_configured(self, service: Service) -> bool:
        """Tell whether the service has a fallback switch."""
        return SwitchName.FALLBACK in service.switches

    def change(
        self, service: Service, container: Container, in_force: Sequence[MitigationRun]
    ) -> EnvChange:
        """Switch it."""
        switch = switch_of(service, SwitchName.FALLBACK)
        return changed(container, switch.env, switch.when_on)

    def by_hand(self, service: Service, concurrency: int | None) -> EnvChange:
        """Switch it, in normal circumstances."""
        switch = switch_of(service, SwitchName.FALLBACK)
        return EnvChange(switch.env, switch.when_off, switch.when_on)

    def warnings(
        self,
        service: Service,
        deployment: Deployment,
        change: EnvChange,
        inflight_limit: int | None,
    ) -> tuple[str, ...]:
        """Say whether its effect will be visible."""
        is_seen = _blindness(service) is None or service.metrics is not None
        missing = "health_url" if service.health_url is None else "health_path"
        return () if is_seen else (f"The effect cannot be checked: no {missing} is configured.",)

    async def effect(self, service: Service, run: MitigationRun) -> Effect:
        """Look at the service's health and at users' requests, once and at the same time."""
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(self._health(service))
            looking = group.create_task(self.lookout.requests(service, run, FALLEN_FOR))
        health, seen = asked.result(), looking.result()
        if health.state is EffectState.EFFECTIVE or seen is None:
            return health
        users = fewer_failures(seen, self.lookout.thresholds)
        is_open = health.state is EffectState.PENDING and users.state is EffectState.UNSEEN
        state = health.state if is_open else users.state
        return replace(users, state=state, detail=f"{health.detail}; {users.detail}")

    async def _health(self, service: Service) -> Effect:
        blind = _blindness(service)
        if service.health_url is None or blind is not None:
            return Effect(EffectState.UNSEEN, blind or NO_HEALTH, is_final=True)
        answer = await self.lookout.network.get(service.health_url, timeout=HEALTH_TIMEOUT)
        return judged(service, answer, HealthState.FALLBACK, frozenset())


def _blindness(service: Service) -> str | None:
    """Say why health cannot tell of fallback; None where it can."""
    if service.health_url is None:
        return NO_HEALTH
    return NO_PATH if service.health_path is None else None
