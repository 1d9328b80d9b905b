"""See by one canary whether Ideogram is back, and say so after three images in a row.

Beside it stands on the incident what users' requests show by now.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import structlog

from bot.domain.calm import CALM_FOR, Requests
from bot.domain.ids import IncidentId, OutboxKey, UserId
from bot.domain.in_force import IdeogramIsBack
from bot.domain.message import NotOffered
from bot.domain.mitigation import MitigationKind, MitigationRun, Preview
from bot.domain.money import Canary, automatic_limit, budget_day
from bot.domain.observation import canary_result
from bot.domain.onset import Counted
from bot.domain.probe import CANARY_OF, Outcome, ProbeResult
from bot.domain.recovery import Recovery
from bot.domain.service import Call
from bot.domain.timeline import EventKind, Evidence, TimelineEvent
from bot.domain.traffic import TrafficState
from bot.ports import Clock, Cluster, Ideogram, Keys, Lookout, Mitigation, UnitOfWork
from bot.usecases import traces
from bot.usecases.describe import Context
from bot.usecases.find_triage import results_of
from bot.usecases.held import Held, whom_to_tell
from bot.usecases.incident_card import IncidentCards
from bot.usecases.offer import Offer

log = structlog.get_logger()

ANSWER_WITHIN: Final = timedelta(minutes=2)  # a canary of 55 s, and the offer after it
NO_MONEY: Final = "today's budget for automatic checks is used up"


Also = Callable[[UnitOfWork], Awaitable[None]]


class _NoMoneyError(Exception):
    """The canary does not fit into the day's budget; nothing was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Sends recovery canaries.

    Attributes:
        every: Time between two checks.
        limit: The day's budget, USD; its last part is left to people.
    """

    clock: Clock
    cluster: Cluster
    ideogram: Ideogram
    keys: Keys
    offer: Offer
    mitigations: Mapping[MitigationKind, Mitigation]
    lookout: Lookout
    cards: IncidentCards
    canary: Canary
    limit: Decimal
    every: timedelta

    async def __call__(self, held: Held) -> None:
        """Have one image made, and count it: by the cheapest call that failed, or of all.

        Raises:
            ClaimLostError: Somebody else has it.
            UnavailableError: The database does not answer.
        """
        planned = held.recovery.sent(self.clock.now(), self.every)
        # First, and free: nothing that goes wrong here may cost an image that is asked for already.
        users = _counted(await self.lookout.requests(held.service, held.run, CALM_FOR))
        key, note = await self.keys.for_service(held.service)
        if key is None:
            await self._skipped(held, planned, users, note)
            return
        async with held.storage() as uow:
            results = await results_of(uow, held.run.triage_id)
        call = self.canary.to_try(held.service.calls, results)
        try:
            held = await self._reserved(held, planned, call)
        except _NoMoneyError:
            await self._skipped(held, planned, users, NO_MONEY)
            return
        price, day = self.canary.price(call), budget_day(self.clock.now())
        exchange = await self.ideogram.generate(call, key)
        now = self.clock.now()
        result = canary_result(
            CANARY_OF[call],
            exchange,
            key=key,
            price=price,
            at=now,
            slow_after=self.lookout.thresholds.slow_after,
        )

        async def release(uow: UnitOfWork) -> None:
            await uow.budget.release(day, price - result.cost)

        await self._counted(held, result, users, release)

    async def _reserved(self, held: Held, planned: Recovery, call: Call) -> Held:
        """Reserve the price and plan the next check, in one transaction before this one is sent."""
        now, limit = self.clock.now(), automatic_limit(self.limit)

        async def reserve(uow: UnitOfWork) -> None:
            if not await uow.budget.reserve(budget_day(now), self.canary.price(call), limit=limit):
                raise _NoMoneyError

        return await held.saved(planned, reserve, until=now + ANSWER_WITHIN)

    async def _skipped(
        self, held: Held, planned: Recovery, users: Counted | None, why: str
    ) -> None:
        now = self.clock.now()

        async def show(uow: UnitOfWork) -> None:
            await self._show(uow, held.run, now, users)

        await held.saved(planned.skipped(now, why), show)
        log.info("recovery.not_checked", mitigation_id=held.run.name, why=why)

    async def _counted(
        self, held: Held, result: ProbeResult, users: Counted | None, release: Also
    ) -> None:
        now, is_good = result.measured_at, result.outcome is Outcome.HEALTHY
        counted = held.recovery.checked(now, result.detail, got_image=is_good)
        log.info("recovery.checked", mitigation_id=held.run.name, in_a_row=counted.in_a_row)
        if counted.is_back and counted.told_at is None:
            await self._tell(held, counted, users, release)
            return

        async def record(uow: UnitOfWork) -> None:
            await release(uow)
            await self._show(uow, held.run, now, users)

        await held.saved(counted, record)

    async def _tell(
        self, held: Held, counted: Recovery, users: Counted | None, release: Also
    ) -> None:
        """Say once that images come again, with what ends the mitigation."""
        run, now = held.run, self.clock.now()
        kind = self.mitigations[run.kind].inverse
        context = Context(run.triage_id, run.incident_id)
        offers, refused = await self.offer(held.service, [kind], context)
        told = counted.told(now, tuple(one.id for one in offers))

        async def say(uow: UnitOfWork) -> None:
            await release(uow)
            person = await whom_to_tell(uow, run)
            message = _is_back(run, told, person, offers, refused)
            thread = traces.thread_of(run)
            await uow.outbox.post(_back_key(run, now), run.channel, message, at=now, parent=thread)
            if run.incident_id is not None:
                await uow.timeline.add(_event(run.incident_id, run, told, now))
            await self._show(uow, run, now, users)

        await held.saved(told, say)
        log.info("recovery.told", mitigation_id=run.name)

    async def _show(
        self, uow: UnitOfWork, run: MitigationRun, now: datetime, users: Counted | None
    ) -> None:
        """Show the newest check on the card of the incident, while people work on it."""
        if run.incident_id is None:
            return
        incident = await uow.incidents.get(run.incident_id)
        if not incident.is_open:
            return
        if users is not None:
            incident = replace(incident, users=users)
            await uow.incidents.save(incident)
        await self.cards.show(uow, incident, now)


def _counted(seen: Requests | None) -> Counted | None:
    """Count what came after the rollout alone; None where that was not seen."""
    is_known = seen is not None and seen.state in (TrafficState.SEEN, TrafficState.NO_TRAFFIC)
    return seen.counted if seen is not None and is_known and seen.is_whole else None


def _back_key(run: MitigationRun, at: datetime) -> OutboxKey:
    return OutboxKey(f"{run.name}/back/{int(at.timestamp())}")


def _is_back(
    run: MitigationRun,
    told: Recovery,
    person: UserId,
    offers: Sequence[Preview],
    refused: Sequence[NotOffered],
) -> IdeogramIsBack:
    if offers:
        return IdeogramIsBack(run, told, person, offers[0])
    why = refused[0] if refused else None
    return IdeogramIsBack(
        run,
        told,
        person,
        why_not="" if why is None else why.why,
        by_hand=None if why is None else why.by_hand,
    )


def _event(
    incident_id: IncidentId, run: MitigationRun, told: Recovery, at: datetime
) -> TimelineEvent:
    evidence = Evidence(run.name, _back_key(run, at))
    facts = {"images in a row": str(told.in_a_row), "last": told.last_said}
    return TimelineEvent(incident_id, at, EventKind.IDEOGRAM_BACK, evidence, facts=facts)
