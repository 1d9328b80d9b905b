"""End a mitigation: its result, one message that says so, and what can be pressed next."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.errors import GuardRefusedError
from bot.domain.ids import MitigationId, OutboxKey
from bot.domain.message import MitigationOffers, MitigationOutcome
from bot.domain.mitigation import IN_FORCE, MitigationKind, MitigationRun, Preview, State
from bot.domain.onset import Counted
from bot.domain.patch import look_by_hand
from bot.domain.press import incident_after, moved
from bot.domain.service import Service
from bot.domain.timeline import EventKind, Evidence, TimelineEvent
from bot.ports import Clock, Mitigation, Storage, UnitOfWork
from bot.usecases import traces
from bot.usecases.describe import Context
from bot.usecases.offer import Offer
from bot.usecases.postmortem import People, PeopleOf, Postmortems
from bot.usecases.work import Work

log = structlog.get_logger()

OFFERING: Final = timedelta(seconds=60)  # several questions of 5 s each


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """Gives a run its result, in one transaction after the next offers were computed.

    A run that ends after its incident was resolved outdates the postmortem: it comes anew.
    """

    storage: Storage
    clock: Clock
    offer: Offer
    mitigations: Mapping[MitigationKind, Mitigation]
    postmortems: Postmortems
    people: PeopleOf

    async def __call__(
        self,
        work: Work,
        state: State,
        detail: str,
        service: Service | None,
        users: Counted | None = None,
    ) -> None:
        """End the work.

        Args:
            work: Under our claim.
            state: The result.
            detail: What was found, in words.
            service: None when it is not configured any more: then nothing is offered.
            users: What their requests showed; None when nobody looked.

        Raises:
            ClaimLostError: Somebody else has it.
            UnavailableError: The database does not answer; the end comes later.
        """
        run = moved(work.run, state)
        run = replace(run, finished_at=self.clock.now(), detail=detail, users=users)
        await work.keep(OFFERING)
        if run.state is State.STOPPED and run.undoes is not None:
            await self._restore(run, run.undoes)
        undo, others = await self._next(service, run)
        offers = (*(() if undo is None else (undo,)), *others)
        run = replace(run, offers=tuple(offer.id for offer in offers))
        names = await self._names(run)

        async def conclude(uow: UnitOfWork, at: datetime) -> None:
            await uow.mitigations.unlock(run.object_key, run.id)
            await self._incident(uow, run, at)
            outcome = MitigationOutcome(run, undo, _look(run, service))
            await self._say(uow, outcome, others, at)
            await self._rewrite(uow, run, names)
            await traces.audit(uow, run.preview, run.by, run.state.value, at)

        await work.save(run, event=EventKind.MITIGATION_FINISHED, also=conclude)
        log.info("mitigation.finished", mitigation_id=run.name, state=state, detail=detail)

    async def _next(
        self, service: Service | None, run: MitigationRun
    ) -> tuple[Preview | None, tuple[Preview, ...]]:
        """Offer the undo, and what else helps against the incident's cause."""
        if service is None:
            return None, ()
        undo = await self._undo(service, run)
        others = await self._others(service, run)
        changes = None if undo is None else undo.changes
        return undo, tuple(offer for offer in others if offer.changes != changes)

    async def _undo(self, service: Service, run: MitigationRun) -> Preview | None:
        """Offer to take back the incident's newest press in force on the variable."""
        names = {change.name for change in run.preview.changes}
        async with self.storage() as uow:
            in_force = await uow.mitigations.in_force(run.object_key)
        candidates = [
            one
            for one in in_force
            if one.undoes is None
            and one.incident_id == run.incident_id
            and names & {change.name for change in one.preview.changes}
            and (one.id != run.id or run.state in IN_FORCE)
        ]
        if not candidates:
            return None
        try:
            return await self.offer.undo(service, candidates[-1], beside=run.id)
        except GuardRefusedError as error:
            log.info("guard.refused", mitigation_id=run.name, guard=error.guard, found=str(error))
            return None

    async def _others(self, service: Service, run: MitigationRun) -> tuple[Preview, ...]:
        cause = None
        if run.incident_id is not None:
            async with self.storage() as uow:
                cause = (await uow.incidents.get(run.incident_id)).cause
        kinds = list(() if cause is None else self.offer.helping(cause))
        if run.state is State.STOPPED and run.undoes is None:
            kinds.insert(0, run.kind)  # the press changed nothing: here it is anew
        context = Context(run.triage_id, run.incident_id, beside=run.id)
        offers, _ = await self.offer(service, dict.fromkeys(kinds), context)
        return offers

    async def _incident(self, uow: UnitOfWork, run: MitigationRun, at: datetime) -> None:
        if run.incident_id is None:
            return
        before = await uow.incidents.get(run.incident_id)
        after = incident_after(before, run, at, ends=self.mitigations[run.kind].ends)
        await uow.incidents.save(after)
        if after.status is not before.status:
            evidence = Evidence(run.name, traces.outcome_key(run))
            facts = {"status": after.status.value}
            await uow.timeline.add(
                TimelineEvent(after.id, at, EventKind.STATUS_CHANGED, evidence, facts=facts)
            )

    async def _say(
        self,
        uow: UnitOfWork,
        outcome: MitigationOutcome,
        others: tuple[Preview, ...],
        at: datetime,
    ) -> None:
        run, undo = outcome.run, outcome.undo
        thread = traces.thread_of(run)
        await uow.outbox.post(traces.outcome_key(run), run.channel, outcome, at=at, parent=thread)
        anew = [one for one in (undo, *others) if one is not None and _is_anew(one, run)]
        if run.state is State.STOPPED and anew:
            offers = MitigationOffers(run.service, tuple(anew), (), run.incident_id, run.detail)
            key = OutboxKey(f"{run.name}/offers")
            await uow.outbox.post(key, run.channel, offers, at=at, parent=thread)

    async def _names(self, run: MitigationRun) -> People:
        """Look up who was in an incident that is over, for its postmortem."""
        if run.incident_id is None:
            return ()
        async with self.storage() as uow:
            incident = await uow.incidents.get(run.incident_id)
        return () if incident.is_open else await self.people(incident.id)

    async def _rewrite(self, uow: UnitOfWork, run: MitigationRun, names: People) -> None:
        if run.incident_id is None:
            return
        incident = await uow.incidents.get(run.incident_id)
        if not incident.is_open:  # its first postmortem knows nothing of this end
            await self.postmortems.upload(uow, incident, names)

    async def _restore(self, undo: MitigationRun, target_id: MitigationId) -> None:
        """Let what an undo did not take back be in force again, so that it can be offered anew."""
        async with self.storage() as uow:
            target = await uow.mitigations.get(target_id)
            if target is not None and target.undone_by == undo.id:
                await uow.mitigations.save(replace(target, undone_by=None), epoch=None)


def _look(run: MitigationRun, service: Service | None) -> str | None:
    if not run.unseen or service is None or service.target is None:
        return None
    return look_by_hand(service.target)


def _is_anew(offer: Preview, stopped: MitigationRun) -> bool:
    """Tell whether an offer means the same as a press that was stopped."""
    return offer.kind is stopped.kind and offer.undoes == stopped.undoes
