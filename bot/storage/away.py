"""The border: what the database's drivers raise when it is away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy import exc

from bot.domain.errors import UnavailableError

# These say that a statement of ours is wrong: a defect, not an absence.
_DEFECTS: Final = (exc.IntegrityError, exc.ProgrammingError, exc.DataError, exc.NotSupportedError)


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Turn errors of an absent, locked or failing database into `UnavailableError`.

    asyncpg's timeouts and refused connections arrive as they are: `TimeoutError`, `OSError`.
    """
    try:
        yield
    except _DEFECTS:
        raise
    except (exc.DBAPIError, exc.TimeoutError, OSError) as error:
        # The text of the error may hold the statement's values: only its kind is told.
        raise UnavailableError(f"The database does not answer ({type(error).__name__}).") from error
