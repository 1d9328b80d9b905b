"""Which incident a mitigation belongs to: asked when it is offered, and again when pressed."""

from collections.abc import Mapping

from bot.domain.ids import IncidentId, ServiceName
from bot.domain.incident import Incident
from bot.domain.mitigation import MitigationKind
from bot.ports import Mitigation, UnitOfWork
from bot.usecases.guard import Ground


async def incident_of(
    uow: UnitOfWork,
    ground: Ground,
    kind: MitigationKind,
    mitigations: Mapping[MitigationKind, Mitigation],
) -> Incident | None:
    """Find the incident that a press would join; None when it would open one.

    That is the open one of the service. Ending what an incident left in force belongs to that
    one, though it is resolved.
    """
    for incident in await uow.incidents.open(ground.service.name):
        return await uow.incidents.get(incident.id)
    left = [run.incident_id for run in ground.holding(mitigations) if run.incident_id is not None]
    if mitigations[kind].ends and left:
        return await uow.incidents.get(left[-1])
    return None


async def if_open(uow: UnitOfWork, incident_id: IncidentId | None) -> IncidentId | None:
    """Keep an incident that is open: new trouble does not join one that is resolved."""
    if incident_id is None or not (await uow.incidents.get(incident_id)).is_open:
        return None
    return incident_id


async def open_beside(
    uow: UnitOfWork, service: ServiceName, taken: IncidentId | None
) -> IncidentId | None:
    """Name the open incident of a service, other than the one that took a triage over."""
    return next((one.id for one in await uow.incidents.open(service) if one.id != taken), None)
