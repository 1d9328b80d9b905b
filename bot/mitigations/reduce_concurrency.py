"""Send fewer requests at once, so that Ideogram's limit is kept."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from bot.domain.calm import CALM_FOR, NO_TRAFFIC, no_refusals
from bot.domain.concurrency import concurrency_of, current_value, excess_warning, step_down
from bot.domain.diagnosis import Cause
from bot.domain.errors import GuardRefusedError
from bot.domain.mitigation import Effect, EffectState, EnvChange, MitigationKind, MitigationRun
from bot.domain.patch import changed
from bot.domain.service import Service
from bot.domain.workload import Container, Deployment
from bot.ports import Lookout


@dataclass(frozen=True, slots=True)
class ReduceConcurrency:
    """Steps the concurrency down; whether 429s stop shows only in user traffic."""

    kind: ClassVar = MitigationKind.REDUCE_CONCURRENCY
    inverse: ClassVar = MitigationKind.RESTORE_CONCURRENCY
    helps: ClassVar[Mapping[Cause, int]] = {Cause.RATE_LIMIT: 1}
    ends: ClassVar = False
    needs_image: ClassVar = False
    lookout: Lookout

    def is_configured(self, service: Service) -> bool:
        """Tell whether the service has a concurrency switch."""
        return service.concurrency is not None

    def change(
        self, service: Service, container: Container, in_force: Sequence[MitigationRun]
    ) -> EnvChange:
        """Step down once."""
        switch = concurrency_of(service)
        after = step_down(switch, current_value(switch, container))
        return changed(container, switch.env, str(after))

    def by_hand(self, service: Service, concurrency: int | None) -> EnvChange | None:
        """Step down once; None at the smallest value."""
        switch = concurrency_of(service)
        now = switch.normal if concurrency is None else concurrency
        with suppress(GuardRefusedError):
            return EnvChange(switch.env, str(now), str(step_down(switch, now)))
        return None

    def warnings(
        self,
        service: Service,
        deployment: Deployment,
        change: EnvChange,
        inflight_limit: int | None,
    ) -> tuple[str, ...]:
        """Say when the pods together still exceed the limit."""
        return excess_warning(service, deployment, change, inflight_limit)

    async def effect(self, service: Service, run: MitigationRun) -> Effect:
        """Look for 429 in users' requests."""
        seen = await self.lookout.requests(service, run, CALM_FOR)
        if seen is None:
            return Effect(EffectState.UNSEEN, NO_TRAFFIC, is_final=True)
        return no_refusals(seen, self.lookout.thresholds)
