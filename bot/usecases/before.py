"""Remember the same trouble before."""

from dataclasses import replace
from datetime import datetime

from bot.domain.diagnosis import Cause
from bot.domain.history import Earlier, earlier
from bot.domain.ids import ServiceName
from bot.domain.message import TriageCard
from bot.ports import UnitOfWork
from bot.usecases.examine import Examined


async def with_memory(
    uow: UnitOfWork, card: TriageCard, examined: Examined, now: datetime
) -> TriageCard:
    """Put beside a verdict the same trouble before, and the balance it was drawn with."""
    known = await the_same_before(uow, card.service, examined.diagnosis.cause, now)
    beside = replace(card.beside, earlier=known, estimate=examined.estimate)
    return replace(card, beside=beside)


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
