"""One mitigation in force under our claim, and how what is due about it is recorded."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.domain.errors import BotError, ClaimLostError, MissingError
from bot.domain.ids import UserId
from bot.domain.mitigation import MitigationRun
from bot.domain.patch import value_of
from bot.domain.recovery import Recovery
from bot.domain.service import Service
from bot.ports import Cluster, Storage, UnitOfWork

LOOK_WITHIN: Final = timedelta(seconds=5)

Also = Callable[[UnitOfWork], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A mitigation in force, as claimed."""

    storage: Storage
    run: MitigationRun
    service: Service
    recovery: Recovery
    epoch: int

    async def saved(
        self, recovery: Recovery, also: Also, *, until: datetime | None = None
    ) -> "Held":
        """Record the next state with what belongs to it, in one transaction.

        Args:
            recovery: The next state.
            also: What else belongs into the transaction.
            until: Keeps the claim until then; None gives it back.

        Raises:
            ClaimLostError: Somebody else has it; nothing was recorded.
        """
        async with self.storage() as uow:
            if not await uow.recoveries.save(recovery, epoch=self.epoch, claimed_until=until):
                raise ClaimLostError(f"{self.run.name} is looked after elsewhere.")
            await also(uow)
        return replace(self, recovery=recovery)


async def whom_to_tell(uow: UnitOfWork, run: MitigationRun) -> UserId:
    """Name whose phone rings: the owner of the incident, else who pressed."""
    if run.incident_id is None:
        return run.by
    return (await uow.incidents.get(run.incident_id)).owner or run.by


async def is_still_set(cluster: Cluster, service: Service, run: MitigationRun) -> bool:
    """Tell whether a change is still there; not seeing it is no proof that it is gone."""
    if service.target is None or service.target.key != run.object_key:
        return False
    try:
        async with asyncio.timeout(LOOK_WITHIN.total_seconds()):
            deployment = await cluster.deployment(service.target)
    except MissingError:
        return False
    except (BotError, TimeoutError):
        return True
    container = deployment.container(run.container)
    return container is None or all(
        value_of(container, change.name) != change.before for change in run.preview.changes
    )
