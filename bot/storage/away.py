"""The border: what the database's drivers raise when it is away, or refuses all that we do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlalchemy import exc

from bot.domain.errors import UnavailableError

log = structlog.get_logger()

# These say that a statement of ours is wrong: a defect, not an absence.
_DEFECTS: Final = (exc.IntegrityError, exc.ProgrammingError, exc.DataError, exc.NotSupportedError)

# What a person mends, by how the driver's code begins: Postgres' SQLSTATE
# (https://www.postgresql.org/docs/current/errcodes-appendix.html) or the name of SQLite's error.
_MENDABLE: Final = {
    "28": "refuses the user or the password: mend DATABASE_URL, or the server's pg_hba.conf",
    "3D000": "does not exist on that server: create it, or mend its name in DATABASE_URL",
    "3F000": "has no schema for our tables: create it, and grant the user USAGE and CREATE on it",
    "42501": "lets its user not make or use our tables: grant CREATE on the schema, and let the"
    " user own the tables",
    "53100": "has no space left: free some of the server's disk",
    "53300": "has no connection left: raise max_connections or the user's limit, or close others",
    "25006": "is read-only: name the primary server in DATABASE_URL",
    "57P": "is being started or stopped",
    "SQLITE_CANTOPEN": "cannot be opened: let the bot write to its file and folder",
    "SQLITE_FULL": "has no space left: free some of its disk",
    "SQLITE_NOTADB": "is none: DATABASE_URL names another kind of file",
    "SQLITE_READONLY": "is read-only: let the bot write to its file and folder",
}
_NO_PRIVILEGE: Final = "42501"  # a ProgrammingError, but no defect of ours


@dataclass(slots=True)
class Border:
    """Turns errors of an absent, locked or failing database into `UnavailableError`.

    An outage is one line in the log for each of its reasons, and one when it is over: everything
    that waits for the database comes by here.

    Attributes:
        reason: Why the database is away, as it was last seen; empty while it answers.
    """

    reason: str = field(default="", init=False)
    _told: set[str] = field(default_factory=set, init=False)

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[None]:
        """Guard a piece of work with the database.

        asyncpg's timeouts and refused connections arrive as they are: `TimeoutError`, `OSError`.
        """
        try:
            yield
        except (exc.DBAPIError, exc.TimeoutError, OSError) as error:
            if isinstance(error, _DEFECTS) and _code(error) != _NO_PRIVILEGE:
                raise
            raise self._away(_reason(error)) from error
        if self.reason:
            self.reason = ""
            self._told.clear()
            log.info("database.back")

    @asynccontextmanager
    async def opening(self) -> AsyncIterator[None]:
        """Guard the opening: whatever is refused then, a defect too, leaves us without database."""
        try:
            async with self():
                yield
        except UnavailableError as error:
            self._away(str(error))
            raise
        except exc.SQLAlchemyError as error:
            kind = " ".join(filter(None, (type(error).__name__, _code(error))))
            raise self._away(f"The database refuses its tables ({kind}).") from error

    def _away(self, reason: str) -> UnavailableError:
        if reason not in self._told:
            log.warning("database.away", reason=reason)
        self._told.add(reason)
        self.reason = reason
        return UnavailableError(reason)


def _reason(error: Exception) -> str:
    """Say what is wrong; the error's own text may hold the statement's values, or a name."""
    code = _code(error)
    for begin, words in _MENDABLE.items():
        if code.startswith(begin):
            return f"The database {words}."
    return f"The database does not answer ({_kind(error)})."


def _code(error: Exception) -> str:
    orig = getattr(error, "orig", None)
    return getattr(orig, "sqlstate", None) or getattr(orig, "sqlite_errorname", None) or ""


def _kind(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "its file is gone, or another one stands in its place: restart the bot"
    return type(error).__name__
