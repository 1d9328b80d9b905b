"""The inbox in the database."""

from datetime import datetime

from sqlalchemy import select, update

from bot.domain.errors import ClaimLostError
from bot.domain.ids import DeliveryKey
from bot.domain.request import Request
from bot.ports import Delivery, Inbox
from bot.storage import claims
from bot.storage.codecs import REQUEST
from bot.storage.session import Session
from bot.storage.tables import InboxRow, table


class SqlInbox(Inbox):
    """Deliveries in one transaction."""

    def __init__(self, session: Session) -> None:
        """Work within the session's transaction."""
        self._session = session
        self._table = table(InboxRow)

    async def receive(
        self, key: DeliveryKey, request: Request, *, at: datetime, until: datetime, holder: str
    ) -> bool:
        """Remember a delivery, once."""
        added = self._session.insert(self._table).values(
            key=key,
            received_at=at,
            attempts=1,
            holder=holder,
            claimed_until=await self._session.moment(until),
            body=REQUEST.dump(request),
        )
        return await self._session.run(added.on_conflict_do_nothing(index_elements=["key"])) == 1

    async def claim(self, now: datetime, until: datetime, holder: str) -> Delivery | None:
        """Take the oldest open one that nobody works on."""
        rows = self._table
        now, until = await self._session.moment(now), await self._session.moment(until)
        row = await self._session.first(
            select(rows)
            .where(rows.c.closed_at.is_(None), claims.is_free(rows, now))
            .order_by(rows.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        attempts = row.attempts + 1
        taken = update(rows).where(rows.c.id == row.id)
        await self._session.run(taken.values(attempts=attempts, holder=holder, claimed_until=until))
        return Delivery(DeliveryKey(row.key), REQUEST.load(row.body), row.received_at, attempts)

    async def close(self, key: DeliveryKey, *, at: datetime) -> None:
        """Mark as done, once."""
        rows = self._table
        still_open = update(rows).where(rows.c.key == key, rows.c.closed_at.is_(None))
        if await self._session.run(still_open.values(closed_at=at)):
            return
        if await self._session.first(select(rows.c.id).where(rows.c.key == key)):
            raise ClaimLostError(f"The request {key} was worked on by somebody else.")

    async def release(self, holder: str, now: datetime) -> None:  # noqa: ARG002  free is free
        """Hand all claims of a holder back."""
        await claims.release(self._session, self._table, holder)
