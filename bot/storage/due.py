"""Which row of the outbox goes next."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, FromClause, Row, and_, exists, not_, or_, select, text, update

from bot.domain.ids import ChannelId, MessageTs, OutboxKey
from bot.domain.outbox import Sending, SendingKind
from bot.storage import claims
from bot.storage.codecs import MESSAGE
from bot.storage.session import Session
from bot.storage.tables import PENDING, OutboxRow, table

log = structlog.get_logger()

CHANNEL_ITSELF: Final = ""  # the parent of a row that answers nothing


class Due:
    """Claims rows within one transaction."""

    def __init__(self, session: Session) -> None:
        """Work within the session's transaction."""
        self._session = session
        self._table = table(OutboxRow)

    async def claim(self, now: datetime, until: datetime, holder: str) -> Sending | None:
        """Take the oldest row that may be sent now; one that cannot be read is given up."""
        while (row := await self._next(await self._session.moment(now))) is not None:
            sending = readable(row)
            if sending is not None:
                return await self._taken(row, sending, now, until, holder)
            await self._unreadable(row, now)
        return None

    async def _unreadable(self, row: Row[Any], now: datetime) -> None:
        log.error("outbox.unreadable", key=row.key, channel=row.channel)
        rows = self._table
        why = "A newer version of the bot wrote it."
        await self._session.run(
            update(rows).where(rows.c.id == row.id).values(dead_at=now, why=why)
        )

    async def _taken(
        self, row: Row[Any], sending: Sending, now: datetime, until: datetime, holder: str
    ) -> Sending:
        tried = {
            "attempts": row.attempts + 1,
            "epoch": row.epoch + 1,
            "first_tried_at": row.first_tried_at or now,
            "lapses": row.lapses if row.claimed_until is None else row.lapses + 1,
        }
        rows = self._table
        await self._session.run(
            update(rows)
            .where(rows.c.id == row.id)
            .values(
                **tried,
                unseen=True,  # until a result is recorded, this attempt's answer was not seen
                holder=holder,
                claimed_until=await self._session.moment(until),
            )
        )
        return await self._threaded(replace(sending, **tried))

    async def _next(self, now: datetime) -> Row[Any] | None:
        rows = self._table
        is_stale_card = and_(
            rows.c.kind == SendingKind.CARD.value,
            rows.c.ts.is_not(None),
            rows.c.revision > rows.c.sent_revision,
        )
        return await self._session.first(
            select(rows)
            .where(
                text(PENDING),  # word for word as in the index, or SQLite does not use it
                rows.c.due_at <= now,
                claims.is_free(rows, now),
                or_(is_stale_card, self._may_start()),
            )
            .order_by(rows.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )

    def _may_start(self) -> ColumnElement[bool]:
        rows, older, parent = self._table, self._table.alias("older"), self._table.alias("parent")
        waits = exists().where(
            older.c.channel == rows.c.channel,
            older.c.parent == rows.c.parent,
            older.c.id < rows.c.id,
            _is_unfinished(older),
        )
        # A parent that was given up has no thread: its replies go to the channel itself.
        has_thread = exists().where(parent.c.key == rows.c.parent, not_(_is_unfinished(parent)))
        return and_(
            rows.c.ts.is_(None), or_(rows.c.parent == CHANNEL_ITSELF, has_thread), not_(waits)
        )

    async def _threaded(self, sending: Sending) -> Sending:
        if sending.parent is None:
            return sending
        rows = self._table
        parent = await self._session.first(select(rows.c.ts).where(rows.c.key == sending.parent))
        if parent is None or parent.ts is None:
            return replace(sending, parent=None)
        return replace(sending, parent_ts=MessageTs(parent.ts))


def _is_unfinished(rows: FromClause) -> ColumnElement[bool]:
    return and_(rows.c.ts.is_(None), rows.c.dead_at.is_(None))


def readable(row: Row[Any]) -> Sending | None:
    """Read a whole row; None when it holds what this version does not know."""
    try:
        return _sending_of(row)
    except ValueError:  # pydantic's ValidationError is one
        return None


def _sending_of(row: Row[Any]) -> Sending:
    """Read a row without its `parent_ts`."""
    return Sending(
        id=row.id,
        key=OutboxKey(row.key),
        kind=SendingKind(row.kind),
        channel=ChannelId(row.channel),
        message=MESSAGE.load(row.body),
        written_at=row.written_at,
        parent=OutboxKey(row.parent) if row.parent else None,
        broadcast=row.broadcast,
        revision=row.revision,
        sent_revision=row.sent_revision,
        ts=MessageTs(row.ts) if row.ts else None,
        unseen=row.unseen,
        attempts=row.attempts,
        first_tried_at=row.first_tried_at,
        lapses=row.lapses,
        epoch=row.epoch,
    )
