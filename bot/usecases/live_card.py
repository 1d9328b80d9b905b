"""Show a triage while it is being measured: what is in, and the verdict as soon as it stands."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.diagnosis import Cause, Diagnosis, Measurements, Mode
from bot.domain.early import Early, early
from bot.domain.errors import UnavailableError
from bot.domain.ids import IncidentId, ServiceName
from bot.domain.message import NotOffered, TriageCard, TriageState
from bot.domain.mitigation import Preview
from bot.domain.probe import ProbeKind, ProbeResult
from bot.domain.request import RunTriage
from bot.domain.triage import Triage
from bot.ports import Clock, Storage, UnitOfWork
from bot.usecases.find_triage import show_triage
from bot.usecases.joining import open_beside
from bot.usecases.waiting import comes

log = structlog.get_logger()

CLAIM: Final = timedelta(seconds=12)
KEEP_EVERY: Final = timedelta(seconds=4)
SHOW_FIRST: Final = timedelta(seconds=0.3)  # the free probes are in by then
SHOW_EVERY: Final = timedelta(seconds=2)  # cards.md section 1
BUTTONS_WITHIN: Final = timedelta(seconds=0.05)  # a cluster nearby takes about that

Offered = tuple[tuple[Preview, ...], tuple[NotOffered, ...]]
MakeOffers = Callable[[Cause], Awaitable[Offered]]


@dataclass(slots=True, kw_only=True)
class Progress:
    """What is in so far.

    Attributes:
        blank: The measurements without any result.
        settled: The verdict that nothing pending can change, once there is one.
        offers: What is offered with it; None until that is known.
        has_new_offers: Whether that became known since the card was shown.
    """

    blank: Measurements
    results: dict[ProbeKind, ProbeResult] = field(default_factory=dict)
    settled: Diagnosis | None = None
    offers: Offered | None = None
    has_new_offers: bool = False
    is_over: bool = False
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, result: ProbeResult) -> bool:
        """Take one result in; a second one of the same probe not once the verdict stands."""
        if self.settled is not None and result.kind in self.results:
            return False
        self.results[result.kind] = result
        self._woken.set()
        return True

    def finish(self) -> None:
        """Say that nothing more comes."""
        self.is_over = True
        self._woken.set()

    @property
    def pending(self) -> tuple[ProbeKind, ...]:
        """The probes that did not answer yet, in fixed order."""
        return tuple(kind for kind in ProbeKind if kind not in self.results)

    @property
    def in_order(self) -> tuple[ProbeResult, ...]:
        """The results, in fixed order."""
        return tuple(self.results[kind] for kind in ProbeKind if kind in self.results)

    def judged(self) -> Early | None:
        """Judge what is in."""
        return early(replace(self.blank, results=dict(self.results)), self.pending)

    async def offer(self, offers: Awaitable[Offered]) -> None:
        """Take in what is offered, once that is known."""
        self.offers = await offers
        self.has_new_offers = True
        self._woken.set()

    async def wakes(self, within: timedelta | None) -> None:
        """Wait for news, at most for this long."""
        if not self.is_over:
            await comes(self._woken, within)
        self._woken.clear()

    def shown(self) -> None:
        """Say that all news so far are on the card."""
        self.has_new_offers = False
        self._woken.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCard:
    """Keeps a running triage's claim and card up to date; a failing database costs the picture.

    Attributes:
        keep_every: How often the claim is prolonged.
        buttons_within: How long a verdict waits for its buttons before it is shown.
    """

    storage: Storage
    clock: Clock
    keep_every: timedelta = KEEP_EVERY
    buttons_within: timedelta = BUTTONS_WITHIN

    async def keep(self, triage: Triage, over: asyncio.Event) -> None:
        """Prolong the claim until it is over, however long probes and the cluster take."""
        while not await comes(over, self.keep_every):
            try:
                async with self.storage() as uow:
                    stored = await uow.triages.get(triage.id)
                    if stored is not None and stored.ended_at is None:
                        until = self.clock.now() + CLAIM
                        await uow.triages.save(stored, claimed_until=until)
            except UnavailableError as error:
                log.warning("triage.not_kept", triage_id=triage.name, reason=str(error))

    async def __call__(self, triage: Triage, progress: Progress, make_offers: MakeOffers) -> None:
        """Paint until the measuring is over: soon, then at most every 2 s.

        A verdict is painted at once, and so are its buttons: with it, or later where a cluster
        takes long to say what they would change.
        """
        now = asyncio.get_running_loop().time
        due = now() + SHOW_FIRST.total_seconds()
        wait: timedelta | None = None
        async with asyncio.TaskGroup() as group:
            while True:
                await progress.wakes(wait)
                if progress.is_over:
                    return
                # A settled verdict stands: trying all that can still come takes a while.
                found = None if progress.settled is not None else progress.judged()
                wait = None
                if found is not None and found.is_settled:
                    progress.settled = found.diagnosis
                    offers = make_offers(found.diagnosis.cause)
                    offering = group.create_task(progress.offer(offers))
                    await asyncio.wait([offering], timeout=self.buttons_within.total_seconds())
                elif now() < due and not progress.has_new_offers:
                    wait = timedelta(seconds=due - now())
                    continue
                await self._paint(triage, progress, found)
                due = now() + SHOW_EVERY.total_seconds()

    async def _paint(self, triage: Triage, progress: Progress, found: Early | None) -> None:
        painted, now = _card(triage.card, progress, found), self.clock.now()
        progress.shown()
        try:
            async with self.storage() as uow:
                # An early button may have made an incident of it, others may have asked for it.
                current = triage.after(await uow.triages.get(triage.id) or triage)
                taken = current.incident_id
                beside = await open_beside(uow, triage.service, taken)
                card = replace(painted, incident_id=taken, open_incident=beside)
                current = replace(current, card=card)
                await uow.triages.save(current, claimed_until=now + CLAIM)
                await show_triage(uow, current, now)
        except UnavailableError as error:
            log.warning("triage.not_shown", triage_id=triage.name, reason=str(error))


async def join_running(
    uow: UnitOfWork, service: ServiceName, request: RunTriage, at: datetime
) -> Triage | None:
    """Find a triage under way that answers what is asked, and show it where it was asked.

    A quick one is no full one, and a line of a table is no card.

    Returns:
        The triage as it was before; None when there is none.
    """
    running = await uow.triages.running(service, at)
    if running is None or running.table is not None:
        return None
    if (running.card.mode, request.mode) == (Mode.QUICK, Mode.FULL):
        return None
    if not running.is_shown_in(request.asked.channel):
        shown = running.shown_also_in(request.asked.channel)
        await uow.triages.save(shown, claimed_until=at + CLAIM)
        await show_triage(uow, shown, at)
    return running


async def take_over(uow: UnitOfWork, triage: Triage, incident_id: IncidentId, at: datetime) -> None:
    """Let the card of a triage point to the incident that people work on."""
    card = replace(triage.card, incident_id=incident_id)
    taken = replace(triage, card=card, incident_id=incident_id)
    # Taken over at its early verdict, it is still being measured under its own claim.
    await uow.triages.save(taken, claimed_until=None if triage.ended_at else at + CLAIM)
    await show_triage(uow, taken, at)


def _card(card: TriageCard, progress: Progress, found: Early | None) -> TriageCard:
    measured = replace(card, results=progress.in_order, pending=progress.pending)
    if progress.settled is not None:
        judged = replace(measured, state=TriageState.JUDGED, diagnosis=progress.settled)
        if progress.offers is None:
            return judged
        offers, not_offered = progress.offers
        return replace(judged, state=TriageState.EARLY, offers=offers, not_offered=not_offered)
    if found is not None:
        return replace(measured, state=TriageState.SO_FAR, diagnosis=found.diagnosis)
    return measured
