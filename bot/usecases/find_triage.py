"""Which triage a button means, and where what follows from it is said."""

from bot.domain.errors import UserError
from bot.domain.ids import OutboxKey, TriageId, incident_text
from bot.domain.triage import Triage
from bot.ports import UnitOfWork


async def the_triage(uow: UnitOfWork, triage_id: TriageId) -> Triage:
    """Find a triage.

    Raises:
        UserError: It is not known any more.
    """
    triage = await uow.triages.get(triage_id)
    if triage is None:
        raise UserError("This triage is not known any more. Run /ideogram triage again.")
    return triage


def thread_of(triage: Triage) -> OutboxKey:
    """Name the message whose thread this belongs into: the incident's, once there is one."""
    if triage.incident_id is None:
        return triage.message
    return OutboxKey(f"{incident_text(triage.incident_id)}/card")
