"""Show an incident's one live message in its newest state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.domain.diagnosis import Cause
from bot.domain.ids import PreviewId
from bot.domain.incident import Incident, Status
from bot.domain.message import IncidentCard
from bot.domain.mitigation import IN_FORCE, MitigationKind, MitigationRun, Preview, State
from bot.domain.recovery import Recovery, holding
from bot.domain.relief import relief
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
        recovery = await self._recovery(uow, runs)
        offers = await self._offers(uow, incident, running, last)
        if incident.is_open:  # offered before it was declared, they belong to it now
            offers = tuple(replace(one, incident_id=incident.id) for one in offers)
        if recovery is not None and recovery.is_back and running is None:
            offers = await _leading(uow, recovery.offers, offers)
        card = IncidentCard(
            incident=incident,
            offers=offers,
            running=running,
            last=last,
            primary=await self._primary(uow, incident, runs, offers, recovery),
            recovery=recovery,
            relief=relief(runs),
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
        return await _unsettled(uow, ids)

    async def _recovery(self, uow: UnitOfWork, runs: Sequence[MitigationRun]) -> Recovery | None:
        """Find what is known of Ideogram, from the newest mitigation that is in force."""
        standing = [run for run in runs if run.state in IN_FORCE and run.undone_by is None]
        ending = frozenset(kind for kind in self.mitigations if self._is_ending(kind))
        for run in reversed(holding(standing, ending)):
            recovery = await uow.recoveries.get(run.id)
            if recovery is not None and recovery.ended_at is None:
                return recovery
        return None

    async def _primary(
        self,
        uow: UnitOfWork,
        incident: Incident,
        runs: Sequence[MitigationRun],
        offers: Sequence[Preview],
        recovery: Recovery | None,
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
        is_back = recovery is not None and recovery.is_back
        if ending is not None and (is_back or await _is_healthy_since(uow, newest)):
            return ending.kind
        return UPDATE

    def _is_ending(self, kind: MitigationKind) -> bool:
        return self.mitigations[kind].ends


async def _is_healthy_since(uow: UnitOfWork, run: MitigationRun) -> bool:
    """Tell whether a triage saw every call make an image after a mitigation ended."""
    triage = await uow.triages.newest(run.service)
    if triage is None or triage.card.diagnosis is None or run.finished_at is None:
        return False
    found = triage.card.diagnosis
    is_seen = found.cause is Cause.HEALTHY and found.calls_for_a_switch
    return is_seen and triage.card.started_at > run.finished_at


async def _unsettled(uow: UnitOfWork, ids: Sequence[PreviewId]) -> tuple[Preview, ...]:
    stored = [await uow.mitigations.preview(one) for one in ids]
    return tuple(one for one in stored if one is not None and one.settled_by is None)


async def _leading(
    uow: UnitOfWork, ids: Sequence[PreviewId], others: tuple[Preview, ...]
) -> tuple[Preview, ...]:
    """Put what ends a mitigation first; an undo that would change the same is left out."""
    first = await _unsettled(uow, ids)
    same = [one.changes for one in first]
    return (*first, *(one for one in others if one.changes not in same))
