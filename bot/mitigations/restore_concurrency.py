"""Send as many requests at once as in normal times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.domain.calm import CALM_FOR, NO_TRAFFIC, no_refusals
from bot.domain.concurrency import concurrency_of, excess_warning
from bot.domain.diagnosis import Cause
from bot.domain.mitigation import Effect, EffectState, EnvChange, MitigationKind, MitigationRun
from bot.domain.service import Service
from bot.domain.switching import ended
from bot.domain.workload import Container, Deployment
from bot.ports import Lookout


@dataclass(frozen=True, slots=True)
class RestoreConcurrency:
    """Ends every reduction; whether 429s come back shows only in user traffic."""

    kind: ClassVar = MitigationKind.RESTORE_CONCURRENCY
    inverse: ClassVar = MitigationKind.REDUCE_CONCURRENCY
    helps: ClassVar[Mapping[Cause, int]] = {Cause.HEALTHY: 2}
    ends: ClassVar = True
    needs_image: ClassVar = False
    lookout: Lookout

    def is_configured(self, service: Service) -> bool:
        """Tell whether the service has a concurrency switch."""
        return service.concurrency is not None

    def change(
        self, service: Service, container: Container, in_force: Sequence[MitigationRun]
    ) -> EnvChange:
        """End every reduction."""
        switch = concurrency_of(service)
        return ended(container, switch.env, str(switch.normal), in_force)

    def by_hand(self, service: Service, concurrency: int | None) -> EnvChange:
        """Change it, in normal circumstances."""
        switch = concurrency_of(service)
        return EnvChange(switch.env, str(switch.reduced[0]), str(switch.normal))

    def warnings(
        self,
        service: Service,
        deployment: Deployment,
        change: EnvChange,
        inflight_limit: int | None,
    ) -> tuple[str, ...]:
        """Say when the pods together still exceed the limit."""
        return excess_warning(service, deployment, change, inflight_limit, advises=False)

    async def effect(self, service: Service, run: MitigationRun) -> Effect:
        """Look for 429 in users' requests."""
        seen = await self.lookout.requests(service, run, CALM_FOR)
        if seen is None:
            return Effect(EffectState.UNSEEN, NO_TRAFFIC, is_final=True)
        return no_refusals(seen, self.lookout.thresholds)
