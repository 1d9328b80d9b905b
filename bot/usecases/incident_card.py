"""Show an incident's one live message in its newest state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.domain.diagnosis import Cause
from bot.domain.ids import PreviewId
from bot.domain.incident import Incident, Status
from bot.domain.message import IncidentCard
from bot.domain.mitigation import MitigationKind, MitigationRun, Preview, State
from bot.ports import Mitigation, UnitOfWork

UPDATE: Final = "update"
RESOLVE: Final = "resolve"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentCards:
    """Composes the card from what is stored; every use case that changes an incident shows it."""

    mitigations: Mapping[MitigationKind, Mitigation]

    async def show(self, uow: UnitOfWork, incident: Incident, at: datetime) -> None:
        """Write the card's newest state to the outbox, in the caller's transaction."""
        runs = await uow.mitigations.of_incident(incident.id)
        running = next((run for run in reversed(runs) if run.is_running), None)
        last = next((run for run in reversed(runs) if not run.is_running), None)
        offers = await self._offers(uow, incident, running, last)
        card = IncidentCard(
            incident=incident,
            offers=offers,
            running=running,
            last=last,
            primary=await self._primary(uow, incident, runs, offers),
        )
        await uow.outbox.card(incident.card, incident.channel, card, at=at)

    async def _offers(
        self,
        uow: UnitOfWork,
        incident: Incident,
        running: MitigationRun | None,
        last: MitigationRun | None,
    ) -> tuple[Preview, ...]:
        if running is not None:
            return ()  # another press would be refused, or find the Deployment changed
        if last is not None:
            ids: Sequence[PreviewId] = last.offers
        elif incident.triage_id is not None:
            triage = await uow.triages.get(incident.triage_id)
            ids = () if triage is None else [offer.id for offer in triage.card.offers]
        else:
            ids = ()
        stored = [await uow.mitigations.preview(one) for one in ids]
        return tuple(one for one in stored if one is not None and one.settled_by is None)

    async def _primary(
        self,
        uow: UnitOfWork,
        incident: Incident,
        runs: Sequence[MitigationRun],
        offers: Sequence[Preview],
    ) -> str:
        newest = runs[-1] if runs else None
        ending = next((offer for offer in offers if self._is_ending(offer.kind)), None)
        if newest is None:
            helping = [offer.kind for offer in offers if not self._is_ending(offer.kind)]
            is_waiting = incident.status is Status.INVESTIGATING and helping
            return helping[0] if is_waiting else UPDATE
        if self._is_ending(newest.kind):
            is_over = newest.state is State.EFFECTIVE and incident.status is Status.MITIGATED
            return RESOLVE if is_over else UPDATE
        if ending is not None and await _is_healthy_since(uow, newest):
            return ending.kind
        return UPDATE

    def _is_ending(self, kind: MitigationKind) -> bool:
        return self.mitigations[kind].ends


async def _is_healthy_since(uow: UnitOfWork, run: MitigationRun) -> bool:
    """Tell whether a triage found everything fine after a mitigation ended."""
    triage = await uow.triages.newest(run.service)
    if triage is None or triage.card.diagnosis is None or run.finished_at is None:
        return False
    return triage.card.diagnosis.cause is Cause.HEALTHY and triage.card.started_at > run.finished_at
