"""Say what is left at Ideogram, and let people record it; clear a price quote that cost money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import structlog

from bot.domain.balance_report import BalanceReport
from bot.domain.ids import DeliveryKey, UserId
from bot.domain.ledger import Anchor, estimate, runway
from bot.domain.message import Answer, AnswerKind
from bot.domain.money import FOR_PEOPLE, budget_day
from bot.domain.request import AllowQuotes, SetBalance, ShowBalance
from bot.domain.service import Service
from bot.ports import Answers, AuditEntry, Clock, Storage, UnitOfWork
from bot.usecases.read_usage import ReadUsage

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowBalances:
    """Estimates the balance. All keys of an account share one: the first service's key is asked.

    Attributes:
        limit: The day's budget for probes, USD.
        quote_path: The operation asked for price quotes.
        billing_url: Where a person reads the balance.
    """

    storage: Storage
    clock: Clock
    services: Sequence[Service]
    read_usage: ReadUsage
    limit: Decimal
    quote_path: str
    billing_url: str = ""

    async def __call__(
        self, request: ShowBalance, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        """Answer with estimate, runway and budget."""
        await answer(await self.report())

    async def report(self, *, recorded: bool = False) -> BalanceReport:
        """Estimate what is left.

        Args:
            recorded: Whether somebody just recorded a balance.
        """
        async with self.storage() as uow:
            anchor = await uow.ledger.newest()
            used = await uow.budget.used(budget_day(self.clock.now()))
            is_off = await uow.budget.is_off(self.quote_path)
        found, lasts = None, None
        if anchor is not None:
            usage, now = await self.read_usage(self.services[0], anchor), self.clock.now()
            found = estimate(anchor, usage, now)
            lasts = runway(found.balance, usage, now)
        return BalanceReport(
            estimate=found,
            runway=lasts,
            used=used,
            limit=self.limit,
            reserve=min(FOR_PEOPLE, self.limit),
            quote_off=self.quote_path if is_off else "",
            recorded=recorded,
            billing_url=self.billing_url,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBalances:
    """Records a balance that a person read: the new anchor of the estimate."""

    storage: Storage
    clock: Clock
    show: ShowBalances

    async def __call__(
        self, request: SetBalance, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        """Record it, and answer with what follows from it."""
        now, asked = self.clock.now(), request.asked
        async with self.storage() as uow:
            before = await uow.ledger.newest()
            # As of the asking: what was spent since then is not in it.
            await uow.ledger.add(Anchor(request.amount, asked.at, asked.by))
            known = "unknown" if before is None else f"${before.amount:.2f}"
            await _audit(uow, asked.by, "balance", (known, f"${request.amount:.2f}"), now)
            if delivery is not None:
                await uow.inbox.close(delivery, at=now)
        log.info("balance.recorded", by=asked.by, usd=str(request.amount))
        await answer(await self.show.report(recorded=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowQuoting:
    """Clears an operation whose price quote made an image once: a person looked at it."""

    storage: Storage
    clock: Clock
    quote_path: str

    async def __call__(
        self, request: AllowQuotes, delivery: DeliveryKey | None, answer: Answers
    ) -> None:
        """Let it be asked for a price again."""
        now, by = self.clock.now(), request.asked.by
        async with self.storage() as uow:
            is_cleared = await uow.budget.switch_on(self.quote_path)
            if is_cleared:
                await _audit(uow, by, "price quotes", ("off", "on"), now)
            if delivery is not None:
                await uow.inbox.close(delivery, at=now)
        log.info("quote.allowed", path=self.quote_path, by=by, changed=is_cleared)
        done = "is asked for a price again" if is_cleared else "was not switched off"
        await answer(Answer(AnswerKind.DONE, text=f"{self.quote_path} {done}."))


async def _audit(
    uow: UnitOfWork, by: UserId, what: str, change: tuple[str, str], at: datetime
) -> None:
    before, after = change
    await uow.audit.add(AuditEntry(at, by, what, "Ideogram account", before, after, "recorded"))
