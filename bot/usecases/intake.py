"""Take up what people ask for: remember it, let one use case do it, answer what went wrong.

A request becomes a row before the chat is told that it arrived; the use case closes the row in
its first transaction, and from then on that state carries the work (design.md section 6).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog

from bot.domain.errors import (
    ClaimLostError,
    NotAllowedError,
    PermanentError,
    TemporaryError,
    UnavailableError,
    UserError,
)
from bot.domain.ids import DeliveryKey, UserId
from bot.domain.message import Message, Trouble
from bot.domain.request import Asked, Request
from bot.ports import Answers, Clock, Delivery, Messenger, Storage

log = structlog.get_logger()

CLAIM: Final = timedelta(seconds=15)
REMEMBER_WITHIN: Final = timedelta(seconds=1)  # the chat waits 3 s for its answer
# The receiver's attempt and three of the sweep; what ends them all is a defect, not the weather.
ATTEMPTS_MAX: Final = 4

# A use case takes `(request, delivery, answer)`; each takes its own kind of request, so the
# first parameter cannot be typed here.
Handler = Callable[[Any, DeliveryKey | None, Answers], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """The one door for requests.

    Attributes:
        holder: Names this process in claims.
        handlers: The use case of every kind of request.
        within: How long remembering may take.
    """

    storage: Storage
    messenger: Messenger
    clock: Clock
    holder: str
    handlers: Mapping[type, Handler]
    within: timedelta = REMEMBER_WITHIN

    async def receive(self, key: DeliveryKey, request: Request) -> bool:
        """Remember a request, claimed for the caller, who then hands it to `handle`.

        Returns:
            False for a duplicate: another delivery of it is or was taken up.

        Raises:
            UnavailableError: It could not be remembered in time.
        """
        now = self.clock.now()
        try:
            async with asyncio.timeout(self.within.total_seconds()), self.storage() as uow:
                return await uow.inbox.receive(
                    key, request, at=now, until=now + CLAIM, holder=self.holder
                )
        except TimeoutError as error:
            raise UnavailableError("The database did not answer in time.") from error

    async def handle(
        self,
        key: DeliveryKey | None,
        request: Request,
        answer: Answers,
        *,
        comes_again: bool = False,
    ) -> None:
        """Do what a request asks for; failures are answered in words.

        Args:
            key: Of its row; None when it could not be remembered.
            request: As received.
            answer: Reaches the person who asked.
            comes_again: Leave the row open at a failure that may pass: nobody waits for it now.

        Raises:
            Exception: A defect. The row stays open, and `sweep` tries again a few times.
        """
        log_of_request = log.bind(request=request.kind, by=request.asked.by)
        try:
            await self.handlers[type(request)](request, key, answer)
        except ClaimLostError as error:
            log_of_request.info("request.done_elsewhere", why=str(error))
        except UserError as error:
            log_of_request.info("request.refused", why=str(error))
            await self._closed(key)
            await answer(_refusal(error))
        except PermanentError as error:
            log_of_request.warning("request.failed", why=str(error))
            await self._closed(key)
            await answer(Trouble(what=str(error)))
        except TemporaryError as error:
            log_of_request.warning("request.failed", why=str(error))
            if comes_again:
                return
            await answer(_failure(error, will_repeat=not await self._closed(key)))
        else:
            await self._closed(key)
            log_of_request.info("request.handled")

    async def _closed(self, key: DeliveryKey | None) -> bool:
        """Close the row; use cases that write have done so already, those that read have not."""
        if key is None:
            return True
        try:
            async with self.storage() as uow:
                await uow.inbox.close(key, at=self.clock.now())
        except ClaimLostError:
            return True
        except UnavailableError as error:
            log.warning("request.not_closed", error=str(error))
            return False
        return True

    async def sweep(self) -> int:
        """Take up what its receiver did not finish; answers go to the person as whispers.

        Returns:
            How many were taken up.

        Raises:
            Exception: A defect in a use case; the others are taken up by the next sweep.
        """
        claimed = []
        while (delivery := await self._claim()) is not None:
            claimed.append(delivery)
        # At once: a triage takes a minute, and a press behind it would be too old by then.
        ended = await asyncio.gather(*map(self._take_up, claimed), return_exceptions=True)
        defects = [one for one in ended if isinstance(one, Exception)]
        if defects:
            raise defects[0]
        return len(claimed)

    async def _take_up(self, delivery: Delivery) -> None:
        answer = _Whisper(self.messenger, delivery.request.asked)
        if delivery.attempts > ATTEMPTS_MAX:
            await self._give_up(delivery, answer)
            return
        comes_again = delivery.attempts < ATTEMPTS_MAX
        await self.handle(delivery.key, delivery.request, answer, comes_again=comes_again)

    async def _claim(self) -> Delivery | None:
        now = self.clock.now()
        try:
            async with self.storage() as uow:
                return await uow.inbox.claim(now, now + CLAIM, self.holder)
        except UnavailableError as error:
            # Raised here, it would leave what was claimed before it to the end of that claim.
            log.debug("request.not_claimed", reason=str(error))
            return None

    async def _give_up(self, delivery: Delivery, answer: Answers) -> None:
        kind = delivery.request.kind
        log.error("request.given_up", key=delivery.key, request=kind, attempts=delivery.attempts)
        async with self.storage() as uow:
            await uow.inbox.close(delivery.key, at=self.clock.now())
        await answer(
            Trouble(
                what=f"Your request ({kind}) could not be worked on.",
                meaning=f"It was tried {ATTEMPTS_MAX} times; this is a defect of the bot.",
                fix="Do it by hand, and show the log around request.given_up to who runs the bot.",
            )
        )

    async def hand_back(self) -> None:
        """Give all claims back, when this program stops."""
        async with self.storage() as uow:
            await uow.inbox.release(self.holder, self.clock.now())


@dataclass(frozen=True, slots=True)
class _Whisper(Answers):
    """Answers to a person who is no longer waiting for this request's own answer."""

    messenger: Messenger
    asked: Asked

    async def __call__(self, message: Message) -> None:
        """Say it to that person, where they asked."""
        asked = self.asked
        await self.messenger.whisper(asked.by, asked.channel, message, asked.thread)


def _refusal(error: UserError) -> Trouble:
    ask = error.allowed if isinstance(error, NotAllowedError) else ()
    return Trouble(what=str(error), ask=tuple(UserId(user) for user in ask))


def _failure(error: TemporaryError, *, will_repeat: bool) -> Trouble:
    if will_repeat:
        return Trouble(
            what=str(error),
            meaning="Your request is remembered and is taken up again by itself.",
            fix="There is no need to repeat it.",
        )
    return Trouble(what=str(error), fix="Try again in a moment.")
