"""Take a pressed mitigation up: guards first, then one transaction that is the press."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

import structlog

from bot.domain.errors import (
    AlreadyPressedError,
    GuardRefusedError,
    NotAllowedError,
    StalePressError,
    UnfinishedError,
    UnknownServiceError,
    UserError,
)
from bot.domain.ids import (
    ChannelId,
    DeliveryKey,
    MitigationId,
    ServiceName,
    TriageId,
    UserId,
    mitigation_text,
)
from bot.domain.incident import Incident
from bot.domain.message import Answer, AnswerKind, MitigationProgress, Trouble
from bot.domain.mitigation import MitigationKind, MitigationRun, Preview, State
from bot.domain.policy import Policy
from bot.domain.press import ended_by
from bot.domain.request import PRESS_VALID_FOR, Press
from bot.domain.service import Service, find_service
from bot.domain.timeline import EventKind, Evidence, TimelineEvent
from bot.ports import Answers, Clock, Mitigation, Storage, UnitOfWork
from bot.usecases import traces
from bot.usecases.describe import random_id
from bot.usecases.guard import Ground, Guard
from bot.usecases.incident_card import IncidentCards
from bot.usecases.joining import incident_of
from bot.usecases.live_card import take_over
from bot.usecases.offer import Offer
from bot.usecases.work import LEASE

log = structlog.get_logger()

ALREADY_PRESSED: Final = "This was pressed already. It is done once."
NOTHING_CHANGED: Final = "Nothing was changed."


class Declaring(Protocol):
    """Opens an incident because a mitigation was pressed."""

    async def declare(
        self,
        uow: UnitOfWork,
        *,
        triage_id: TriageId | None,
        service: ServiceName,
        by: UserId,
        at: datetime,
        channel: ChannelId,
    ) -> Incident:
        """Declare, acknowledge and set the owner, in the caller's transaction."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PressMitigation:
    """Accepts or refuses a press. Accepting is one transaction; the work itself comes after.

    Attributes:
        begin: Starts the work on an accepted press, in the background.
        holder: Under which this process claims work.
    """

    storage: Storage
    clock: Clock
    services: Sequence[Service]
    policy: Policy
    guard: Guard
    offer: Offer
    mitigations: Mapping[MitigationKind, Mitigation]
    declaring: Declaring
    cards: IncidentCards
    begin: Callable[[MitigationId], None]
    holder: str
    new_id: Callable[[], str] = random_id

    async def __call__(self, request: Press, delivery: DeliveryKey | None, answer: Answers) -> None:
        """Take a press up.

        Raises:
            StalePressError: The button is not known.
            UnknownServiceError: Its service is not configured any more.
            UnavailableError: The database does not answer; nothing was changed.
        """
        async with self.storage() as uow:
            preview = await uow.mitigations.preview(request.preview_id)
            if preview is None:
                await traces.audit_unknown(uow, request)
        if preview is None:
            raise StalePressError("This button is not known any more. Ask: /ideogram mitigate")
        try:
            service = find_service(self.services, preview.service)
        except UnknownServiceError as error:
            await self._refused(request, preview, delivery, error)
            raise
        try:
            ground = await self._checked(request, preview, service)
            run = await self._accepted(request, preview, ground, delivery)
        except UserError as error:
            await self._refused(request, preview, delivery, error)
            await self._tell(service, preview, error, answer)
            return
        log.info("mitigation.pressed", mitigation_id=run.name, kind=run.kind, by=run.by)
        self.begin(run.id)

    async def _checked(self, request: Press, preview: Preview, service: Service) -> Ground:
        """Ask every guard that can be asked before the transaction."""
        if preview.settled_by is not None:
            raise AlreadyPressedError(ALREADY_PRESSED, preview.settled_by)
        if self.clock.now() - request.asked.at > PRESS_VALID_FOR:
            raise StalePressError("This press arrived too late, so nothing was changed.")
        self.policy.check(preview.kind, request.asked.by)
        ground = await self.guard(service, undoing=preview.undoes)
        if ground.container.env_hash != preview.env_hash:
            raise StalePressError(f"{preview.deployment} changed since this was offered.")
        return ground

    async def _accepted(
        self, request: Press, preview: Preview, ground: Ground, delivery: DeliveryKey | None
    ) -> MitigationRun:
        """Record the press; everything or nothing."""
        now, run_id = self.clock.now(), MitigationId(self.new_id())
        async with self.storage() as uow:
            await self._taken(uow, preview, ground, run_id, now)
            incident = await self._incident(uow, request, preview, ground, now)
            run = MitigationRun(
                id=run_id,
                service=preview.service,
                kind=preview.kind,
                state=State.PRESSED,
                preview=replace(preview, settled_by=run_id, incident_id=incident.id),
                object_key=ground.target.key,
                container=ground.container.name,
                by=request.asked.by,
                pressed_at=now,
                channel=incident.channel,
                message=traces.progress_key(run_id),
                incident_id=incident.id,
                triage_id=preview.triage_id,
                undoes=preview.undoes,
                replicas=ground.deployment.replicas,
                onset=incident.onset,
            )
            await uow.mitigations.insert(run, holder=self.holder, claimed_until=now + LEASE)
            await traces.audit(uow, run.preview, run.by, "pressed", now)
            await traces.note(uow, run, EventKind.MITIGATION_PRESSED, now, by=run.by)
            await traces.show_progress(uow, run, now)
            await self.cards.show(uow, incident, now)
            if delivery is not None:
                await uow.inbox.close(delivery, at=now)
        return run

    async def _taken(
        self,
        uow: UnitOfWork,
        preview: Preview,
        ground: Ground,
        run_id: MitigationId,
        now: datetime,
    ) -> None:
        """Take the preview and the object; of two presses one gets here."""
        stored = await uow.mitigations.preview(preview.id)
        if stored is not None and stored.settled_by is not None:
            raise AlreadyPressedError(ALREADY_PRESSED, stored.settled_by)
        if preview.undoes is not None:
            await self._end(uow, preview.undoes, run_id, now)
        other = await uow.mitigations.lock(ground.target.key, run_id)
        if other is not None:
            raise UnfinishedError(f"{mitigation_text(other)} is still under way.", other)
        await uow.mitigations.settle(preview.id, run_id)

    async def _end(
        self, uow: UnitOfWork, target_id: MitigationId, by: MitigationId, now: datetime
    ) -> None:
        """Mark what an undo takes back; its watching or verifying ends here."""
        target = await uow.mitigations.get(target_id)
        if target is None:
            raise GuardRefusedError("order", "This press is not known any more.")
        if target.undone_by is not None:
            raise AlreadyPressedError("This was taken back already.", target.undone_by)
        ended = ended_by(target, by, now)
        await uow.mitigations.save(ended, epoch=None)
        await uow.mitigations.unlock(target.object_key, target.id)
        await traces.show_progress(uow, ended, now)

    async def _incident(
        self, uow: UnitOfWork, request: Press, preview: Preview, ground: Ground, now: datetime
    ) -> Incident:
        """Find the incident that the press belongs to, or open it: the press is the declaration."""
        found = await self._attached(uow, preview, ground)
        if found is None:
            return await self.declaring.declare(
                uow,
                triage_id=preview.triage_id,
                service=preview.service,
                by=request.asked.by,
                at=now,
                channel=request.asked.channel,
            )
        await self._hand_over(uow, preview, found, now)
        if not found.is_open or found.acknowledged_at is not None:
            return found
        taken = found.acknowledged(request.asked.by, now)
        await uow.incidents.save(taken)
        evidence = Evidence(taken.name, taken.card)
        await uow.timeline.add(
            TimelineEvent(taken.id, now, EventKind.ACKNOWLEDGED, evidence, request.asked.by)
        )
        return taken

    async def _hand_over(
        self, uow: UnitOfWork, preview: Preview, incident: Incident, now: datetime
    ) -> None:
        """Take the pressed button, and what is said around it, off the card it stood on."""
        triage = None if preview.triage_id is None else await uow.triages.get(preview.triage_id)
        if triage is not None and triage.incident_id is None:
            await take_over(uow, triage, incident.id, now)

    async def _attached(self, uow: UnitOfWork, preview: Preview, ground: Ground) -> Incident | None:
        if preview.incident_id is None:
            return await incident_of(uow, ground, preview.kind, self.mitigations)
        offered = await uow.incidents.get(preview.incident_id)
        if offered.is_open or preview.undoes is not None:
            return offered
        found = await incident_of(uow, ground, preview.kind, self.mitigations)
        if found is None or found.id != offered.id:  # the dialog said that it joins this one
            raise StalePressError(f"{offered.name} was resolved since this was offered.")
        return found

    async def _refused(
        self, request: Press, preview: Preview, delivery: DeliveryKey | None, error: UserError
    ) -> None:
        now = self.clock.now()
        async with self.storage() as uow:
            result = f"refused: {_guard_of(error)}"
            await traces.audit(uow, preview, request.asked.by, result, now)
            if delivery is not None:
                await uow.inbox.close(delivery, at=now)

    async def _tell(
        self, service: Service, preview: Preview, error: UserError, answer: Answers
    ) -> None:
        match error:
            case AlreadyPressedError():
                await answer(Answer(AnswerKind.DONE, text=str(error)))
                await self._show(MitigationId(error.by), answer)
            case UnfinishedError():
                await answer(Trouble(str(error), NOTHING_CHANGED))
                await self._show(MitigationId(error.by), answer)
            case StalePressError():
                await answer(await self.offer.again(service, preview, str(error)))
            case GuardRefusedError():  # with the command where that would do it
                said = f"{error} {NOTHING_CHANGED}"
                await answer(await self.offer.again(service, preview, said))
            case _:
                allowed = error.allowed if isinstance(error, NotAllowedError) else ()
                ask = tuple(UserId(one) for one in allowed)
                await answer(Trouble(str(error), NOTHING_CHANGED, ask=ask))

    async def _show(self, first_id: MitigationId, answer: Answers) -> None:
        """Say who was first, and how far it is."""
        async with self.storage() as uow:
            first = await uow.mitigations.get(first_id)
        if first is not None:
            await answer(MitigationProgress(first))


def _guard_of(error: UserError) -> str:
    match error:
        case GuardRefusedError():
            return error.guard
        case NotAllowedError():
            return "policy"
        case AlreadyPressedError():
            return "already pressed"
        case UnknownServiceError():
            return "configured"
        case _:
            return "changed"
