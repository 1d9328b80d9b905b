"""Give users placeholders instead of errors."""

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
from bot.domain.switching import NO_HEALTH, judged, switch_of
from bot.domain.workload import Container, Deployment
from bot.ports import Lookout

HEALTH_TIMEOUT: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class EnableFallback:
    """Sets the fallback switch on; effective when health says that fallback is active.

    Where health cannot be seen: when the share of users' requests that fail falls.

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

    def by_hand(self, service: Service) -> EnvChange:
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
        is_seen = service.health_url or service.metrics
        return () if is_seen else (f"The effect cannot be checked: {NO_HEALTH}.",)

    async def effect(self, service: Service, run: MitigationRun) -> Effect:
        """Ask the service's health once; where that says nothing, look at users' requests."""
        health = await self._health(service)
        if health.state is not EffectState.UNSEEN:
            return health
        seen = await self.lookout.requests(service, run, FALLEN_FOR)
        if seen is None:
            return health
        found = fewer_failures(seen, self.lookout.thresholds)
        return replace(found, detail=f"{health.detail}; {found.detail}")

    async def _health(self, service: Service) -> Effect:
        if service.health_url is None:
            return Effect(EffectState.UNSEEN, NO_HEALTH, is_final=True)
        answer = await self.lookout.network.get(service.health_url, timeout=HEALTH_TIMEOUT)
        return judged(service, answer, HealthState.FALLBACK, frozenset())
