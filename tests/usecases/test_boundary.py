"""What nobody waits for is logged: briefly when it may pass, else with its traceback."""

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import PermanentError, RateLimitedError, UnavailableError
from bot.usecases.boundary import survives

AWAY = UnavailableError("the database does not answer")
BUSY = RateLimitedError("slow down")


async def raising(error):
    if error is not None:
        raise error


async def test_work_that_ends_is_not_logged():
    with capture_logs() as logged:
        assert await survives("job.failed", raising(None), job="x")

    assert logged == []


@pytest.mark.parametrize(
    ("error", "level"),
    [
        (BUSY, "warning"),
        (ExceptionGroup("", [BUSY, AWAY]), "warning"),
        (AWAY, "debug"),  # its border says so once per outage
        (ExceptionGroup("", [AWAY]), "debug"),
        (ExceptionGroup("", [ExceptionGroup("", [AWAY]), BUSY]), "debug"),
    ],
)
async def test_what_may_pass_is_one_line(error, level):
    with capture_logs() as logged:
        assert not await survives("job.failed", raising(error), job="x")

    (line,) = logged
    assert (line["event"], line["job"], line["log_level"]) == ("job.failed", "x", level)
    assert line["reason"] in {str(AWAY), str(BUSY)}
    assert "exc_info" not in line


@pytest.mark.parametrize(
    "error", [PermanentError("no"), KeyError("x"), ExceptionGroup("", [AWAY, KeyError("x")])]
)
async def test_anything_else_is_an_error_with_its_traceback(error):
    with capture_logs() as logged:
        assert not await survives("job.failed", raising(error), job="x")

    (line,) = logged
    assert (line["log_level"], line["error"]) == ("error", type(error).__name__)
    assert line["exc_info"]
