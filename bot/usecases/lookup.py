"""Read what a form or a view shows. Changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.draft import Seen
from bot.domain.errors import UserError
from bot.domain.ids import IncidentId, TriageId
from bot.domain.message import TriageCard
from bot.domain.mitigation import IN_FORCE, MitigationKind, MitigationRun
from bot.domain.recovery import holding
from bot.ports import Mitigation, Storage
from bot.usecases.find_incident import the_open_incident


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Answers what the Slack edge asks before it opens a modal."""

    storage: Storage
    mitigations: Mapping[MitigationKind, Mitigation]

    async def incident(self, incident_id: IncidentId | None) -> Seen:
        """Read an incident and the newest facts about it.

        Args:
            incident_id: None means the only open one.

        Raises:
            UserError: No such incident, it is resolved, or it is not clear which is meant.
            UnavailableError: The database does not answer.
        """
        async with self.storage() as uow:
            incident = await the_open_incident(uow, incident_id)
            if not incident.is_open:
                raise UserError(f"{incident.name} is resolved already.")
            triage = await uow.triages.get(incident.triage_id) if incident.triage_id else None
            runs = await uow.mitigations.of_incident(incident.id)
        card = None if triage is None else triage.card
        return Seen(
            incident,
            diagnosis=None if card is None else card.diagnosis,
            results=() if card is None else card.results,
            mitigation=runs[-1] if runs else None,
            standing=self._standing(runs),
        )

    def _standing(self, runs: Sequence[MitigationRun]) -> tuple[MitigationRun, ...]:
        ending = frozenset(kind for kind, one in self.mitigations.items() if one.ends)
        in_force = [run for run in runs if run.state in IN_FORCE and run.undone_by is None]
        return tuple(run for run in holding(in_force, ending) if not run.is_running)

    async def triage(self, triage_id: TriageId) -> TriageCard:
        """Read what a triage measured.

        Raises:
            UserError: It is not known any more.
            UnavailableError: The database does not answer.
        """
        async with self.storage() as uow:
            triage = await uow.triages.get(triage_id)
        if triage is None:
            raise UserError("This triage is not known any more. Run /ideogram triage again.")
        return triage.card
