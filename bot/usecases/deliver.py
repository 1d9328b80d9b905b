"""Say what the outbox holds: each post once, each card in its newest state.

The order within a conversation and who works on which row are the outbox's; this decides what an
answer of the chat means (design.md section 6) and how often messages are edited (cards.md
section 1).
"""

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import structlog

from bot.domain.errors import (
    PermanentError,
    SignedOutError,
    TemporaryError,
    UnavailableError,
    UnseenError,
)
from bot.domain.ids import ChannelId, MessageTs, OutboxKey
from bot.domain.message import Trouble
from bot.domain.outbox import (
    EDIT_EVERY,
    LATE_AFTER,
    Sending,
    SendingKind,
    awaits_verdict,
    retry_delay,
)
from bot.ports import Clock, Messenger, Storage, UnitOfWork
from bot.usecases.boundary import survives
from bot.usecases.undelivered import undelivered

log = structlog.get_logger()

CLAIM: Final = timedelta(seconds=20)
ATTEMPT: Final = timedelta(seconds=15)
# Our clock and the chat's may differ; a search that begins too late would find nothing.
CLOCKS_DIFFER: Final = timedelta(minutes=1)
LAPSES_MAX: Final = 5  # a row that ends this program each time must not do so for ever
LOOK_AGAIN: Final = timedelta(milliseconds=500)  # for what became due, while one is under way
UNDELIVERED: Final = "undelivered/"  # such a message is not told when it fails itself
SIGNED_OUT_WAIT: Final = timedelta(minutes=1)  # until somebody sets a new token
LINKS_AT_ONCE: Final = 20
LINK_TRIES: Final = 3
EDITS_PER_MINUTE: Final = 40  # of all messages together; chat.update allows about 50 (tier 3)


