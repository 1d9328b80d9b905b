"""The day's money for probes in the database, in millionths of a USD."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import case, delete, select, update

from bot.ports import Budget
from bot.storage.session import Session
from bot.storage.tables import BudgetRow, QuoteOffRow, table


class SqlBudget(Budget):
    """Money in one transaction."""

    def __init__(self, session: Session) -> None:
        """Work within the session's transaction."""
        self._session = session
        self._days = table(BudgetRow)
        self._off = table(QuoteOffRow)

    async def reserve(self, day: date, amount: Decimal, *, limit: Decimal) -> bool:
        """Reserve by one conditional update."""
        days = self._days
        first = self._session.insert(days).values(day=day.isoformat(), used_micros=0)
        await self._session.run(first.on_conflict_do_nothing(index_elements=["day"]))
        total = days.c.used_micros + _micros(amount)
        within = update(days).where(days.c.day == day.isoformat(), total <= _micros(limit))
        return await self._session.run(within.values(used_micros=total)) == 1

    async def release(self, day: date, amount: Decimal) -> None:
        """Give back; the day never falls below zero."""
        days = self._days
        first = self._session.insert(days).values(day=day.isoformat(), used_micros=0)
        await self._session.run(first.on_conflict_do_nothing(index_elements=["day"]))
        rest = days.c.used_micros - _micros(amount)
        back = update(days).where(days.c.day == day.isoformat())
        await self._session.run(back.values(used_micros=case((rest < 0, 0), else_=rest)))

    async def used(self, day: date) -> Decimal:
        """Tell what is reserved or spent."""
        days = self._days
        row = await self._session.first(
            select(days.c.used_micros).where(days.c.day == day.isoformat())
        )
        return Decimal(row.used_micros).scaleb(-6) if row else Decimal(0)

    async def switch_off(self, path: str, *, at: datetime) -> bool:
        """Remember that a path cost money; the first time stays."""
        added = self._session.insert(self._off).values(path=path, at=at)
        first = added.on_conflict_do_nothing(index_elements=["path"])
        return await self._session.run(first) == 1

    async def switch_on(self, path: str) -> bool:
        """Forget that a path cost money."""
        return await self._session.run(delete(self._off).where(self._off.c.path == path)) == 1

    async def is_off(self, path: str) -> bool:
        """Tell whether a path is switched off."""
        found = select(self._off.c.path).where(self._off.c.path == path)
        return await self._session.first(found) is not None


def _micros(amount: Decimal) -> int:
    return int(amount.scaleb(6).to_integral_value())
