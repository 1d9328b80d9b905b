"""A service's own metrics, as something that scrapes them answers."""

from datetime import timedelta
from typing import Protocol

from bot.domain.metrics import Reading


class Metrics(Protocol):
    """Answers expressions about now. Total: what goes wrong is a `Reading` with its problem."""

    async def query(self, url: str, expression: str, *, timeout: timedelta) -> Reading:  # noqa: ASYNC109  it is a measurement
        """Evaluate an expression at the Prometheus of that URL."""
        ...