@dataclass(slots=True)
class EditPace:
    """The edits of the last minute, by this program."""

    _edits: deque[timedelta] = field(default_factory=deque)

    def wait(self, now: timedelta) -> timedelta:
        """Count one edit; more than zero means: not now, it was not counted.

        Args:
            now: A monotonic moment.
        """
        minute = timedelta(minutes=1)
        while self._edits and self._edits[0] + minute <= now:
            self._edits.popleft()
        if len(self._edits) >= EDITS_PER_MINUTE:
            return self._edits[0] + minute - now
        self._edits.append(now)
        return timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """Works off the outbox.

    Attributes:
        holder: Names this process in claims.
        operations: Where undeliverable messages are told; None to log them. Who waits for one is
            told directly as well.
        at_once: How many conversations at the same time.
        attempt: Bounds one attempt; shorter than a claim, so that nobody sends beside us.
        look_again: How long a row that becomes due by itself may wait for a slow one.
    """

    storage: Storage
    messenger: Messenger
    clock: Clock
    holder: str
    operations: ChannelId | None = None
    at_once: int = 4
    attempt: timedelta = ATTEMPT
    look_again: timedelta = LOOK_AGAIN
    _pace: EditPace = field(default_factory=EditPace, init=False)
    _unlinkable: Counter[OutboxKey] = field(default_factory=Counter, init=False)

    async def __call__(self) -> int:
        """Send everything that is due, then look up addresses of what was sent.

        Returns:
            How many rows were taken up.
        """
        count, is_linked = 0, False
        running: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            while True:
                while len(running) < self.at_once and (sending := await self._claim()):
                    running.add(group.create_task(self._deliver(sending)))
                    count += 1
                if not running and is_linked:
                    return count
                if not running:
                    running.add(group.create_task(self._link()))
                    is_linked = True
                # A new row does not wait for a slow one, nor for an address to be looked up.
                bell = group.create_task(self.storage.wait_for_outbox(self.look_again))
                await asyncio.wait({*running, bell}, return_when=asyncio.FIRST_COMPLETED)
                bell.cancel()
                running = {one for one in running if not one.done()}

    async def hand_back(self) -> None:
        """Give all claims back, when this program stops."""
        async with self.storage() as uow:
            await uow.outbox.release(self.holder, self.clock.now())

    async def _claim(self) -> Sending | None:
        now = self.clock.now()
        try:
            async with self.storage() as uow:
                return await uow.outbox.claim(now, now + CLAIM, self.holder)
        except UnavailableError as error:
            # Raised here, it would end the sendings that are under way.
            log.debug("outbox.not_claimed", reason=str(error))
            return None

    async def _deliver(self, sending: Sending) -> None:
        # After a defect the claim runs out; after some such lapses the row is given up and told.
        await survives("outbox.attempt_broke", self._send(sending), key=sending.key)

    async def _send(self, sending: Sending) -> None:
        try:
            await self._attempt(sending)
        except UnavailableError as error:
            # The database went away under us: the claim runs out, then the message is looked for.
            log.warning("outbox.not_recorded", key=sending.key, error=str(error))

    async def _attempt(self, sending: Sending) -> None:
        if sending.lapses >= LAPSES_MAX:
            await self._give_up(sending, f"{LAPSES_MAX} attempts in a row ended without a result.")
            return
        wait = self._pace.wait(self.clock.monotonic()) if sending.ts else timedelta(0)
        if wait:
            await self._again(sending, wait, unseen=False)
            return
        try:
            async with asyncio.timeout(self.attempt.total_seconds()):
                spoken, ts = await self._speak(sending)
        except TimeoutError:
            await self._later(sending, None, unseen=True)
        except TemporaryError as error:
            unseen = isinstance(error, UnseenError)
            await self._later(sending, error.retry_after, unseen=unseen)
        except SignedOutError as error:
            log.warning("outbox.signed_out", key=sending.key, reason=str(error))
            await self._later(sending, SIGNED_OUT_WAIT, unseen=False)
        except PermanentError as error:
            await self._refused(sending, str(error))
        else:
            await self._record(spoken, ts)

    async def _speak(self, sending: Sending) -> tuple[Sending, MessageTs]:
        """Talk to the chat only; return what stands there now, and where."""
        if sending.ts is not None:
            await self.messenger.update(sending)
            return sending, sending.ts
        found = await self._look(sending) if sending.unseen else None
        if found is not None:
            is_card = sending.kind is SendingKind.CARD
            # It may stand there in an older state: as if nothing of it was sent, it is edited.
            return replace(sending, revision=0) if is_card else sending, found
        if sending.kind is SendingKind.FILE:
            return sending, await self.messenger.upload(sending)
        is_old = self.clock.now() - sending.written_at > LATE_AFTER
        is_late = is_old and sending.kind is SendingKind.POST  # a card shows its newest state
        return sending, await self.messenger.post(sending, late=is_late)

    async def _look(self, sending: Sending) -> MessageTs | None:
        since = (sending.first_tried_at or sending.written_at) - CLOCKS_DIFFER
        try:
            return await self.messenger.find(sending, since)
        except TemporaryError as error:
            raise UnseenError(str(error), retry_after=error.retry_after) from error

    async def _record(self, sending: Sending, ts: MessageTs) -> None:
        now = self.clock.now()
        # The first edit goes at once, and so do a verdict and its buttons, whatever was just shown.
        is_paced = sending.ts is not None and not awaits_verdict(sending.message)
        not_before = now + EDIT_EVERY if is_paced else None
        async with self.storage() as uow:
            held = await uow.outbox.sent(sending, ts, at=now, not_before=not_before)
        if not held:
            log.warning("outbox.claim_lost", key=sending.key)

    async def _later(self, sending: Sending, wished: timedelta | None, *, unseen: bool) -> None:
        wait = retry_delay(sending.attempts, wished)
        log.info("outbox.attempt_failed", key=sending.key, unseen=unseen, wait=str(wait))
        await self._again(sending, wait, unseen=unseen)

    async def _again(self, sending: Sending, wait: timedelta, *, unseen: bool) -> None:
        now = self.clock.now()
        async with self.storage() as uow:
            await uow.outbox.failed(sending, at=now, again_at=now + wait, unseen=unseen)

    async def _refused(self, sending: Sending, why: str) -> None:
        if sending.ts is None:
            await self._give_up(sending, why)
            return
        log.warning("outbox.edit_refused", key=sending.key, why=why)
        async with self.storage() as uow:
            await uow.outbox.repost(sending, at=self.clock.now())

    async def _give_up(self, sending: Sending, why: str) -> None:
        log.error("outbox.given_up", key=sending.key, channel=sending.channel, why=why)
        now = self.clock.now()
        async with self.storage() as uow:
            held = await uow.outbox.dead(sending, at=now, why=why)
            if held and not sending.key.startswith(UNDELIVERED):
                await self._report(uow, sending, undelivered(sending, why))

    async def _report(self, uow: UnitOfWork, sending: Sending, trouble: Trouble) -> None:
        """Tell it in operations, and to whom it concerns, who may not read there."""
        now = self.clock.now()
        # Once an hour: a card is tried again with each state, and may find the place shut for long.
        key = OutboxKey(f"{UNDELIVERED}{sending.key}/{now:%Y%m%d%H}")
        if self.operations:
            await uow.outbox.post(key, self.operations, trouble, at=now)
        if trouble.whom is not None:
            # Posted to a person's id it is a direct message: docs.slack.dev, chat.postMessage.
            own = OutboxKey(f"{key}/{trouble.whom}")
            await uow.outbox.post(own, ChannelId(trouble.whom), trouble, at=now)

    async def _link(self) -> None:
        await survives("outbox.link_broke", self._look_up_links())

    async def _look_up_links(self) -> None:
        try:
            async with self.storage() as uow:
                sendings = await uow.outbox.unlinked(LINKS_AT_ONCE)
            for sending in sendings:
                await self._link_one(sending)
        except UnavailableError as error:
            log.debug("outbox.not_linked", reason=str(error))

    async def _link_one(self, sending: Sending) -> None:
        link = await self.messenger.link(sending.channel, sending.ts) if sending.ts else None
        if link is None:
            self._unlinkable[sending.key] += 1
            if self._unlinkable[sending.key] < LINK_TRIES:
                return
        self._unlinkable.pop(sending.key, None)
        async with self.storage() as uow:
            await uow.outbox.linked(sending.key, link or "")
