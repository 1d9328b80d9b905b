"""The border: what the database's drivers raise when it is away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import exc

from bot.domain.errors import UnavailableError

# These say that a statement of ours is wrong: a defect, not an absence.
_DEFECTS: Final = (exc.IntegrityError, exc.ProgrammingError, exc.DataError, exc.NotSupportedError)


log = structlog.get_logger()


@dataclass(slots=True)
class Border:
    """Turns errors of an absent, locked or failing database into `UnavailableError`.

    An outage is one line in the log, and one when it is over: everything that waits for the
    database comes by here.
    """

    _is_away: bool = False

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[None]:
        """Guard a piece of work with the database.

        asyncpg's timeouts and refused connections arrive as they are: `TimeoutError`, `OSError`.
        """
        try:
            yield
        except _DEFECTS:
            raise
        except (exc.DBAPIError, exc.TimeoutError, OSError) as error:
            # The text of the error may hold the statement's values: only its kind is told.
            away = UnavailableError(f"The database does not answer ({_kind(error)}).")
            if not self._is_away:
                log.warning("database.away", reason=str(away))
            self._is_away = True
            raise away from error
        if self._is_away:
            self._is_away = False
            log.info("database.back")


def _kind(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "its file is gone, or another one stands in its place: restart the bot"
    return type(error).__name__
