"""Which triage a button means, and where it and what follows from it is shown."""

from datetime import datetime

from bot.domain.errors import UserError
from bot.domain.ids import OutboxKey, TriageId, incident_text
from bot.domain.probe import ProbeResult
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


async def results_of(uow: UnitOfWork, triage_id: TriageId | None) -> tuple[ProbeResult, ...]:
    """Look up what a triage measured; nothing where there is none."""
    triage = None if triage_id is None else await uow.triages.get(triage_id)
    return () if triage is None else triage.card.results


async def show_triage(uow: UnitOfWork, triage: Triage, at: datetime) -> None:
    """Show its card in its newest state, wherever people asked for it."""
    for key, channel in triage.places:
        await uow.outbox.card(key, channel, triage.card, at=at)


def thread_of(triage: Triage) -> OutboxKey:
    """Name the message whose thread this belongs into: the incident's, once there is one."""
    if triage.incident_id is None:
        return triage.message
    return OutboxKey(f"{incident_text(triage.incident_id)}/card")
