"""Remind people of what is in force: they switched it on, and only they switch it off."""

from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.ids import OutboxKey
from bot.domain.in_force import StillInForce
from bot.ports import UnitOfWork
from bot.usecases import traces
from bot.usecases.held import Held, whom_to_tell

log = structlog.get_logger()

KEEP: Final = timedelta(minutes=2)  # a check may follow under the same claim


async def remind(held: Held, now: datetime) -> Held:
    """Say how long it is on, once per reminder.

    Raises:
        ClaimLostError: Somebody else has it; nothing was said.
    """
    run, recovery = held.run, held.recovery.reminded(now)

    async def say(uow: UnitOfWork) -> None:
        key = OutboxKey(f"{run.name}/reminder/{int(now.timestamp())}")
        message = StillInForce(run, recovery, await whom_to_tell(uow, run), now)
        await uow.outbox.post(key, run.channel, message, at=now, parent=traces.thread_of(run))

    until = now + KEEP if recovery.must_check(now) else None
    held = await held.saved(recovery, say, until=until)
    log.info("recovery.reminded", mitigation_id=run.name, number=recovery.reminders)
    return held
