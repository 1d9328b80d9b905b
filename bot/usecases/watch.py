"""Watch our own rollout to its end, as `kubectl rollout status` does."""

from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.errors import BotError, MissingError, PermanentError, TemporaryError
from bot.domain.mitigation import MitigationRun, State
from bot.domain.press import moved
from bot.domain.service import Service
from bot.domain.timeline import EventKind
from bot.domain.watching import STUCK_AFTER, reasons, watched
from bot.domain.workload import Deployment
from bot.ports import Clock, Cluster, UnitOfWork
from bot.usecases.finish import Finish
from bot.usecases.guard import target_of
from bot.usecases.work import Work

log = structlog.get_logger()

ROUND: Final = timedelta(seconds=5)  # well below the lease, which is prolonged between rounds
PAUSE: Final = timedelta(seconds=1)  # between rounds that ended early
REPLACED: Final = "someone else's change replaced it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Drives a run from *watching* to *verifying*, *stuck* or *replaced*.

    A rollout that cannot be seen is not called stuck: its effect may be seen all the same.

    Attributes:
        stuck_after: How long it may take until one more pod is ready, or until one more look.
    """

    cluster: Cluster
    clock: Clock
    finish: Finish
    stuck_after: timedelta = STUCK_AFTER

    async def __call__(self, work: Work, service: Service) -> None:
        """Watch it.

        Raises:
            ClaimLostError: Somebody else has it.
        """
        seen_at = self.clock.now()
        while work.run.state is State.WATCHING:
            began = self.clock.monotonic()
            blind = await self._round(work, service)
            if blind is None:
                seen_at = self.clock.now()
            elif isinstance(blind, MissingError):
                await self.finish(work, State.REPLACED, str(blind), service)
            elif isinstance(blind, PermanentError) or self._too_long_since(seen_at):
                await self._out_of_sight(work, str(blind))
            if work.run.state is State.WATCHING:
                await work.keep()
                await self.clock.sleep(max(PAUSE - (self.clock.monotonic() - began), timedelta(0)))

    async def _round(self, work: Work, service: Service) -> BotError | None:
        """Look at every change for a while.

        Returns:
            Why nothing could be seen, or that there is nothing any more; None when it was seen.
        """
        looked = False
        try:
            async with aclosing(self.cluster.watch(target_of(service), within=ROUND)) as seen:
                async for deployment in seen:
                    looked = True
                    await self._look(work, service, deployment)
                    if work.run.state is not State.WATCHING:
                        return None
        except MissingError as error:
            return error
        except (PermanentError, TemporaryError) as error:
            log.warning("watch.interrupted", mitigation_id=work.run.name, reason=str(error))
            return None if looked else error
        return None

    def _too_long_since(self, seen_at: datetime) -> bool:
        return self.clock.now() - seen_at >= self.stuck_after

    async def _look(self, work: Work, service: Service, deployment: Deployment) -> None:
        await work.keep()
        now = self.clock.now()
        look = watched(work.run, deployment, now, self.stuck_after)
        if look.replaced:
            await self.finish(work, State.REPLACED, REPLACED, service)
        elif look.done:
            await self._rolled_out(work, look.run.replicas, now)
        elif look.failed:
            why = await self._why(service, deployment, look.failed)
            await self.finish(work, State.STUCK, why, service)
        elif look.run != work.run:
            await work.save(look.run)

    async def _rolled_out(self, work: Work, replicas: int, now: datetime) -> None:
        run = replace(
            moved(work.run, State.VERIFYING),
            ready_seen=replicas,
            updated_seen=replicas,
            replicas=replicas,
            rolled_out_at=now,
        )
        await self._verified_next(work, run, EventKind.MITIGATION_ROLLED_OUT)

    async def _out_of_sight(self, work: Work, why: str) -> None:
        """Go on without having seen the end: what it promises can be looked for all the same."""
        await self._verified_next(work, replace(moved(work.run, State.VERIFYING), unseen=why))

    async def _verified_next(
        self, work: Work, run: MitigationRun, event: EventKind | None = None
    ) -> None:
        async def give_the_object_free(uow: UnitOfWork, _at: datetime) -> None:
            await uow.mitigations.unlock(run.object_key, run.id)

        await work.save(run, event=event, also=give_the_object_free)

    async def _why(self, service: Service, deployment: Deployment, failed: str) -> str:
        """Add the pods' reasons to why a rollout is stuck."""
        try:
            pods = await self.cluster.pods(target_of(service), deployment)
        except BotError as error:
            return f"{failed}; pods not seen: {error}"
        seen = reasons(pods)
        return f"{failed.rstrip('.')}; {seen}" if seen else failed
