"""The wrapper around a piece of work that nobody waits for: its defect ends nothing beside it."""

from collections.abc import Awaitable

import structlog

from bot.domain.errors import UnavailableError

log = structlog.get_logger()


async def survives(what: str, work: Awaitable[object], **named: str) -> bool:
    """Do one piece of work; what it raises is logged and goes no further.

    That the database is away is no defect: its border says so once per outage.

    Args:
        what: Name of the log event, `noun.verb_past`.
        work: What to do.
        named: Fields of the log line.

    Returns:
        Whether it came to its end.
    """
    try:
        await work
    except UnavailableError as error:
        log.debug(what, reason=str(error), **named)
        return False
    except Exception as error:  # in a task group it would cancel what runs beside it
        log.exception(what, error=type(error).__name__, **named)
        return False
    return True
