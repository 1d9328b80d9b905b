"""The outbox in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.ids import ChannelId, MessageTs, OutboxKey
from bot.domain.message import Message
from bot.domain.outbox import Sending, SendingKind
from bot.ports import Outbox


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A sending and what only the outbox knows of it."""

    sending: Sending
    due_at: datetime
    claimed_until: datetime | None = None
    holder: str | None = None
    dead_at: datetime | None = None
    why: str = ""
    link: str | None = None

    @property
    def is_unfinished(self) -> bool:
        return self.sending.ts is None and self.dead_at is None

    def is_free(self, now: datetime) -> bool:
        claimed = self.claimed_until is not None and self.claimed_until > now
        return self.dead_at is None and self.due_at <= now and not claimed


class FakeOutbox(Outbox):
    """Rows by key, in the order written."""

    def __init__(self, rows: dict[OutboxKey, OutboxRow]) -> None:
        self._rows = rows
        self.was_written = False

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
        self._add(
            key, SendingKind.POST, channel, message, at=at, parent=parent, broadcast=broadcast
        )

    async def card(
        self,
        key: OutboxKey,
        channel: ChannelId,
        message: Message,
        *,
        at: datetime,
        parent: OutboxKey | None = None,
    ) -> None:
        row = self._rows.get(key)
        if row is None:
            self._add(key, SendingKind.CARD, channel, message, at=at, parent=parent)
            return
        newer = replace(row.sending, message=message, revision=row.sending.revision + 1)
        due_at = at if row.dead_at else row.due_at
        self._rows[key] = replace(row, sending=newer, due_at=due_at, dead_at=None, why="")
        self.was_written = True

    async def file(
        self,
        key: OutboxKey,
        channel: ChannelId,
        message: Message,
        *,
        at: datetime,
        parent: OutboxKey | None = None,
    ) -> None:
        self._add(key, SendingKind.FILE, channel, message, at=at, parent=parent)

    def _add(
        self,
        key: OutboxKey,
        kind: SendingKind,
        channel: ChannelId,
        message: Message,
        *,
        at: datetime,
        parent: OutboxKey | None,
        broadcast: bool = False,
    ) -> None:
        if key in self._rows:
            return
        sending = Sending(
            id=len(self._rows) + 1,
            key=key,
            kind=kind,
            channel=channel,
            message=message,
            written_at=at,
            parent=parent,
            broadcast=broadcast,
        )
        self._rows[key] = OutboxRow(sending, due_at=at)
        self.was_written = True

    async def claim(self, now: datetime, until: datetime, holder: str) -> Sending | None:
        row = next(self._due(now), None)
        if row is None:
            return None
        one = row.sending
        claimed = replace(
            one,
            attempts=one.attempts + 1,
            epoch=one.epoch + 1,
            first_tried_at=one.first_tried_at or now,
            lapses=one.lapses if row.claimed_until is None else one.lapses + 1,
        )
        # As long as no result is recorded, this attempt's answer was not seen.
        kept = replace(claimed, unseen=True)
        self._rows[one.key] = replace(row, sending=kept, claimed_until=until, holder=holder)
        parent = self._rows[one.parent] if one.parent else None
        if parent is None or parent.sending.ts is None:
            return replace(claimed, parent=None)
        return replace(claimed, parent_ts=parent.sending.ts)

    def _due(self, now: datetime) -> Iterator[OutboxRow]:
        for row in self._rows.values():
            one = row.sending
            if not row.is_free(now):
                continue
            if one.ts is not None:
                if one.revision > one.sent_revision and one.kind is SendingKind.CARD:
                    yield row
            elif self._may_start(one):
                yield row

    def _may_start(self, one: Sending) -> bool:
        if one.parent is not None:
            parent = self._rows.get(one.parent)
            if parent is None or parent.is_unfinished:
                return False
        return not any(
            row.is_unfinished
            and row.sending.id < one.id
            and (row.sending.channel, row.sending.parent) == (one.channel, one.parent)
            for row in self._rows.values()
        )

    async def sent(
        self, sending: Sending, ts: MessageTs, *, at: datetime, not_before: datetime | None = None
    ) -> bool:
        row = self._held(sending)
        if row is None:
            return False
        done = replace(
            row.sending,
            ts=ts,
            sent_revision=sending.revision,
            attempts=0,
            unseen=False,
            first_tried_at=None,
        )
        link = row.link if row.sending.ts == ts else None
        self._record(replace(row, sending=done, due_at=not_before or at, link=link))
        return True

    async def failed(
        self, sending: Sending, *, at: datetime, again_at: datetime, unseen: bool
    ) -> bool:
        row = self._held(sending)
        if row is None:
            return False
        self._record(replace(row, sending=replace(row.sending, unseen=unseen), due_at=again_at))
        return True

    async def repost(self, sending: Sending, *, at: datetime) -> bool:
        row = self._held(sending)
        if row is None:
            return False
        anew = replace(row.sending, ts=None, unseen=False, attempts=0, first_tried_at=None)
        self._record(replace(row, sending=anew, due_at=at, link=None))
        self.was_written = True
        return True

    async def dead(self, sending: Sending, *, at: datetime, why: str) -> bool:
        row = self._held(sending)
        if row is None:
            return False
        anew = replace(row.sending, unseen=False, attempts=0, first_tried_at=None)
        self._record(replace(row, sending=anew, dead_at=at, why=why))
        return True

    def _held(self, sending: Sending) -> OutboxRow | None:
        row = self._rows[sending.key]
        return row if row.sending.epoch == sending.epoch else None

    def _record(self, row: OutboxRow) -> None:
        sending = replace(row.sending, lapses=0)
        self._rows[sending.key] = replace(row, sending=sending, claimed_until=None, holder=None)

    async def linked(self, key: OutboxKey, link: str) -> None:
        self._rows[key] = replace(self._rows[key], link=link)

    async def links(self, keys: Sequence[OutboxKey]) -> dict[OutboxKey, str]:
        found = ((key, self._rows[key].link) for key in keys if key in self._rows)
        return {key: link for key, link in found if link}

    async def message(self, key: OutboxKey) -> Message | None:
        row = self._rows.get(key)
        return row.sending.message if row else None

    async def unlinked(self, limit: int) -> Sequence[Sending]:
        rows = (row for row in self._rows.values() if row.sending.ts and row.link is None)
        return [row.sending for row in rows][:limit]

    async def release(self, holder: str, now: datetime) -> None:
        for key, row in self._rows.items():
            if row.holder == holder:
                self._rows[key] = replace(row, claimed_until=None, holder=None)
