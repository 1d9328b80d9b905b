"""What a mitigation is, beyond the steps that all have in common."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final, Protocol

from bot.domain.answer import ApiKey
from bot.domain.calm import CALM_FOR, Requests, compared, span_of
from bot.domain.diagnosis import Cause
from bot.domain.metrics import Query, Reading
from bot.domain.mitigation import Effect, EnvChange, MitigationKind, MitigationRun
from bot.domain.service import Service
from bot.domain.thresholds import Thresholds
from bot.domain.workload import Container, Deployment
from bot.ports.clock import Clock
from bot.ports.metrics import Metrics
from bot.ports.network import Network

LOOK_TIMEOUT: Final = timedelta(seconds=5)


# Without a repr: a traceback with its locals would show it once for each mitigation and frame.
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Lookout:
    """What mitigations look at their effect through.

    Attributes:
        calm_for: How long no request may be refused before it counts as calm; never longer than
            an effect is waited for.
    """

    network: Network
    metrics: Metrics
    clock: Clock
    thresholds: Thresholds = field(default_factory=Thresholds)
    calm_for: timedelta = CALM_FOR

    async def requests(
        self, service: Service, run: MitigationRun, window: timedelta
    ) -> Requests | None:
        """Look at users' requests before a press and now; None where there is no Prometheus."""
        if service.metrics is None:
            return None
        source = replace(service.metrics, window=min(window, self.calm_for))
        span, asked = span_of(run, self.clock.now()), source.expressions()
        async with asyncio.TaskGroup() as group:
            outcomes = group.create_task(
                self.metrics.history(source.url, asked[Query.OUTCOMES], span, timeout=LOOK_TIMEOUT)
            )
            newest = group.create_task(self._newest(source.url, asked.get(Query.NEWEST)))
        return compared(source, run, span, outcomes.result(), newest.result())

    async def _newest(self, url: str, expression: str | None) -> Reading | None:
        if expression is None:
            return None
        return await self.metrics.query(url, expression, timeout=LOOK_TIMEOUT)


class Mitigation(Protocol):
    """One kind of mitigation. Use cases do the six steps; this says what and whether it helped."""

    @property
    def kind(self) -> MitigationKind:
        """Name the mitigation."""
        ...

    @property
    def inverse(self) -> MitigationKind:
        """Name the kind under which an undo of this runs and is verified."""
        ...

    @property
    def helps(self) -> Mapping[Cause, int]:
        """Map causes to the place among the next steps, 1 first."""
        ...

    @property
    def ends(self) -> bool:
        """Whether this ends what others put in force on its variable (disable, restore)."""
        ...

    @property
    def needs_image(self) -> bool:
        """Whether its promise includes that one canary gets an image."""
        ...

    def is_configured(self, service: Service) -> bool:
        """Tell whether the service has what this changes."""
        ...

    def change(
        self, service: Service, container: Container, in_force: Sequence[MitigationRun]
    ) -> EnvChange:
        """Say what to change.

        Args:
            service: Configured for this.
            container: As just read.
            in_force: Mitigations on this Deployment that were not undone, oldest first.

        Raises:
            GuardRefusedError: Already so, or there is no further step.
        """
        ...

    def by_hand(self, service: Service, concurrency: int | None) -> EnvChange | None:
        """Say what a person would change where we may or can not; None when nothing is left.

        Args:
            service: Its switches.
            concurrency: How many requests it may send at once, as last seen; None when unseen.
        """
        ...

    def warnings(
        self,
        service: Service,
        deployment: Deployment,
        change: EnvChange,
        inflight_limit: int | None,
    ) -> tuple[str, ...]:
        """Say what the person should know before pressing, in words.

        Args:
            service: Configured for this.
            deployment: As just read.
            change: What will change.
            inflight_limit: Requests in flight that Ideogram named in a 429; None when it did not.
        """
        ...

    async def effect(self, service: Service, run: MitigationRun) -> Effect:
        """Look once whether the promised effect is there. Free."""
        ...


class Keys(Protocol):
    """Whose key is used for requests to Ideogram."""

    async def for_service(self, service: Service) -> tuple[ApiKey | None, str]:
        """Read the service's own key, else the bot's.

        Returns:
            The key and a note: with a key, what is worth saying about it (for example that the
            two keys differ); without, why there is none and how to grant one.
        """
        ...
