"""See whether a mitigation has the effect that it promises."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.domain.errors import BotError, MissingError
from bot.domain.mitigation import Effect, EffectState, MitigationKind, MitigationRun, State
from bot.domain.patch import is_ours
from bot.domain.service import Service
from bot.ports import Clock, Cluster, Mitigation
from bot.usecases.finish import Finish
from bot.usecases.guard import target_of
from bot.usecases.prove import ProveImage
from bot.usecases.watch import REPLACED
from bot.usecases.work import Work

LOOK_EVERY: Final = timedelta(seconds=2)
LOOK_WITHIN: Final = timedelta(seconds=3)  # a round of looking stays well below the lease
VERIFY_FOR: Final = timedelta(minutes=2)  # mitigations.md section 2
# So many looks in a row end it early: one page of an ingress on the move proves nothing.
SURE_AFTER: Final = 5

_RESULT: Final = {
    EffectState.EFFECTIVE: State.EFFECTIVE,
    EffectState.PENDING: State.NO_EFFECT,
    EffectState.WORSE: State.WORSE,
    EffectState.UNSEEN: State.UNVERIFIED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify:
    """Drives a run from *verifying* to its result.

    Attributes:
        within: How long the effect may take after the rollout.
    """

    cluster: Cluster
    clock: Clock
    mitigations: Mapping[MitigationKind, Mitigation]
    prove: ProveImage
    finish: Finish
    within: timedelta = VERIFY_FOR

    async def __call__(self, work: Work, service: Service) -> None:
        """Verify it.

        Raises:
            ClaimLostError: Somebody else has it.
        """
        mitigation = self.mitigations[work.run.kind]
        since = work.run.rolled_out_at or self.clock.now()
        seen: list[EffectState] = []
        while True:
            # Asked before the look: what needs the whole time is seen then.
            is_last = self.clock.now() - since >= self.within
            if await self._is_replaced(work.run, service):
                await self.finish(work, State.REPLACED, REPLACED, service)
                return
            effect = await mitigation.effect(service, work.run)
            seen.append(effect.state)
            if effect.is_final or is_last or _is_sure(work.run, seen):
                break
            await work.keep()
            await self.clock.sleep(LOOK_EVERY)
        if effect.state is EffectState.EFFECTIVE and mitigation.needs_image:
            effect = await self.prove(work, service, effect)
        result = _result(work.run, effect)
        await self.finish(work, result, effect.detail, service, effect.users)

    async def _is_replaced(self, run: MitigationRun, service: Service) -> bool:
        """Tell whether the change was put back; not seeing it is no proof."""
        try:
            async with asyncio.timeout(LOOK_WITHIN.total_seconds()):
                deployment = await self.cluster.deployment(target_of(service))
        except MissingError:
            return True
        except (BotError, TimeoutError):
            return False
        return not is_ours(run, deployment)


def _is_sure(run: MitigationRun, seen: list[EffectState]) -> bool:
    newest, is_seen = seen[-1], not run.unseen
    if newest is EffectState.EFFECTIVE and is_seen:
        return True
    # While old and new pods may serve side by side, one good answer proves as little as a bad one.
    counted = newest in {EffectState.WORSE, EffectState.EFFECTIVE}
    return counted and seen[-SURE_AFTER:] == [newest] * SURE_AFTER


def _result(run: MitigationRun, effect: Effect) -> State:
    # Pods that nobody saw come may not be there yet: that is no lack of effect.
    is_early = run.unseen and effect.state is EffectState.PENDING
    return State.UNVERIFIED if is_early else _RESULT[effect.state]
