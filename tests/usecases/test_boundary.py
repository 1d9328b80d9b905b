"""Work that nobody waits for: its defect is logged, an absent database is not one."""

from structlog.testing import capture_logs

from bot.domain.errors import UnavailableError
from bot.usecases.boundary import survives


async def raising(error: Exception) -> None:
    raise error


async def test_a_defect_is_logged_with_its_traceback():
    with capture_logs() as said:
        assert not await survives("job.failed", raising(KeyError("metadata")), job="intake")

    assert [(one["log_level"], one["error"], one["exc_info"]) for one in said] == [
        ("error", "KeyError", True)
    ]


async def test_a_database_that_is_away_is_no_defect():
    with capture_logs() as said:
        assert not await survives("job.failed", raising(UnavailableError("away")), job="intake")

    assert said == [
        {"event": "job.failed", "log_level": "debug", "job": "intake", "reason": "away"}
    ]
