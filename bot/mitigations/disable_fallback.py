"""Give users pictures again, after Ideogram came back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final

from bot.domain.diagnosis import Cause
from bot.domain.health import HealthState
from bot.domain.mitigation import Effect, EffectState, EnvChange, MitigationKind, MitigationRun
from bot.domain.service import Service, SwitchName
from bot.domain.switching import NO_HEALTH, ended, judged, switch_of
from bot.domain.workload import Container, Deployment
from bot.ports import Lookout

HEALTH_TIMEOUT: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class DisableFallback:
    """Ends the fallback; effective when health is normal and one canary gets an image."""

    kind: ClassVar = MitigationKind.DISABLE_FALLBACK
    inverse: ClassVar = MitigationKind.ENABLE_FALLBACK
    helps: ClassVar[Mapping[Cause, int]] = {Cause.HEALTHY: 1}
    ends: ClassVar = True
    needs_image: ClassVar = True
    lookout: Lookout

    def is_configured(self, service: Service) -> bool:
        """Tell whether the service has a fallback switch."""
        return SwitchName.FALLBACK in service.switches

    def change(
        self, service: Service, container: Container, in_force: Sequence[MitigationRun]
    ) -> EnvChange:
        """Switch it."""
        switch = switch_of(service, SwitchName.FALLBACK)
        return ended(container, switch.env, switch.when_off, in_force)

    def by_hand(self, service: Service, concurrency: int | None) -> EnvChange:
        """Switch it, in normal circumstances."""
        switch = switch_of(service, SwitchName.FALLBACK)
        return EnvChange(switch.env, switch.when_on, switch.when_off)

    def warnings(
        self,
        service: Service,
        deployment: Deployment,
        change: EnvChange,
        inflight_limit: int | None,
    ) -> tuple[str, ...]:
        """Say whether its effect will be visible."""
        return () if service.health_url else (f"The effect cannot be checked: {NO_HEALTH}.",)

    async def effect(self, service: Service, run: MitigationRun) -> Effect:
        """Ask the service's health once."""
        if service.health_url is None:
            return Effect(EffectState.UNSEEN, NO_HEALTH, is_final=True)
        answer = await self.lookout.network.get(service.health_url, timeout=HEALTH_TIMEOUT)
        return judged(service, answer, HealthState.HEALTHY, frozenset({HealthState.DOWN}))
