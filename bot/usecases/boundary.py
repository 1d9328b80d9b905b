"""The wrapper around a piece of work that nobody waits for: its defect ends nothing beside it."""

from collections.abc import Awaitable

import structlog

from bot.domain.errors import TemporaryError, UnavailableError

log = structlog.get_logger()


async def survives(what: str, work: Awaitable[object], **named: str) -> bool:
    """Do one piece of work; what it raises is logged and goes no further.

    What may pass is a warning in one line; that the database is away not even that, for its border
    says so once per outage. Anything else is an error with its traceback.

    Args:
        what: Name of the log event, `noun.verb_past`.
        work: What to do.
        named: Fields of the log line.

    Returns:
        Whether it came to its end.
    """
    try:
        await work
    except Exception as error:  # in a task group it would cancel what runs beside it
        passing = _may_pass(error)
        if passing is None:
            log.exception(what, error=type(error).__name__, **named)
        else:
            say = log.debug if isinstance(passing, UnavailableError) else log.warning
            say(what, error=type(passing).__name__, reason=str(passing), **named)
        return False
    return True


def _may_pass(error: Exception) -> TemporaryError | None:
    """Find the first of the errors when all of them may pass; a task group joins several."""
    if isinstance(error, ExceptionGroup):
        inner = [_may_pass(one) for one in error.exceptions]
        return None if None in inner else inner[0]
    return error if isinstance(error, TemporaryError) else None
