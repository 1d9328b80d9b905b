"""Send as many requests at once as in normal times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.concurrency import concurrency_of, excess_warning
from bot.domain.diagnosis import Cause
from bot.domain.mitigation import Effect, EffectState, EnvChange, MitigationKind, MitigationRun
from bot.domain.service import Service
from bot.domain.switching import NO_TRAFFIC, ended
from bot.domain.workload import Container, Deployment
from bot.ports import Mitigation, Network


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreConcurrency(Mitigation):
    """Ends every reduction; whether 429s come back shows only in user traffic."""

    network: Network

    @property
    def kind(self) -> MitigationKind:
        """Name the mitigation."""
        return MitigationKind.RESTORE_CONCURRENCY

    @property
    def inverse(self) -> MitigationKind:
        """Name the kind under which an undo of this runs."""
        return MitigationKind.REDUCE_CONCURRENCY

    @property
    def helps(self) -> Mapping[Cause, int]:
        """Map causes to the place among the next steps."""
        return {Cause.HEALTHY: 2}

    @property
    def ends(self) -> bool:
        """Whether this ends what others put in force."""
        return True

    @property
    def needs_image(self) -> bool:
        """Whether one canary must get an image."""
        return False

    def is_configured(self, service: Service) -> bool:
        """Tell whether the service has a concurrency switch."""
        return service.concurrency is not None

    def change(
        self, service: Service, container: Container, in_force: Sequence[MitigationRun]
    ) -> EnvChange:
        """End every reduction."""
        switch = concurrency_of(service)
        return ended(container, switch.env, str(switch.normal), in_force)

    def by_hand(self, service: Service) -> EnvChange:
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
        return excess_warning(service, deployment, change, inflight_limit)

    async def effect(self, service: Service, run: MitigationRun) -> Effect:
        """Say that nobody could look."""
        return Effect(EffectState.UNSEEN, NO_TRAFFIC)
