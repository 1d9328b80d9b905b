"""Triage every service at once, as one table."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

import structlog

from bot.domain.beside import Beside
from bot.domain.diagnosis import Mode
from bot.domain.errors import BotError, UnavailableError
from bot.domain.ids import ChannelId, DeliveryKey, OutboxKey, ServiceName, TriageId
from bot.domain.message import TriageCard, TriageState
from bot.domain.request import TriageAll
from bot.domain.service import Service
from bot.domain.triage import Triage
from bot.domain.triage_table import TriageLine, TriageTable, worst_first
from bot.ports import Answers, Clock, Storage
from bot.usecases.before import with_memory
from bot.usecases.examine import DATABASE_SILENT, Examine, Examined
from bot.usecases.measure import TRIAGE_WITHIN
from bot.usecases.plan import Plan
from bot.usecases.switched import switched
from bot.usecases.waiting import comes

log = structlog.get_logger()

# One claim for the whole run: its end comes first.
CLAIM: Final = TRIAGE_WITHIN + timedelta(seconds=30)
SHOW_EVERY: Final = timedelta(seconds=2)  # cards.md section 1
LAST_TRIES: Final = 30  # a minute for a database that is away
AT_ONCE: Final = 20  # services; what they share is measured once anyway


@dataclass(slots=True)
class _Progress:
    """What is in so far."""

    table: TriageTable
    lines: dict[ServiceName, TriageLine] = field(default_factory=dict)
    spent: Decimal = Decimal(0)
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    def now(self) -> TriageTable:
        """Compose the table from what is in."""
        blank = [one for one in self.table.lines if one.service not in self.lines]
        return replace(
            self.table,
            lines=worst_first((*self.lines.values(), *blank)),
            waiting=len(blank),
            spent=self.spent,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageEverything:
    """Runs one triage per service; one that is under way already is not run twice.

    Attributes:
        seen_from: Names the place this measures from.
        show_every: How often the table may change.
    """

    storage: Storage
    clock: Clock
    services: Sequence[Service]
    examine: Examine
    seen_from: str
    show_every: timedelta = SHOW_EVERY
    # SQLite has one writer: of many services that wait for it at once some would give up.
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def __call__(
        self, request: TriageAll, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        """Show one table and keep it up to date until every service is measured."""
        began, now = self.clock.monotonic(), self.clock.now()
        key = OutboxKey(f"triage-all/{int(now.timestamp())}/{request.asked.by}")
        progress = _Progress(
            TriageTable(
                started_at=now,
                lines=tuple(TriageLine(one.name) for one in self.services),
                waiting=len(self.services),
                seen_from=self.seen_from,
                asked_by=request.asked.by,
            )
        )
        await self._show(key, request, progress.now(), delivery)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._paint(key, request, progress))
            await self._measure_all(request, key, progress)
            progress.finished.set()
        duration = self.clock.monotonic() - began
        await self._show_the_end(key, request, replace(progress.now(), duration=duration))
        log.info("triage.all_finished", services=len(self.services), spent_usd=str(progress.spent))

    async def _measure_all(self, request: TriageAll, key: OutboxKey, progress: _Progress) -> None:
        places = asyncio.Semaphore(AT_ONCE)

        async def one(service: Service) -> None:
            async with places:
                line, spent = await self._line(service, request, key)
            progress.lines[service.name] = line
            progress.spent += spent

        async with asyncio.TaskGroup() as group:
            for service in self.services:
                group.create_task(one(service))

    async def _line(
        self, service: Service, request: TriageAll, key: OutboxKey
    ) -> tuple[TriageLine, Decimal]:
        try:
            opened = await self._open(service, request, key)
            if not isinstance(opened, tuple):
                return TriageLine(service.name, running=opened), Decimal(0)
            triage, plan = opened
            pay = partial(self._pay, service, triage)
            examined = await self.examine(service, plan, lambda _: True, pay)
        except BotError as error:  # costs this line, not the table
            log.warning("triage.all_line_failed", service=service.name, reason=str(error))
            return TriageLine(service.name, failure=str(error)), Decimal(0)
        line = _line(service, triage.id, examined)
        try:
            await self._close(triage, examined)
        except BotError as error:  # the verdict is paid for: it is shown, and not remembered
            log.warning("triage.all_line_forgotten", service=service.name, reason=str(error))
            line = replace(line, triage_id=None)
        return line, examined.spent

    async def _open(
        self, service: Service, request: TriageAll, key: OutboxKey
    ) -> tuple[Triage, Plan] | TriageId:
        now = self.clock.now()
        async with self._turn, self.storage() as uow:
            running = await uow.triages.running(service.name, now)
            if running is not None:
                return running.id
            plan = await self.examine.intend(uow, request.mode)
            triage_id = await uow.triages.next_id()
            triage = Triage(
                id=triage_id,
                service=service.name,
                channel=request.asked.channel,
                started_at=now,
                card=self._card(service, plan, triage_id, now),
                asked_by=request.asked.by,
                table=key,
            )
            await uow.triages.save(triage, claimed_until=now + CLAIM)
        return triage, plan

    async def _pay(self, service: Service, triage: Triage, plan: Plan) -> Plan:
        """Reserve, and remember it with the line: cut short, it counts as spent."""
        try:
            async with self._turn, self.storage() as uow:
                paid = await self.examine.pay(uow, service, plan)
                opened = replace(triage, card=_planned(triage.card, paid), reserved=paid.reserved)
                await uow.triages.save(opened, claimed_until=self.clock.now() + CLAIM)
        except UnavailableError:
            return self.examine.plan_without_database(service, None, DATABASE_SILENT)
        return paid

    def _card(self, service: Service, plan: Plan, triage_id: TriageId, now: datetime) -> TriageCard:
        return TriageCard(
            triage_id=triage_id,
            service=service.name,
            mode=plan.mode,
            state=TriageState.RUNNING,
            started_at=now,
            calls=service.calls,
            seen_from=self.seen_from,
            beside=Beside(billing_url=self.examine.billing_url),
        )

    async def _close(self, triage: Triage, examined: Examined) -> None:
        now = self.clock.now()
        async with self._turn, self.storage() as uow:
            settled = await self.examine.settle(uow, examined)
            card = replace(
                await with_memory(uow, _planned(triage.card, examined.plan), examined, now),
                state=TriageState.FINAL,
                results=tuple(examined.measurements.results.values()),
                diagnosis=examined.diagnosis,
                duration=examined.duration,
                spent=examined.spent,
                budget_left=settled.budget_left,
                fallback_on=switched(examined.measurements.results).fallback_on,
            )
            ended = replace(triage, card=card, ended_at=now, reserved=Decimal(0))
            await uow.triages.save(ended, claimed_until=None)

    async def _paint(self, key: OutboxKey, request: TriageAll, progress: _Progress) -> None:
        """Show what is in, when there is news."""
        shown = 0
        while not progress.finished.is_set():
            await comes(progress.finished, self.show_every)
            shown = await self._show_news(key, request, progress, shown)

    async def _show_news(
        self, key: OutboxKey, request: TriageAll, progress: _Progress, shown: int
    ) -> int:
        count = len(progress.lines)
        if count == shown:
            return shown
        try:
            await self._show(key, request, progress.now())
        except BotError as error:  # costs the picture only
            log.warning("triage.all_not_shown", reason=str(error))
        return count

    async def _show_the_end(self, key: OutboxKey, request: TriageAll, table: TriageTable) -> None:
        """Show all verdicts, also when the database comes back only then: they were paid for."""
        for _ in range(LAST_TRIES - 1):
            try:
                await self._show(key, request, table)
            except BotError as error:
                log.warning("triage.all_not_shown", reason=str(error))
                await self.clock.sleep(self.show_every)
            else:
                return
        await self._show(key, request, table)

    async def _show(
        self,
        key: OutboxKey,
        request: TriageAll,
        table: TriageTable,
        delivery: DeliveryKey | None = None,
    ) -> None:
        now, channel = self.clock.now(), ChannelId(request.asked.channel)
        async with self.storage() as uow:
            await uow.outbox.card(key, channel, table, at=now)
            if delivery is not None:
                await uow.inbox.close(delivery, at=now)


def _line(service: Service, triage_id: TriageId, examined: Examined) -> TriageLine:
    is_quick = examined.plan.mode is Mode.QUICK
    return TriageLine(
        service.name,
        triage_id,
        examined.diagnosis,
        fallback_on=switched(examined.measurements.results).fallback_on is True,
        mode_reason=examined.plan.reason if is_quick else None,
    )


def _planned(card: TriageCard, plan: Plan) -> TriageCard:
    return replace(card, mode=plan.mode, mode_reason=plan.reason, cost=plan.price)
