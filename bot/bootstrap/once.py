"""The triage in a terminal: it does one thing and ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import Final

from bot.bootstrap.outbound import Outbound, outbound
from bot.domain.beside import Beside
from bot.domain.diagnosis import Mode
from bot.domain.errors import UnavailableError
from bot.domain.ids import ChannelId
from bot.domain.message import TriageCard, TriageState
from bot.domain.patch import step_by_hand
from bot.domain.probe import ProbeKind, ProbeResult
from bot.domain.service import Service, find_service
from bot.domain.triage import Triage
from bot.ports import UnitOfWork, Words
from bot.settings.load import Settings
from bot.terminal import next_steps
from bot.usecases.before import with_memory
from bot.usecases.examine import DATABASE_SILENT, Examined
from bot.usecases.joining import open_beside
from bot.usecases.plan import Plan
from bot.usecases.switched import switched

# Of `all`: each holds connections to its cluster and its health URL, and they have timeouts.
AT_ONCE: Final = 40

Listen = Callable[[str], Callable[[ProbeResult], None]]
Shown = tuple[TriageCard, list[str]]  # with the next steps in words


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[tuple[Outbound, bool]]:
    """Open everything; the flag says whether the database could be opened."""
    async with outbound(settings) as out:
        try:
            await out.storage.open()
        except UnavailableError:
            yield out, False
            return
        try:
            yield out, True
        finally:
            await out.storage.close()


async def triage_once(
    settings: Settings, name: str | None, mode: Mode | None, listen: Listen
) -> tuple[list[Shown], Words]:
    """Triage one service, the first one (None), or `all`, at the same time.

    Raises:
        ConfigError: A template cannot be used.
        UnknownServiceError: There is no such service.
    """
    async with opened(settings) as (out, remembers):
        return await triage_in(out, name, mode, listen, remembers=remembers), out.words


async def triage_in(
    out: Outbound, name: str | None, mode: Mode | None, listen: Listen, *, remembers: bool
) -> list[Shown]:
    """Triage, as `triage_once`, with what is open; `remembers` as `opened` said.

    Raises:
        UnknownServiceError: There is no such service.
    """
    services = out.services if name == "all" else [find_service(out.services, name)]
    await out.prepare_to_measure(services)
    some = asyncio.Semaphore(AT_ONCE)
    notes = _Notes(out, remembers=remembers)

    async def one(service: Service) -> Shown:
        async with some:
            return await _one(out, service, mode, listen(service.name), notes)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(service)) for service in services]
    return [task.result() for task in tasks]


async def _one(
    out: Outbound,
    service: Service,
    mode: Mode | None,
    on_result: Callable[[ProbeResult], None],
    notes: "_Notes",
) -> Shown:
    started_at = out.clock.now()
    plan = await notes.plan(service, mode)
    seen: set[ProbeKind] = set()

    def tell(result: ProbeResult) -> bool:
        if result.kind not in seen:  # a line once written stands
            seen.add(result.kind)
            on_result(result)
        return True

    examined = await out.examine(service, plan, tell, partial(notes.pay, service, mode))
    card = _card(out, service, examined)
    card = await notes.keep(examined, replace(card, started_at=started_at))
    switches = switched(examined.measurements.results)
    places = out.offer.places(service, examined.diagnosis, switches)
    return card, next_steps(examined.diagnosis, places, out.words)


@dataclass(frozen=True, slots=True)
class _Notes:
    """What the database knows of these triages; without it the verdicts are all the same.

    Services take turns: SQLite has one writer, and who waits for it among many gives up.
    """

    out: Outbound
    remembers: bool
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def plan(self, service: Service, mode: Mode | None) -> Plan:
        return await self._planned(service, mode, lambda uow: self.out.examine.intend(uow, mode))

    async def pay(self, service: Service, mode: Mode | None, plan: Plan) -> Plan:
        examine = self.out.examine
        return await self._planned(service, mode, lambda uow: examine.pay(uow, service, plan))

    async def _planned(
        self, service: Service, mode: Mode | None, ask: Callable[[UnitOfWork], Awaitable[Plan]]
    ) -> Plan:
        examine = self.out.examine
        if not self.remembers:
            return examine.plan_without_database(service, mode)
        try:
            async with self.turn, self.out.storage() as uow:
                return await ask(uow)
        except UnavailableError:
            return examine.plan_without_database(service, mode, DATABASE_SILENT)

    async def keep(self, examined: Examined, card: TriageCard) -> TriageCard:
        if not self.remembers:
            return card
        with suppress(UnavailableError):  # it costs the id and the budget
            async with self.turn:
                return await _remembered(self.out, examined, card)
        return card


def _card(out: Outbound, service: Service, examined: Examined) -> TriageCard:
    plan, seen = examined.plan, switched(examined.measurements.results)
    by_hand = out.offer.by_hand(service, examined.diagnosis, seen)
    reason = "Buttons are in Slack; in a terminal it is done by hand."
    return TriageCard(
        triage_id=None,
        service=service.name,
        mode=plan.mode,
        state=TriageState.FINAL,
        started_at=out.clock.now(),
        calls=service.calls,
        results=tuple(examined.measurements.results.values()),
        diagnosis=examined.diagnosis,
        mode_reason=plan.reason,
        duration=examined.duration,
        cost=plan.price,
        spent=examined.spent,
        seen_from=out.seen_from,
        beside=Beside(billing_url=out.examine.billing_url, estimate=examined.estimate),
        not_offered=tuple(replace(one, why=reason) for one in by_hand),
        fallback_on=seen.fallback_on,
        by_hand=step_by_hand(
            examined.diagnosis, examined.measurements.results.values(), service.target
        ),
    )


async def _remembered(out: Outbound, examined: Examined, card: TriageCard) -> TriageCard:
    async with out.storage() as uow:
        triage_id = await uow.triages.next_id()  # first, as who opens one: no two wait in a circle
        settled = await out.examine.settle(uow, examined)
        card = await with_memory(uow, card, settled, out.clock.now())
        card = replace(
            card,
            triage_id=triage_id,
            budget_left=settled.budget_left,
            open_incident=await open_beside(uow, card.service, None),
        )
        triage = Triage(
            id=triage_id,
            service=card.service,
            channel=ChannelId(""),
            started_at=card.started_at,
            card=card,
            reserved=Decimal(0),
            ended_at=out.clock.now(),
        )
        await uow.triages.save(triage, claimed_until=None)
    return card
