"""Remember the same trouble before."""

from datetime import datetime

from bot.domain.diagnosis import Cause
from bot.domain.history import Earlier, earlier
from bot.domain.ids import ServiceName
from bot.ports import UnitOfWork


async def the_same_before(
    uow: UnitOfWork, service: ServiceName, cause: Cause, now: datetime
) -> Earlier | None:
    """Find the newest resolved incident of a service and cause, and what helped in it.

    Healthy and undetermined verdicts are no trouble that could come again.
    """
    if cause in (Cause.HEALTHY, Cause.UNDETERMINED):
        return None
    incident = await uow.incidents.last_resolved(service, cause)
    if incident is None:
        return None
    return earlier(incident, await uow.mitigations.of_incident(incident.id), now)
