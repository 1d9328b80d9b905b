"""The outbox in the database: writing, and what became of each row."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Update, case, select, update

from bot.domain.ids import ChannelId, MessageTs, OutboxKey
from bot.domain.message import Message
from bot.domain.outbox import Sending, SendingKind
from bot.ports import Outbox
from bot.storage import claims
from bot.storage.codecs import MESSAGE
from bot.storage.due import Due, readable
from bot.storage.session import Session
from bot.storage.tables import OutboxRow, table


class SqlOutbox(Outbox):
    """The outbox in one transaction."""

    def __init__(self, session: Session) -> None:
        """Work within the session's transaction."""
        self._session = session
        self._table = table(OutboxRow)
        self._due = Due(session)

    async def post(
        self,
        key: OutboxKey,
        channel: ChannelId,
        message: Message,
        *,
        at: datetime,
        parent: OutboxKey | None = None,
        broadcast: bool = False,
    ) -> None:
        """Add a post, once."""
        row = await self._row(key, SendingKind.POST, channel, message, at=at, parent=parent)
        added = self._session.insert(self._table).values(**row, broadcast=broadcast)
        await self._session.run(added.on_conflict_do_nothing(index_elements=["key"]))

    async def card(
        self,
        key: OutboxKey,
        channel: ChannelId,
        message: Message,
        *,
        at: datetime,
        parent: OutboxKey | None = None,
    ) -> None:
        """Add a card or replace its state."""
        rows = self._table
        row = await self._row(key, SendingKind.CARD, channel, message, at=at, parent=parent)
        added = self._session.insert(rows).values(**row, broadcast=False)
        newer = {
            "body": added.excluded.body,
            "revision": rows.c.revision + 1,
            "due_at": case((rows.c.dead_at.is_(None), rows.c.due_at), else_=added.excluded.due_at),
            "dead_at": None,
            "why": "",
        }
        await self._session.run(added.on_conflict_do_update(index_elements=["key"], set_=newer))

    async def file(
        self,
        key: OutboxKey,
        channel: ChannelId,
        message: Message,
        *,
        at: datetime,
        parent: OutboxKey | None = None,
    ) -> None:
        """Add a file, once."""
        row = await self._row(key, SendingKind.FILE, channel, message, at=at, parent=parent)
        added = self._session.insert(self._table).values(**row, broadcast=False)
        await self._session.run(added.on_conflict_do_nothing(index_elements=["key"]))

    async def _row(
        self,
        key: OutboxKey,
        kind: SendingKind,
        channel: ChannelId,
        message: Message,
        *,
        at: datetime,
        parent: OutboxKey | None,
    ) -> dict[str, object]:
        self._session.outbox_written = True
        return {
            "key": key,
            "kind": kind.value,
            "channel": channel,
            "parent": parent or "",
            "written_at": at,
            "due_at": await self._session.moment(at),
            "revision": 1,
            "sent_revision": 0,
            "unseen": False,
            "attempts": 0,
            "lapses": 0,
            "epoch": 0,
            "why": "",
            "body": MESSAGE.dump(message),
        }

    async def claim(self, now: datetime, until: datetime, holder: str) -> Sending | None:
        """Take one row that is due."""
        return await self._due.claim(now, until, holder)

    def _held(self, sending: Sending) -> Update:
        rows = self._table
        held = update(rows).where(rows.c.id == sending.id, rows.c.epoch == sending.epoch)
        return held.values(holder=None, claimed_until=None, lapses=0)

    async def sent(
        self, sending: Sending, ts: MessageTs, *, at: datetime, not_before: datetime | None = None
    ) -> bool:
        """Record a sending under its epoch."""
        rows = self._table
        done = self._held(sending).values(
            ts=ts,
            sent_revision=sending.revision,
            attempts=0,
            unseen=False,
            first_tried_at=None,
            due_at=await self._session.moment(not_before or at),
            link=case((rows.c.ts == ts, rows.c.link), else_=None),
        )
        return await self._session.run(done) == 1

    async def failed(
        self,
        sending: Sending,
        *,
        at: datetime,  # noqa: ARG002  of the port; the next attempt is what counts here
        again_at: datetime,
        unseen: bool,
    ) -> bool:
        """Record a failed attempt."""
        due_at = await self._session.moment(again_at)
        return (
            await self._session.run(self._held(sending).values(unseen=unseen, due_at=due_at)) == 1
        )

    async def repost(self, sending: Sending, *, at: datetime) -> bool:
        """Forget a card's `ts`."""
        anew = self._held(sending).values(
            ts=None,
            link=None,
            unseen=False,
            attempts=0,
            first_tried_at=None,
            due_at=await self._session.moment(at),
        )
        self._session.outbox_written = True
        return await self._session.run(anew) == 1

    async def dead(self, sending: Sending, *, at: datetime, why: str) -> bool:
        """Give a row up; a card that is shown again later begins anew."""
        given_up = self._held(sending).values(
            dead_at=at, why=why, unseen=False, attempts=0, first_tried_at=None
        )
        return await self._session.run(given_up) == 1

    async def linked(self, key: OutboxKey, link: str) -> None:
        """Remember the address of a message."""
        rows = self._table
        await self._session.run(update(rows).where(rows.c.key == key).values(link=link))

    async def links(self, keys: Sequence[OutboxKey]) -> dict[OutboxKey, str]:
        """Look up addresses."""
        rows = self._table
        found = await self._session.all(
            select(rows.c.key, rows.c.link).where(rows.c.key.in_(keys), rows.c.link > "")
        )
        return {OutboxKey(row.key): row.link for row in found}

    async def message(self, key: OutboxKey) -> Message | None:
        """Read what was last said under a key."""
        rows = self._table
        row = await self._session.first(select(rows.c.body).where(rows.c.key == key))
        return MESSAGE.load(row.body) if row else None

    async def unlinked(self, limit: int) -> Sequence[Sending]:
        """List sent messages without an address."""
        rows = self._table
        asked = select(rows).where(rows.c.ts.is_not(None), rows.c.link.is_(None))
        found = await self._session.all(asked.order_by(rows.c.id).limit(limit))
        return [one for one in map(readable, found) if one is not None]

    async def release(self, holder: str, now: datetime) -> None:  # noqa: ARG002  free is free
        """Hand all claims of a holder back."""
        await claims.release(self._session, self._table, holder)
