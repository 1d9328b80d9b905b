"""Which incident a person means."""

from bot.domain.errors import UnknownIncidentError, UserError
from bot.domain.ids import IncidentId
from bot.domain.incident import Incident
from bot.ports import UnitOfWork


async def the_open_incident(uow: UnitOfWork, incident_id: IncidentId | None) -> Incident:
    """Find the incident named, or the only open one.

    Raises:
        UnknownIncidentError: There is no such incident, or none is open.
        UserError: Several are open; the text lists them.
    """
    if incident_id is not None:
        return await uow.incidents.get(incident_id)
    incidents = await uow.incidents.open()
    if not incidents:
        raise UnknownIncidentError("No incident is open. Declare one: /ideogram declare")
    if len(incidents) > 1:
        names = ", ".join(f"{one.name} ({one.service})" for one in incidents)
        raise UserError(f"Several incidents are open: {names}. Add the one you mean.")
    return await uow.incidents.get(incidents[0].id)


async def the_newest_incident(uow: UnitOfWork, incident_id: IncidentId | None) -> Incident:
    """Find the incident named, or the newest one.

    Raises:
        UnknownIncidentError: There is no such incident, or none at all.
    """
    if incident_id is not None:
        return await uow.incidents.get(incident_id)
    newest = await uow.incidents.newest(1)
    if not newest:
        raise UnknownIncidentError("There was no incident yet.")
    return newest[0]
