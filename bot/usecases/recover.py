"""Look after mitigations in force: see whether Ideogram is back, remind, and change nothing.

Every step plans the next one before it acts, in a claimed row; so a crash costs one check at most,
and several replicas send one canary.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from bot.domain.errors import ClaimLostError, UnavailableError, UnknownServiceError
from bot.domain.mitigation import MitigationKind, MitigationRun
from bot.domain.recovery import Recovery, begun, holding
from bot.domain.service import Service, find_service
from bot.ports import Clock, Mitigation, RecoveryClaim, Storage
from bot.usecases.check import Check
from bot.usecases.held import Held, is_still_set
from bot.usecases.remind import remind

log = structlog.get_logger()

LEASE: Final = timedelta(minutes=2)  # a canary of 55 s, and the offer after it
NEWEST: Final = 200  # presses looked through for new ones; older ones have their row already


@dataclass(frozen=True, slots=True, kw_only=True)
class Recover:
    """Works off what is due about mitigations in force."""

    storage: Storage
    clock: Clock
    services: Sequence[Service]
    mitigations: Mapping[MitigationKind, Mitigation]
    check: Check

    async def __call__(self) -> None:
        """Begin to look after what is new, and do everything that is due.

        Raises:
            UnavailableError: The database does not answer; nothing was begun.
        """
        await self._begin()
        async with asyncio.TaskGroup() as group:
            while (claim := await self._claim()) is not None:
                group.create_task(self._carry_on(claim))

    @property
    def _ending(self) -> frozenset[MitigationKind]:
        return frozenset(kind for kind, one in self.mitigations.items() if one.ends)

    async def _begin(self) -> None:
        now = self.clock.now()
        async with self.storage() as uow:
            standing = await uow.mitigations.standing(NEWEST)
            for run in holding(standing, self._ending):
                known = await uow.recoveries.get(run.id)
                is_new = known is None or known.may_begin_again(now)
                if is_new and not run.is_running:
                    await uow.recoveries.begin(self._begun(run))

    def _begun(self, run: MitigationRun) -> Recovery:
        needs_image = self.mitigations[self.mitigations[run.kind].inverse].needs_image
        return begun(run, self.check.every if needs_image else None)

    async def _claim(self) -> RecoveryClaim | None:
        now = self.clock.now()
        try:
            async with self.storage() as uow:
                return await uow.recoveries.claim(now, now + LEASE)
        except UnavailableError as error:
            # Raised here, it would cut off the checks that are under way.
            log.debug("recovery.not_claimed", reason=str(error))
            return None

    async def _carry_on(self, claim: RecoveryClaim) -> None:
        try:
            await self._work(claim)
        except ClaimLostError as error:
            log.info("recovery.left", mitigation_id=claim.recovery.mitigation_id, why=str(error))
        except UnavailableError as error:  # its claim runs out, and a tick takes it up
            log.warning(
                "recovery.postponed", mitigation_id=claim.recovery.mitigation_id, why=str(error)
            )

    async def _work(self, claim: RecoveryClaim) -> None:
        held = await self._held(claim)
        if held is None:
            await self._end(claim)
            return
        now = self.clock.now()
        if held.recovery.must_remind(now):
            held = await remind(held, now)
        if held.recovery.must_check(now):
            await self.check(held)

    async def _held(self, claim: RecoveryClaim) -> Held | None:
        """Look up what it is about; None when that is no longer in force."""
        async with self.storage() as uow:
            run = await uow.mitigations.get(claim.recovery.mitigation_id)
            in_force = () if run is None else await uow.mitigations.in_force(run.object_key)
        if run is None or run not in holding(in_force, self._ending):
            return None
        try:
            service = find_service(self.services, run.service)
        except UnknownServiceError:
            return None
        if not await is_still_set(self.check.cluster, service, run):
            return None
        return Held(
            storage=self.storage,
            run=run,
            service=service,
            recovery=claim.recovery,
            epoch=claim.epoch,
        )

    async def _end(self, claim: RecoveryClaim) -> None:
        ended = claim.recovery.ended(self.clock.now())
        async with self.storage() as uow:
            await uow.recoveries.save(ended, epoch=claim.epoch)
        log.info("recovery.ended", mitigation_id=ended.mitigation_id)
