"""What all listeners share: remember, ack, handle, answer; and what to say when that fails."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Protocol

import aiohttp
import structlog

from bot.domain.errors import (
    BotError,
    NotAllowedError,
    PermanentError,
    TemporaryError,
    UnavailableError,
    UserError,
)
from bot.domain.ids import DeliveryKey, UserId
from bot.domain.message import Trouble
from bot.domain.request import Asked, Request, RunTriage
from bot.ports import Answers, Clock, Messenger, Words
from bot.slack.answers import Place, SlackAnswers, place_of

NOT_RECORDED: Final = Trouble(
    what="Not recorded: the database does not answer.",
    meaning="Nothing was changed.",
    fix="Try again in a moment.",
)
NOT_RECORDED_TRIAGE: Final = Trouble(
    what="The database did not answer in time.",
    meaning="Free checks run now, for you alone. If it was recorded after all, a card follows.",
)

Ack = Callable[..., Awaitable[Any]]
Body = Mapping[str, Any]
log = structlog.get_logger()


class Intake(Protocol):
    """What the Slack edge needs of `usecases.intake`."""

    async def receive(self, key: DeliveryKey, request: Request) -> bool:
        """Remember a delivery, within 1 s: Slack waits 3 s for the ack.

        Returns:
            False when it is known already.

        Raises:
            UnavailableError: The database does not answer in time.
        """
        ...

    async def handle(self, key: DeliveryKey | None, request: Request, answer: Answers) -> None:
        """Do what was asked; without a key nothing was remembered."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """One request from Slack, from its arrival to its answer."""

    intake: Intake
    messenger: Messenger
    session: aiohttp.ClientSession
    words: Words
    clock: Clock
    running: set[asyncio.Task[Any]] = field(default_factory=set)

    def asked(self, place: Place) -> Asked:
        """Say who asked, where and when."""
        return Asked(place.user, place.channel, self.clock.now(), place.thread)

    def answers(self, place: Place) -> Answers:
        """Make the way to answer one request."""
        return SlackAnswers(
            place=place, session=self.session, messenger=self.messenger, words=self.words
        )

    async def take(self, request: Request, body: Body, ack: Ack) -> None:
        """Remember, ack, handle. A second delivery is acked and nothing else."""
        key, answer = delivery_key(body), self.answers(place_of(body))
        try:
            is_new = await self.intake.receive(key, request)
        except UnavailableError:
            await ack()
            await self._unrecorded(request, answer)
            return
        await ack()
        if is_new:
            await self.intake.handle(key, request, answer)

    async def _unrecorded(self, request: Request, answer: Answers) -> None:
        log.warning("request.not_recorded", kind=request.kind)
        if not isinstance(request, RunTriage):
            await answer(NOT_RECORDED)
            return
        await answer(NOT_RECORDED_TRIAGE)
        await self.intake.handle(None, request, answer)

    async def say(self, body: Body, error: UserError) -> None:
        """Tell a person what was wrong with the request."""
        log.info("request.refused", error=str(error))
        await self.answers(place_of(body))(refusal(error))

    async def failed(self, error: Exception, body: Body) -> str:
        """Log an unexpected failure and tell the person its id, never its traceback.

        Returns:
            The error id.
        """
        error_id = secrets.token_hex(4)
        # What was foreseen is told by its words; a traceback would only bury them.
        trace = None if isinstance(error, BotError) else error
        log.error("listener.failed", error_id=error_id, reason=str(error), exc_info=trace)
        await self.answers(place_of(body))(_trouble(error, error_id))
        return error_id

    def own(self) -> None:
        """Remember the task of this listener until it ends, what is said of its failure included.

        Bolt neither keeps nor drains the tasks of its listeners (slack_bolt 1.30,
        listener/asyncio_runner.py); we do, so that a stop waits for them.
        """
        task = asyncio.current_task()
        if task is not None and task not in self.running:
            self.running.add(task)
            task.add_done_callback(self.running.discard)

    async def drain(self, within: timedelta) -> None:
        """Wait for the requests in hand; what is not done by then stays in the inbox."""
        if self.running:
            await asyncio.wait(self.running, timeout=within.total_seconds())


def delivery_key(body: Body) -> DeliveryKey:
    """Identify a delivery: a second one of the same press has the same trigger_id."""
    return DeliveryKey(str(body.get("trigger_id") or secrets.token_hex(8)))


def refusal(error: UserError) -> Trouble:
    """Word an expected refusal: its text was written for the person."""
    ask = error.allowed if isinstance(error, NotAllowedError) else ()
    return Trouble(what=str(error), ask=tuple(UserId(one) for one in ask))


def _trouble(error: Exception, error_id: str) -> Trouble:
    if isinstance(error, PermanentError):
        return Trouble(what="That did not work.", meaning=str(error), error_id=error_id)
    if isinstance(error, TemporaryError):
        fix = "Try again in a moment."
        return Trouble(
            what="That did not work now.", meaning=str(error), fix=fix, error_id=error_id
        )
    known = str(error) if isinstance(error, BotError) else ""
    fix = f"Try again; if it stays, look for {error_id} in the bot's log."
    return Trouble(
        what="Something went wrong in the bot.", meaning=known, fix=fix, error_id=error_id
    )
